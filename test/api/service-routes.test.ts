import { afterEach, describe, expect, it } from 'vitest';
import { nodeOf, viewOf } from '../kits/view.ts';
import { type RunningApi, STARTED_AT, startApi } from './start-api.ts';

let api: RunningApi;
afterEach(() => api.stop());

describe('/v1/status', () => {
  it('tells pipelines, listeners, counters and horizons', async () => {
    api = await startApi(viewOf([nodeOf('service', 'a')], []));
    expect(await api.json('/v1/status')).toMatchObject({
      version: '0.1.0-test',
      startedAt: STARTED_AT,
      uptimeSeconds: 5,
      ready: true,
      listeners: [{ component: 'http_api', protocol: 'http', address: api.address, tls: 'off', auth: 'none' }],
      pipelines: { traces: { receivers: ['otlp'] } },
      graph: { revision: 1, nodes: 1, edges: 0 },
      stats: { spans: { received: 0 } },
      tiers: [{ name: 'rows', horizonSeconds: 10 }],
    });
  });

  it('answers before there is a graph, which questions about it do not', async () => {
    api = await startApi(undefined);
    expect(await api.json('/v1/status')).toMatchObject({ graph: null, stats: null, tiers: [] });
    for (const path of [
      '/v1/graph',
      '/v1/nodes',
      '/v1/edges/x',
      '/v1/neighbors?node=a',
      `/v1/debug/trace/${'a'.repeat(32)}`,
    ]) {
      expect(await api.json(path, 503)).toMatchObject({ title: 'No topology' });
    }
    expect((await api.get('/')).status).toBe(200);
  });
});

describe('/healthz and /readyz', () => {
  it('tell alive from ready', async () => {
    api = await startApi(viewOf([], []));
    expect((await api.get('/readyz')).status).toBe(200);
    api.ready = false;
    expect((await api.get('/readyz')).status).toBe(503);
    expect((await api.get('/healthz')).status).toBe(200);
  });
});

describe('/v1/debug/trace/{id}', () => {
  it('takes 64-bit ids in any case and answers the spans still kept', async () => {
    api = await startApi(viewOf([], []));
    const span = {
      spanId: '00000000000000cd',
      parentSpanId: null,
      service: 'a',
      class: 'server',
      fate: 'inferred',
      join: null,
      partnerSpanId: null,
      reason: 'entry',
      start: STARTED_AT,
      durationSeconds: 0.5,
    };
    api.spans = [span];
    const traceId = '00000000000000ab'.padStart(32, '0');
    expect(await api.json('/v1/debug/trace/00000000000000AB')).toEqual({ traceId, spans: [span] });
    expect(await api.json(`/v1/debug/trace/${'f'.repeat(32)}`)).toEqual({ traceId: 'f'.repeat(32), spans: [] });
  });
});

describe('/metrics', () => {
  it('holds numbers of the components and of the process, each family once', async () => {
    api = await startApi(viewOf([], []));
    await api.get('/healthz');
    const response = await api.get('/metrics');
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    const text = await response.text();
    expect(text).toContain('tacit_http_api_requests_total{route="/healthz",code="200"} 1\n');
    expect(text).toMatch(/^tacit_process_cpu_user_seconds_total \d/m);
    const families = [...text.matchAll(/^# TYPE (\S+)/gm)].map(match => match[1]!);
    expect(new Set(families).size).toBe(families.length);
    for (const family of families) expect(family).toMatch(/^tacit_/);
    for (const line of text.split('\n').filter(line => line !== ''))
      expect(line).toMatch(/^# (HELP|TYPE) |^[a-z0-9_]+(\{.*\})? ([0-9.e+-]+|NaN)$/i);
  });
});

describe('/', () => {
  it('is a page that needs nothing from elsewhere', async () => {
    api = await startApi(viewOf([nodeOf('service', '<b>')], []));
    const text = await (await api.get('/')).text();
    expect(text).toContain('<td>service nodes</td><td>1</td>');
    expect(text).toContain('href="/docs"');
    expect(text).not.toMatch(/https?:\/\/|<script/);
  });
});

describe('/docs', () => {
  it('shows the description', async () => {
    api = await startApi(viewOf([], []));
    const page = await api.get('/docs');
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('Swagger UI');
  });
});
