/** `/metrics` of a whole service and the one list of metrics say the same. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/contract/clock.ts';
import { componentFactories } from '../../src/service/components.ts';
import { createService } from '../../src/service/service.ts';
import { KAFKA_METRICS } from '../../src/telemetry/metrics/kafka.ts';
import { METRICS } from '../../src/telemetry/metrics/list.ts';
import { processMetricRows } from '../../src/telemetry/process-metrics.ts';
import { callOf } from '../cli/analyze-calls.ts';
import { CertificateFolder } from '../kits/certificates.ts';
import { dataDirectory } from '../kits/data-directory.ts';
import { sendSecure } from '../kits/https-client.ts';
import { parseMetrics } from '../kits/prometheus-text.ts';
import { checkedConfig, createTestLogger } from './components.ts';

const certificates = new CertificateFolder();
certificates.authority('ca');
const server = certificates.signed('server', 'ca');

const lines = join(dataDirectory(), 'lines.json');
writeFileSync(lines, '{}\n{\n');

const CONFIG = `
receivers:
  otlp: {protocols: {grpc: {endpoint: '127.0.0.1:0'}, http: {endpoint: '127.0.0.1:0'}}}
  otlp/guarded:
    protocols:
      http:
        endpoint: '127.0.0.1:0'
        tls: {cert_file: ${server.cert}, key_file: ${server.key}}
        auth: {tokens: [secret]}
  http_events: {endpoint: '127.0.0.1:0'}
  file: {include: [${lines}]}
processors:
  memory_limiter: {limit_mib: 1000000}
  drop: {spans: [{name: health}]}
connectors: {topology: {correlation: {max_pending: 1000, max_late: 1000, max_seen: 1000}}}
exporters: {webhook: {url: 'http://127.0.0.1:1/nobody'}}
extensions: {http_api: {endpoint: '127.0.0.1:0'}, storage: {path: ${dataDirectory()}}}
service:
  extensions: [http_api, storage]
  pipelines:
    traces: {receivers: [otlp, otlp/guarded], processors: [memory_limiter, drop], exporters: [topology]}
    logs: {receivers: [otlp, otlp/guarded], exporters: [topology]}
    events: {receivers: [http_events, file], exporters: [topology]}
    changes: {receivers: [topology], exporters: [webhook]}
`;

const service = createService(checkedConfig(CONFIG, componentFactories), {
  logger: createTestLogger().logger,
  clock: systemClock,
  version: '0.0.0',
});
let text: string;

/** There is none in so short a life otherwise. */
async function collectGarbage(): Promise<void> {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  await nextTurn();
}

beforeAll(async () => {
  await service.start();
  await collectGarbage();
  const [api, http, guarded, events] = ['http_api', 'otlp', 'otlp/guarded', 'http_events'].map(addressOf);
  for (const body of [JSON.stringify(callOf(1, Date.now())), '{']) {
    await fetch(`http://${http}/v1/traces`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  }
  await fetch(`http://${events}/v1/records`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body: '{}\n{"topic":"t","offset":1}',
  });
  await sendSecure(Number(guarded!.split(':')[1]), { ca: certificates.text('ca.pem') });
  await fetch(`http://${guarded}`).catch(() => undefined);
  await fetch(`http://${api}/healthz`);
  for (const until = Date.now() + 10_000; Date.now() < until; ) {
    // Whoever asks for a time has the history told of all that was counted by then: it begins with that.
    await fetch(`http://${api}/v1/graph?at=now`);
    text = await (await fetch(`http://${api}/metrics`)).text();
    if (text.includes('tacit_history_age_seconds')) break;
    await sleep(100);
  }
});
afterAll(async () => {
  await service.stop();
  certificates.remove();
});

const addressOf = (component: string) =>
  service.listeners.find(one => one.component === component && one.protocol === 'http')!.address;

/** Of Kafka's receiver most come with a broker's topics: see test/receivers/kafka/counters.test.ts. */
const LISTED = [...METRICS, ...processMetricRows()].filter(
  metric => !KAFKA_METRICS.some(({ name }) => name === metric.name),
);

describe('/metrics', () => {
  it('shows each metric of the list, with its type, and no other', () => {
    const shown = [...parseMetrics(text).values()].map(({ name, type }) => `${name} ${type}`);
    expect(shown.sort()).toEqual(LISTED.map(({ name, type }) => `${name} ${type}`).sort());
  });

  it('gives each the labels of the list', () => {
    const families = parseMetrics(text);
    for (const { name, labels } of LISTED) {
      const { samples } = families.get(name)!;
      expect({ name, shown: samples.length > 0 }).toEqual({ name, shown: true });
      for (const sample of samples) {
        const given = [...sample.labels.keys()].filter(label => label !== 'le').sort();
        expect({ name, labels: given }).toEqual({ name, labels: labels.filter(label => label !== 'le').sort() });
      }
    }
  });

  it('is timed by the histograms: every request is in one bucket', () => {
    const { samples } = parseMetrics(text).get('tacit_otlp_request_duration_seconds')!;
    const counts = samples.filter(({ name }) => name.endsWith('_count')).map(({ value }) => value);
    expect(counts).toEqual([2, 1]);
  });

  it('is to the liking of promtool, where there is one', context => {
    const { status, stdout, stderr, error } = spawnSync('promtool', ['check', 'metrics'], {
      input: text,
      encoding: 'utf8',
    });
    if (error !== undefined) return context.skip('promtool is not installed');
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
  });
});
