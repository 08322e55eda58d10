/** `/metrics` of a whole service and the one list of metrics say the same. */
import { collectDefaultMetrics, Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/contract/clock.ts';
import { componentFactories } from '../../src/service/components.ts';
import { createService } from '../../src/service/service.ts';
import { METRICS } from '../../src/telemetry/metrics.ts';
import { callOf } from '../cli/analyze-calls.ts';
import { checkedConfig, createTestLogger } from './components.ts';

const CONFIG = `
receivers:
  otlp: {protocols: {grpc: {endpoint: '127.0.0.1:0'}, http: {endpoint: '127.0.0.1:0'}}}
processors:
  memory_limiter: {limit_mib: 1000000}
  drop: {spans: [{name: health}]}
connectors: {topology: {correlation: {max_pending: 1000, max_late: 1000, max_seen: 1000}}}
extensions: {http_api: {endpoint: '127.0.0.1:0'}}
service:
  extensions: [http_api]
  pipelines:
    traces: {receivers: [otlp], processors: [memory_limiter, drop], exporters: [topology]}
    logs: {receivers: [otlp], exporters: [topology]}
`;

const service = createService(checkedConfig(CONFIG, componentFactories), {
  logger: createTestLogger().logger,
  clock: systemClock,
  version: '0.0.0',
});
let text: string;

beforeAll(async () => {
  await service.start();
  const [api, http] = ['http_api', 'otlp'].map(addressOf);
  for (const body of [JSON.stringify(callOf(1, Date.now())), '{']) {
    await fetch(`http://${http}/v1/traces`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  }
  await fetch(`http://${api}/healthz`);
  text = await (await fetch(`http://${api}/metrics`)).text();
});
afterAll(() => service.stop());

const addressOf = (component: string) =>
  service.listeners.find(one => one.component === component && one.protocol === 'http')!.address;

/** Those of the process, by prom-client, are not the program's to list. */
function processMetricNames(): ReadonlySet<string> {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: 'tacit_' });
  return new Set(registry.getMetricsAsArray().map(({ name }) => name));
}

const ownLines = (pattern: RegExp) => {
  const foreign = processMetricNames();
  return [...text.matchAll(pattern)].filter(([, name]) => !foreign.has(name!));
};

describe('/metrics', () => {
  it('shows each metric of the list, with its type, and no other', () => {
    const shown = ownLines(/^# TYPE (\S+) (\S+)$/gm).map(([, name, type]) => `${name} ${type}`);
    expect(shown.sort()).toEqual(METRICS.map(({ name, type }) => `${name} ${type}`).sort());
  });

  it('gives each the labels of the list', () => {
    const samples = ownLines(/^([a-z_]+)(?:\{(.*)\})? \S+$/gm).filter(([, name]) =>
      METRICS.some(one => one.name === name),
    );
    for (const [, name, labels = ''] of samples) {
      const given = [...labels.matchAll(/([a-z_]+)="/g)].map(([, label]) => label);
      expect({ name, labels: given }).toEqual({ name, labels: METRICS.find(one => one.name === name)!.labels });
    }
    expect(new Set(samples.map(([, name]) => name))).toEqual(new Set(METRICS.map(({ name }) => name)));
  });
});
