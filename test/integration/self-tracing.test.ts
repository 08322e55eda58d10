/** The program traces itself into another one of its kind, and shows up there as a service. */
import { afterEach, expect, it, vi } from 'vitest';
import type { GraphDocument } from '../../src/contract/graph-document.ts';
import { callOf } from '../cli/analyze-calls.ts';
import { type RunningProcess, spawnTacit } from '../cli/kit.ts';
import { dataDirectory } from '../kits/data-directory.ts';

const SETTINGS = [
  'receivers.otlp.protocols.grpc.endpoint=127.0.0.1:0',
  'receivers.otlp.protocols.http.endpoint=127.0.0.1:0',
  'extensions.http_api.endpoint=127.0.0.1:0',
  'connectors.topology.correlation.wait=1s',
].map(set => `--set=${set}`);

const started: RunningProcess[] = [];
afterEach(() => {
  for (const one of started.splice(0)) one.signal('SIGKILL');
});

async function serve(...sets: readonly string[]) {
  const data = `--set=extensions.storage.path=${dataDirectory()}`;
  const service = spawnTacit(['serve', ...SETTINGS, data, ...sets.map(set => `--set=${set}`)]);
  started.push(service);
  const [, otlp] = await service.until(/otlp +http +(http:\S+)/);
  const [, api] = await service.until(/curl (http:\S+)\/v1\/graph/);
  return { service, otlp: otlp!, api: api! };
}

it.each(['http/protobuf', 'http/json'])('over %s', async protocol => {
  const watching = await serve();
  const traces = `service.telemetry.traces={endpoint: '${watching.otlp}', protocol: ${protocol}, sampling_ratio: 1}`;
  const traced = await serve(traces);
  const send = (body: string, traceparent?: string) => {
    const headers = { 'content-type': 'application/json', ...(traceparent === undefined ? {} : { traceparent }) };
    return fetch(`${traced.otlp}/v1/traces`, { method: 'POST', headers, body });
  };
  expect((await send(JSON.stringify(callOf(1, Date.now())))).status).toBe(200);
  expect((await send('{')).status).toBe(400);
  expect((await fetch(`${traced.api}/v1/graph`)).status).toBe(200);
  const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
  await send('{}', `00-${traceId}-00f067aa0ba902b7-01`);
  traced.service.signal('SIGTERM');
  expect((await traced.service.ended).code).toBe(0);
  await vi.waitFor(
    async () => {
      const graph = (await (await fetch(`${watching.api}/v1/graph`)).json()) as GraphDocument;
      const node = graph.nodes.find(one => one.name === 'tacit');
      expect(node).toMatchObject({ kind: 'service', entry: { count: expect.any(Number) } });
      // The three requests and one of the API, and the steps of its life, which are internal.
      expect(graph.stats.spans.received).toBe(6);
      expect(graph.stats.spans.internal).toBe(2);
    },
    { timeout: 30_000, interval: 300 },
  );
  const debug = (await (await fetch(`${watching.api}/v1/debug/trace/${traceId}`)).json()) as object;
  expect(debug).toMatchObject({
    spans: [{ parentSpanId: '00f067aa0ba902b7', service: 'service:tacit', class: 'server' }],
  });
});

it('an endpoint that is our own is an error', async () => {
  const own = '--set=service.telemetry.traces.endpoint=http://localhost:4318';
  const { code, stderr } = await spawnTacit(['validate', own]).ended;
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /service\.telemetry\.traces\.endpoint: http:\/\/localhost:4318 is where the program itself listens \(receivers\.otlp\.protocols\.http\.endpoint\)/,
  );
});

it('files for TLS are read with the configuration', async () => {
  const told = async (endpoint: string) => {
    const traces = `--set=service.telemetry.traces={endpoint: '${endpoint}', tls: {ca_file: /nowhere.pem}}`;
    return await spawnTacit(['validate', traces]).ended;
  };
  const missing = await told('https://c:4318');
  expect(missing.code).toBe(1);
  expect(missing.stderr).toContain('service.telemetry.traces.tls.ca_file: cannot read "/nowhere.pem"');
  expect((await told('http://c:4318')).stderr).toContain('http://c:4318 is sent to without TLS; write https://');
});

it('what is no URL is told, and headers are not shown', async () => {
  const bad = await spawnTacit(['validate', '--set=service.telemetry.traces.endpoint=collector:4318']).ended;
  expect(bad.stderr).toContain("'collector:4318' is no URL; write http://host:port");
  const traces = "--set=service.telemetry.traces={endpoint: 'http://c:4318', headers: {x-team: hidden}}";
  const shown = await spawnTacit(['validate', '--print', traces]).ended;
  expect(shown.stdout).toContain('x-team: "[REDACTED]"');
  expect(shown.stdout).not.toContain('hidden');
});
