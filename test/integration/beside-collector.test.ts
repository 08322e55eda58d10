/**
 * tacit beside a real Collector with tail sampling and another exporter, as in pipelines/beside-collector, over gRPC
 * and over HTTP with gzip at once. Stopped under load, away for a minute and started again, it has lost nothing and
 * counted nothing twice, and neither the other exporter nor the senders of spans notice anything.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import { durationMs, LOAD_ARGUMENTS, readLoadOptions } from '../../benchmarks/pipeline/options.ts';
import { startLoad } from '../../benchmarks/pipeline/start-load.ts';
import { type Backend, type Summary, startBackend } from '../kits/beside/backend.ts';
import { addCounts, distinctSpans, type Ports, startLife, trueCounts } from '../kits/beside/life.ts';
import { freePorts, missingForCollector, residentMib, startCollector } from '../kits/collector/running.ts';

const RATE = 5_000;
/** A call has two halves and three calls are in a trace of twelve spans. */
const CALLS_PER_SPAN = 3 / 12;
/** Shorter for people who wait; a minute where it counts. */
const AWAY_MS = durationMs(process.env.TACIT_TEST_OUTAGE ?? '1m', 'TACIT_TEST_OUTAGE');
const AROUND_MS = 30_000;
const PROBE_INTERVAL_MS = 25;
const LIMIT_MS = 4 * 60_000 + AWAY_MS;
const EXPORTERS = ['sampled', 'direct'] as const;

const fileOf = (name: string) => fileURLToPath(new URL(`../../pipelines/beside-collector/${name}`, import.meta.url));
const EXAMPLE = [fileOf('collector.yaml'), fileOf('collector-fragment-http.yaml')];
const work = mkdtempSync(join(tmpdir(), 'tacit-beside-'));
afterAll(() => rmSync(work, { recursive: true }));

interface Place {
  readonly receiver: number;
  readonly backend: number;
  readonly grpc: number;
  readonly http: number;
  readonly queueSize?: number;
}

/** What differs from the example: free ports, both protocols at once, and a backend that is also seen unsampled. */
function overrides({ receiver, backend, grpc, http, queueSize = 600_000 }: Place): string {
  const to = (path: string) => `{ endpoint: 'http://127.0.0.1:${backend}/${path}', compression: none }`;
  const queue = `sending_queue: { queue_size: ${queueSize} }`;
  return `yaml:
receivers:
  otlp: { protocols: { grpc: { endpoint: '127.0.0.1:0' }, http: { endpoint: '127.0.0.1:${receiver}' } } }
processors:
  tail_sampling: { decision_wait: 2s }
exporters:
  otlp_http/sampled: ${to('sampled')}
  otlp_http/direct: ${to('direct')}
  otlp/tacit: { endpoint: '127.0.0.1:${grpc}', ${queue} }
  otlphttp/tacit: { endpoint: 'http://127.0.0.1:${http}', ${queue} }
service:
  telemetry: { metrics: { level: none } }
  pipelines:
    traces: { exporters: [otlp_http/sampled] }
    traces/direct: { receivers: [otlp], exporters: [otlp_http/direct] }
    traces/tacit: { exporters: [otlp/tacit, otlphttp/tacit] }
`;
}

function loadFor(ms: number) {
  const args = [`--rate=${RATE}`, `--duration=${ms}ms`];
  return readLoadOptions(parseArgs({ args, options: LOAD_ARGUMENTS }).values);
}

describe('the example of a whole configuration', () => {
  const read = (name: string) => parse(readFileSync(fileOf(name), 'utf8')) as object;

  it('holds the fragment', () => {
    expect(read('collector.yaml')).toMatchObject(read('collector-fragment.yaml'));
  });

  it('HTTP differs from gRPC in the exporter alone', () => {
    const text = readFileSync(fileOf('collector-fragment-http.yaml'), 'utf8').replaceAll('otlphttp/', 'otlp/');
    const { endpoint, ...http } = (parse(text) as Fragment).exporters['otlp/tacit'];
    const { tls, ...grpc } = (read('collector-fragment.yaml') as Fragment).exporters['otlp/tacit'];
    expect(endpoint).toBe('http://127.0.0.1:5318');
    expect(tls).toEqual({ insecure: true });
    expect(grpc).toEqual({ ...http, endpoint: '127.0.0.1:5317' });
  });
});

interface Fragment {
  readonly exporters: { readonly 'otlp/tacit': Readonly<Record<string, unknown>> };
}

describe.skipIf(missingForCollector())('beside a Collector', () => {
  it('is away for a minute under load', { timeout: LIMIT_MS }, async () => {
    const [receiver, ...free] = await freePorts(7);
    const ports: readonly Ports[] = [0, 3].map(at => ({ grpc: free[at]!, http: free[at + 1]!, api: free[at + 2]! }));
    const backend = await startBackend();
    const place = { receiver: receiver!, backend: backend.port, grpc: ports[0]!.grpc, http: ports[1]!.http };
    const collector = await startCollector([...EXAMPLE, overrides(place)]);
    const startLives = (life: number) =>
      Promise.all(ports.map((own, i) => startLife(own, join(work, `life-${life}-${i}.json`))));

    const first = await startLives(1);
    backend.startProbes(`http://127.0.0.1:${receiver}/v1/traces`, PROBE_INTERVAL_MS);
    const load = startLoad(loadFor(2 * AROUND_MS + AWAY_MS), receiver!);
    await delay(AROUND_MS);
    backend.mark('before');
    const calmMib = residentMib(collector.pid);
    const before = await Promise.all(first.map(life => life.end()));
    await delay(AWAY_MS);
    backend.mark('away');
    const fullMib = residentMib(collector.pid);
    const second = await startLives(2);
    const { result, truth } = await load;
    backend.stopProbes();
    const sent = result.spans + backend.sent;
    const missing = async () =>
      Promise.all(second.map(async (life, i) => sent - distinctSpans(before[i]!) - (await life.distinctSpans())));
    await vi.waitFor(async () => expect(await missing()).toEqual([0, 0]), { timeout: 60_000, interval: 500 });
    const after = await Promise.all(second.map(life => life.end()));
    await vi.waitFor(() => expect(backend.arrived('sampled')).toBe(backend.sent), { timeout: 20_000, interval: 100 });
    backend.mark('after');
    await collector.stop();
    await backend.close();

    expect({ failures: result.failures, refusals: result.refusals, probes: backend.refused }).toEqual({
      failures: 0,
      refusals: 0,
      probes: 0,
    });
    for (const [i, protocol] of ['gRPC', 'HTTP'].entries()) {
      const lives = [before[i]!, after[i]!];
      const { edges, cut } = addCounts(lives);
      expect(Object.fromEntries(edges)).toEqual(Object.fromEntries(trueCounts(truth.edges)));
      expect(cut).toBeLessThan(RATE * CALLS_PER_SPAN);
      const spans = lives.map(graph => graph.stats.spans.received).join(' + ');
      console.log(`${protocol}: ${spans} spans of ${sent}, ${truth.edges.length} edges exact, ${cut} calls cut in two`);
    }
    console.log(
      `the Collector's memory: ${calmMib} MiB before, ${fullMib} MiB after ${AWAY_MS / 1_000} s without tacit`,
    );
    for (const exporter of EXPORTERS) expectUnnoticed(backend, exporter);
  });

  it('is away for too long: the queue overflows, and only tacit misses spans', { timeout: 60_000 }, async () => {
    const [receiver, grpc, http] = (await freePorts(3)) as [number, number, number];
    const backend = await startBackend();
    const place = { receiver, backend: backend.port, grpc, http, queueSize: 5_000 };
    const collector = await startCollector([...EXAMPLE, overrides(place)]);
    backend.startProbes(`http://127.0.0.1:${receiver}/v1/traces`, PROBE_INTERVAL_MS);
    const { result } = await startLoad(loadFor(8_000), receiver);
    backend.stopProbes();
    await vi.waitFor(() => expect(EXPORTERS.map(backend.arrived)).toEqual([backend.sent, backend.sent]), {
      timeout: 20_000,
      interval: 100,
    });
    // What waits for tacit would be tried for ever.
    const output = collector.output();
    collector.kill();
    await backend.close();
    expect({ failures: result.failures, refusals: result.refusals, probes: backend.refused }).toEqual({
      failures: 0,
      refusals: 0,
      probes: 0,
    });
    for (const exporter of ['otlp/tacit', 'otlphttp/tacit'])
      expect(output).toMatch(new RegExp(`sending queue is full.*${exporter}|${exporter}.*sending queue is full`));
  });
});

/** Latencies of another exporter while tacit is away and when it is back, against those before, on a busy machine. */
function expectUnnoticed(backend: Backend, exporter: (typeof EXPORTERS)[number]): void {
  const [before, away, after] = ['before', 'away', 'after'].map(window => backend.summary(exporter, window));
  const say = ({ count, p50, p99 }: Summary) => `p50 ${p50.toFixed(1)} p99 ${p99.toFixed(1)} ms of ${count}`;
  console.log(`${exporter}: before ${say(before!)}; away ${say(away!)}; back ${say(after!)}`);
  expect(away!.p50).toBeLessThan(before!.p50 * 1.1 + 10);
  expect(away!.p99).toBeLessThan(before!.p99 * 1.1 + 100);
  // Two processes start and catch up on the cores that the Collector has, too.
  expect(after!.p50).toBeLessThan(before!.p50 * 1.1 + 50);
  expect(after!.p99).toBeLessThan(before!.p99 * 1.1 + 1_000);
}
