/** Names of a configuration in a running service: at once, for all that was counted, and undone as they came. */
import { afterEach, expect, it } from 'vitest';
import type { Edge, GraphDocument, Node } from '../../src/contract/graph-document.ts';
import { ANY_PORT, Reloadable } from './reloadable.ts';

const textOf = (identity: string) => `
receivers:
  otlp: {protocols: {grpc: {endpoint: '${ANY_PORT}'}, http: {endpoint: '${ANY_PORT}'}}}
connectors:
  topology:
    correlation: {max_pending: 10000, max_late: 10000, max_seen: 10000}
    identity: {${identity}}
extensions: {http_api: {endpoint: '${ANY_PORT}'}}
service:
  extensions: [http_api]
  pipelines:
    traces: {receivers: [otlp], exporters: [topology]}
`;

let running: Reloadable;
afterEach(() => running.service.stop());

const read = async <T>(path: string): Promise<T> => (await (await running.get(path)).json()) as T;
const edges = async (): Promise<string[]> =>
  (await read<GraphDocument>('/v1/graph')).edges.map(({ id, count }) => `${id} ${count}`);

it('an alias holds for the graph as it is, and leaves no trace when it goes', async () => {
  running = await Reloadable.start(textOf(''));
  for (const n of [1, 2, 3]) expect(await running.send(n)).toBe(200);
  const before = await edges();
  expect(before).toEqual(['service:web#calls#service:shop 3']);
  const etag = (await running.get('/v1/graph')).headers.get('etag');

  const alias = 'aliases: [{kind: service, from: shop, to: store}]';
  expect(await running.reload(textOf(alias))).toMatchObject({ result: 'applied' });
  expect(await edges()).toEqual(['service:web#calls#service:store 3']);
  expect((await running.get('/v1/graph', { 'if-none-match': etag! })).status).toBe(200);
  expect(await read<Node>('/v1/nodes/service:shop')).toMatchObject({
    id: 'service:store',
    resolvedTo: 'service:store',
    rawIds: ['service:shop'],
  });
  expect(await read<Node>('/v1/nodes/shop')).toMatchObject({ id: 'service:store', resolvedTo: 'service:store' });
  const old = encodeURIComponent('service:web#calls#service:shop');
  expect(await read<Edge>(`/v1/edges?id=${old}`)).toMatchObject({
    id: 'service:web#calls#service:store',
    resolvedTo: 'service:web#calls#service:store',
    rawIds: ['service:web#calls#service:shop'],
  });
  // What comes now is counted in the same place.
  expect(await running.send(4)).toBe(200);
  expect(await edges()).toEqual(['service:web#calls#service:store 4']);

  const loop = 'aliases: [{kind: service, from: shop, to: web}]';
  expect(await running.reload(textOf(loop))).toMatchObject({ result: 'applied' });
  expect((await read<GraphDocument>('/v1/graph')).edges).toMatchObject([
    { id: 'service:web#calls#service:web', count: 4, loop: true },
  ]);

  expect(await running.reload(textOf(''))).toMatchObject({ result: 'applied' });
  expect(await edges()).toEqual(['service:web#calls#service:shop 4']);
  expect((await running.get('/v1/nodes/service:store')).status).toBe(404);
  expect(await running.reload(textOf("aliases: [{kind: service, from: '/(/', to: x}]"))).toMatchObject({
    result: 'refused',
    problems: [expect.stringContaining('is no regular expression')],
  });
});
