/** Every route takes what it needs from its view in the turn in which it was given it. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { GraphView } from '../../src/contract/graph-view.ts';
import { viewOfDocument } from '../../src/query/document-view.ts';
import { documentOf, edgeOf, nodeOf } from '../kits/view.ts';
import { type RunningApi, startApi } from './start-api.ts';

const web = nodeOf('service', 'web');
const cart = nodeOf('service', 'cart');
const mail = nodeOf('service', 'mail');
const orders = nodeOf('topic', 'orders');
const calls = edgeOf(web, 'calls', cart);
const nodes = [web, cart, mail, orders];
const edges = [calls, edgeOf(cart, 'publishes', orders), edgeOf(orders, 'consumes', mail)];
const paths = { parents: [-1, 0], nodes: [0, 1], counts: [2, 2] };
const ROUTES = [
  '/',
  '/v1/status',
  '/v1/graph',
  '/v1/graph?format=dot&kind=service',
  '/v1/nodes',
  `/v1/nodes/${encodeURIComponent(web.id)}`,
  '/v1/nodes?kind=service',
  '/v1/edges',
  `/v1/edges/${encodeURIComponent(calls.id)}`,
  '/v1/neighbors?node=cart',
  '/v1/paths?from=web&to=mail',
  '/v1/paths?from=web&to=mail&format=mermaid',
  '/v1/couplings',
  '/v1/couplings?service=mail&format=dot',
  `/v1/explain?edge=${encodeURIComponent(calls.id)}`,
  '/v1/explain?from=cart&to=mail',
  '/v1/explain?from=mail&to=web',
  '/v1/doctor',
  '/v1/doctor?service=cart',
  '/v1/doctor?from=mail&to=web',
];

let api: RunningApi;
beforeAll(async () => {
  api = await startApi(undefined);
  Object.defineProperty(api, 'view', { get: shortLivedView });
});
afterAll(() => api.stop());

/** As the one of the API's thread once the next delta begins. */
function shortLivedView(): GraphView {
  const view = viewOfAll();
  let isOutdated = false;
  void nextTurn().then(() => {
    isOutdated = true;
  });
  const lazy = ['nodes', 'edges', 'node', 'edge', 'weights', 'paths'];
  return new Proxy(view, {
    get(target, name) {
      if (isOutdated && lazy.includes(String(name))) throw new Error(`${String(name)} of an outdated view`);
      return Reflect.get(target, name);
    },
  });
}

function viewOfAll(): GraphView {
  return viewOfDocument(documentOf(nodes, edges, { paths }));
}

it.each(ROUTES)('%s', async route => {
  const response = await api.get(route);
  expect([response.status, response.status === 200 || (await response.text())]).toEqual([200, true]);
  await response.text();
  expect(api.warnings).toEqual([]);
});
