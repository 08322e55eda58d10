/** Reloads, several a second, while spans come in: no request fails, no span is lost or counted twice. */
import { Agent, request } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { GraphDocument } from '../../src/contract/graph-document.ts';
import { callOf } from '../cli/analyze-calls.ts';
import { ANY_PORT, Reloadable, sampleOf } from './reloadable.ts';

const CONNECTIONS = 4;
const CALLS_A_REQUEST = 20;
const DURATION_MS = 4000;
const PAUSE_MS = 60;

interface Variant {
  readonly processors?: string;
  readonly chain?: string;
  readonly second?: boolean;
  readonly late?: string;
  readonly grpcMib?: number;
  readonly body?: string;
}

const textOf = ({ processors, chain, second = false, late = '5m', grpcMib = 16, body = '20MiB' }: Variant) => `
receivers:
  otlp:
    protocols:
      grpc: {endpoint: '${ANY_PORT}', max_recv_msg_size_mib: ${grpcMib}}
      http: {endpoint: '${ANY_PORT}', max_request_body_size: ${body}}
  otlp/2: {protocols: {http: {endpoint: '${ANY_PORT}'}}}
processors: {memory_limiter: {limit_mib: 1000000}${processors === undefined ? '' : `, ${processors}`}}
connectors: {topology: {correlation: {max_pending: 500000, max_late: 500000, max_seen: 1000000, late: ${late}}}}
extensions: {http_api: {endpoint: '${ANY_PORT}'}}
service:
  extensions: [http_api]
  pipelines:
    traces: {receivers: [otlp], processors: [${chain ?? 'memory_limiter'}], exporters: [topology]}
${second ? '    traces/2: {receivers: [otlp/2], exporters: [topology]}' : ''}
`;

/** None drops what is sent. */
const VARIANTS: readonly Variant[] = [
  {},
  { processors: 'drop: {spans: [{attribute: a.one, equals: 1}]}', chain: 'memory_limiter, drop' },
  { processors: 'drop: {spans: [{attribute: a.two, equals: 1}, {attribute: a.one, equals: 1}]}', chain: 'drop' },
  { processors: 'drop: {spans: [{name: nothing}]}', chain: 'drop', second: true },
  { late: '4m', body: '10MiB' },
  { grpcMib: 8, second: true },
];

class Sender {
  readonly sockets = new Set<Socket>();
  readonly failures: string[] = [];
  calls = 0;
  private readonly agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  private readonly url: URL;
  private next: number;

  constructor(address: string, first: number) {
    this.url = new URL(`http://${address}/v1/traces`);
    this.next = first;
  }

  /** Over all connections, one request after the other on each. */
  async sendUntil(isOver: () => boolean): Promise<void> {
    const lanes = Array.from({ length: CONNECTIONS }, async () => {
      while (!isOver()) await this.send();
    });
    await Promise.all(lanes);
    this.agent.destroy();
  }

  private send(): Promise<void> {
    const calls = Array.from({ length: CALLS_A_REQUEST }, () => callOf(this.next++, Date.now())) as {
      resourceSpans: object[];
    }[];
    const body = JSON.stringify({ resourceSpans: calls.flatMap(({ resourceSpans }) => resourceSpans) });
    this.calls += CALLS_A_REQUEST;
    return new Promise(resolve => {
      const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
      const sent = request(this.url, { method: 'POST', agent: this.agent, headers }, response => {
        if (response.statusCode !== 200) this.failures.push(`status ${response.statusCode}`);
        response.resume().on('end', resolve);
      });
      sent.on('socket', socket => this.sockets.add(socket));
      sent.on('error', error => {
        this.failures.push(String(error));
        resolve();
      });
      sent.end(body);
    });
  }
}

it('keeps every request, every span and every connection through a storm of reloads', async () => {
  const running = await Reloadable.start(textOf({}));
  try {
    const before = running.address('otlp');
    const sender = new Sender(before!, 1);
    const until = performance.now() + DURATION_MS;
    const sent = sender.sendUntil(() => performance.now() > until);
    const results: string[] = [];
    for (let i = 1; performance.now() < until; i++) {
      results.push((await running.reload(textOf(VARIANTS[i % VARIANTS.length]!))).result);
      if (i % 3 === 0) results.push((await running.reload('receivers: [')).result);
      await sleep(PAUSE_MS);
    }
    await sent;
    expect(sender.failures).toEqual([]);
    expect(sender.sockets.size).toBeLessThanOrEqual(CONNECTIONS);
    expect(running.address('otlp')).toBe(before);
    expect(new Set(results)).toEqual(new Set(['applied', 'refused']));
    expect(results.length).toBeGreaterThan(8);

    const graph = (await (await running.get('/v1/graph')).json()) as GraphDocument;
    const { received, rejected, duplicates, filtered, paired, pending, ...others } = graph.stats!.spans;
    expect({ received, rejected, duplicates, filtered }).toEqual({
      received: sender.calls * 2,
      rejected: 0,
      duplicates: 0,
      filtered: 0,
    });
    expect(paired + pending).toBe(received);
    expect(Object.values(others).reduce((sum, count) => sum + count, 0)).toBe(0);
    expect(graph.edges.map(({ source, target, count }) => ({ source, target, count }))).toEqual([
      { source: 'service:web', target: 'service:shop', count: sender.calls },
    ]);
    const metrics = await running.metrics();
    const requests = sampleOf(metrics, 'tacit_otlp_requests_total{receiver="otlp",protocol="http"');
    expect(requests).toBe(sender.calls / CALLS_A_REQUEST);
    expect(sampleOf(metrics, 'tacit_config_reloads_total{result="applied"}')).toBe(
      results.filter(result => result === 'applied').length,
    );
  } finally {
    await running.service.stop();
  }
});

it('asked many times while it works, it works once more', async () => {
  const running = await Reloadable.start(textOf({}));
  try {
    running.text = textOf(VARIANTS[1]!);
    const reports = await Promise.all(Array.from({ length: 50 }, () => running.service.reload()));
    expect(reports.map(({ result }) => result)).toEqual(['applied', ...Array.from({ length: 49 }, () => 'unchanged')]);
    const metrics = await running.metrics();
    expect(sampleOf(metrics, 'tacit_config_reloads_total{result="unchanged"}')).toBe(1);
  } finally {
    await running.service.stop();
  }
});

it('a stop during a reload waits for it; a reload during or after the stop is refused', async () => {
  const running = await Reloadable.start(textOf({}));
  const reload = running.reload(textOf(VARIANTS[3]!));
  await new Promise(setImmediate);
  const stop = running.service.stop();
  const another = running.service.reload();
  await stop;
  expect((await reload).result).toBe('applied');
  expect((await another).result).toBe('refused');
  expect((await running.service.reload()).problems).toEqual(['the service is not running']);
  expect(running.service.listeners.length).toBeGreaterThan(0);
  for (const { address } of running.service.listeners) await expect(fetch(`http://${address}`)).rejects.toThrow();
});
