/** A reload: what it changes, what it keeps, and what it refuses. */
import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { GraphDocument } from '../../src/contract/graph-document.ts';
import { ANY_PORT, Reloadable, sampleOf } from './reloadable.ts';

interface Written {
  readonly grpc?: string;
  readonly http?: string;
  readonly httpMore?: string;
  readonly api?: string;
  readonly more?: string;
  readonly processors?: string;
  readonly traces?: string;
  readonly topology?: string;
  readonly pipelines?: string;
}

const textOf = ({
  grpc = ANY_PORT,
  http = ANY_PORT,
  httpMore = '',
  api = ANY_PORT,
  more = '',
  processors = '{memory_limiter: {limit_mib: 1000000}}',
  traces = '[memory_limiter]',
  topology = 'max_pending: 10000, max_late: 10000, max_seen: 10000',
  pipelines = '',
}: Written = {}) => `
receivers:
  otlp: {protocols: {grpc: {endpoint: '${grpc}'}, http: {endpoint: '${http}'${httpMore}}}}
${more}
processors: ${processors}
connectors: {topology: {correlation: {${topology}}}}
extensions: {http_api: {endpoint: '${api}'}, storage: {path: ./data}}
service:
  extensions: [http_api]
  pipelines:
    traces: {receivers: [otlp], processors: ${traces}, exporters: [topology]}
${pipelines}
`;

let running: Reloadable;
afterEach(() => running.service.stop());

const start = async (written: Written = {}) => {
  running = await Reloadable.start(textOf(written));
  return running;
};

async function edgeCount(): Promise<number> {
  const graph = (await (await running.get('/v1/graph')).json()) as GraphDocument;
  return graph.edges.reduce((sum, edge) => sum + edge.count, 0);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise(resolve => server.close(resolve));
  return port;
}

async function occupy(): Promise<{ readonly port: number; free(): Promise<void> }> {
  const server = createServer();
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as { port: number }).port,
    free: () => new Promise(resolve => server.close(() => resolve())),
  };
}

describe('a reload', () => {
  it('of the same text changes nothing, and says so', async () => {
    const { service, reload } = await start();
    const before = service.listeners;
    expect(await running.reload(textOf())).toEqual({ result: 'unchanged', problems: [], changed: [] });
    expect(service.listeners).toEqual(before);
    expect(reload).toBeTypeOf('function');
    expect(await running.send(1)).toBe(200);
  });

  it('keeps the graph and the listeners when a processor comes, changes and goes', async () => {
    const { service } = await start();
    const before = service.listeners;
    await running.send(1);
    const drop = (name: string) => `{drop: {spans: [{name: '${name}'}]}}`;
    expect((await running.reload(textOf({ processors: drop('GET /'), traces: '[drop]' }))).result).toBe('applied');
    await running.send(2);
    expect(sampleOf(await running.metrics(), 'tacit_processor_dropped_spans_total')).toBe(1);
    expect((await running.reload(textOf({ processors: drop('nothing'), traces: '[drop]' }))).result).toBe('applied');
    await running.send(3);
    expect((await running.reload(textOf())).result).toBe('applied');
    await running.send(4);
    expect(service.listeners).toEqual(before);
    expect(await edgeCount()).toBe(3);
    const metrics = await running.metrics();
    expect(sampleOf(metrics, 'tacit_processor_dropped_spans_total')).toBe(1);
    expect(sampleOf(metrics, 'tacit_spans_received_total')).toBe(8);
    expect(sampleOf(metrics, 'tacit_otlp_requests_total{receiver="otlp",protocol="http"')).toBe(4);
  });

  it('binds rules to attributes that were not read before, and those that stay to the slots as they are then', async () => {
    await start();
    const rules = (...rules: string[]) =>
      `{drop: {spans: [${rules.join(', ')}]}, drop/2: {spans: [{attribute: b.b, equals: 1}]}}`;
    const a = '{attribute: a.a, equals: 1}';
    await running.reload(textOf({ processors: rules(a), traces: '[drop, drop/2]' }));
    await running.reload(textOf({ processors: rules(), traces: '[drop, drop/2]' }));
    const span = (attribute: string) => ({
      resourceSpans: [
        {
          scopeSpans: [
            {
              spans: [
                {
                  traceId: '1'.repeat(32),
                  spanId: `${attribute.charCodeAt(0)}`.padStart(16, '0'),
                  startTimeUnixNano: `${Date.now()}000000`,
                  endTimeUnixNano: `${Date.now()}000000`,
                  attributes: [{ key: attribute, value: { intValue: '1' } }],
                },
              ],
            },
          ],
        },
      ],
    });
    for (const attribute of ['a.a', 'b.b', 'c.c']) {
      const headers = { 'content-type': 'application/json' };
      const body = JSON.stringify(span(attribute));
      const url = `http://${running.address('otlp')}/v1/traces`;
      expect((await fetch(url, { method: 'POST', headers, body })).status).toBe(200);
    }
    const metrics = await running.metrics();
    expect(sampleOf(metrics, 'tacit_processor_dropped_spans_total{processor="drop"}')).toBe(0);
    expect(sampleOf(metrics, 'tacit_processor_dropped_spans_total{processor="drop/2"}')).toBe(1);
  });

  it('moves one listener and leaves the other alone', async () => {
    const { service } = await start();
    const [grpc, http] = [running.address('otlp', 'grpc'), running.address('otlp')];
    const port = await freePort();
    expect((await running.reload(textOf({ http: `127.0.0.1:${port}` }))).result).toBe('applied');
    expect(running.address('otlp', 'grpc')).toBe(grpc);
    expect(running.address('otlp')).toBe(`127.0.0.1:${port}`);
    expect(service.listeners).toHaveLength(3);
    await expect(fetch(`http://${http}/v1/traces`)).rejects.toThrow();
    expect(await running.send(1)).toBe(200);
  });

  it('changes limits of a listener in place', async () => {
    await start();
    const before = running.address('otlp');
    await running.reload(textOf({ httpMore: ', max_request_body_size: 1KiB' }));
    expect(running.address('otlp')).toBe(before);
    const headers = { 'content-type': 'application/json' };
    const post = () => fetch(`http://${before}/v1/traces`, { method: 'POST', headers, body: `{}${' '.repeat(2000)}` });
    expect((await post()).status).toBe(413);
    await running.reload(textOf());
    expect((await post()).status).toBe(200);
  });

  it('moves the API, and a second receiver comes and goes', async () => {
    await start();
    const port = await freePort();
    const second = {
      more: `  otlp/2: {protocols: {http: {endpoint: '${ANY_PORT}'}}}`,
      pipelines: '    traces/2: {receivers: [otlp/2], exporters: [topology]}',
    };
    expect((await running.reload(textOf({ ...second, api: `127.0.0.1:${port}` }))).result).toBe('applied');
    expect(await running.send(1, 'otlp/2')).toBe(200);
    expect(await running.send(2)).toBe(200);
    expect(await edgeCount()).toBe(2);
    const two = running.address('otlp/2');
    expect((await running.reload(textOf({ api: `127.0.0.1:${port}` }))).result).toBe('applied');
    expect(running.address('otlp/2')).toBeUndefined();
    await expect(fetch(`http://${two}/`)).rejects.toThrow();
    expect(await running.metrics()).toContain('receiver="otlp/2"');
    expect(Object.keys(running.service.status().pipelines)).toEqual(['traces']);
  });

  it('gives a receiver another signal without touching its listener', async () => {
    await start();
    const logs = () => {
      const headers = { 'content-type': 'application/json' };
      return fetch(`http://${running.address('otlp')}/v1/logs`, { method: 'POST', headers, body: '{}' });
    };
    expect((await logs()).status).toBe(404);
    await running.reload(textOf({ pipelines: '    logs: {receivers: [otlp], exporters: [topology]}' }));
    expect((await logs()).status).toBe(200);
    await running.reload(textOf());
    expect((await logs()).status).toBe(404);
  });
});

describe('a reload that cannot be', () => {
  it('names every problem with its place, and leaves everything as it was', async () => {
    const { service, lines } = await start();
    const before = service.listeners;
    const text = textOf({ topology: 'wait: soon', httpMore: ', max_body: 1' });
    const report = await running.reload(text);
    expect(report.result).toBe('refused');
    expect(report.problems).toEqual([
      expect.stringMatching(/^test\.yaml:3:\d+: receivers\.otlp\.protocols\.http\.max_body: 'max_body' is unknown/),
      expect.stringMatching(/^test\.yaml:6:\d+: connectors\.topology\.correlation\.wait: /),
    ]);
    expect(service.listeners).toEqual(before);
    expect(await running.send(1)).toBe(200);
    const status = (await (await running.get('/v1/status')).json()) as { configuration: { lastReload: object } };
    expect(status.configuration.lastReload).toMatchObject(report);
    const metrics = await running.metrics();
    expect(sampleOf(metrics, 'tacit_config_reloads_total{result="refused"}')).toBe(1);
    expect(sampleOf(metrics, 'tacit_config_last_reload_successful')).toBe(0);
    expect(lines().filter(({ level }) => level === 'error')).toHaveLength(3);
    await running.reload(textOf());
    expect(sampleOf(await running.metrics(), 'tacit_config_last_reload_successful')).toBe(1);
  });

  it('because an option needs a restart: none of the others is applied', async () => {
    await start();
    const report = await running.reload(
      textOf({ topology: 'max_pending: 20000, max_late: 10000, max_seen: 10000, wait: 1s' }),
    );
    expect(report.result).toBe('refused');
    expect(report.problems).toEqual([
      'test.yaml:6:52: connectors.topology.correlation.max_pending: 10000 → 20000 needs a restart; undo it, or restart the service',
    ]);
    expect((await running.reload(textOf())).result).toBe('unchanged');
  });

  it('because a port is taken: what was prepared is given up', async () => {
    const { service } = await start();
    const before = service.listeners;
    const taken = await occupy();
    const port = await freePort();
    try {
      const report = await running.reload(textOf({ api: `127.0.0.1:${port}`, grpc: `127.0.0.1:${taken.port}` }));
      expect(report.result).toBe('failed');
      expect(report.problems[0]).toMatch(/in use/);
      expect(service.listeners).toEqual(before);
      await expect(fetch(`http://127.0.0.1:${port}/healthz`)).rejects.toThrow();
      expect(await running.send(1)).toBe(200);
      expect(service.status().ready).toBe(true);
    } finally {
      await taken.free();
    }
    expect((await running.reload(textOf({ api: `127.0.0.1:${port}`, grpc: `127.0.0.1:${taken.port}` }))).result).toBe(
      'applied',
    );
  });

  it('because the text is no YAML, or is gone', async () => {
    await start();
    expect((await running.reload('receivers: [')).result).toBe('refused');
    expect((await running.reload('')).result).toBe('refused');
    expect(await running.send(1)).toBe(200);
  });
});
