import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Edge, GraphDocument, Node } from '../../src/contract/graph-document.ts';
import { EMPTY_STATS, edgeOf, nodeOf, viewOf } from '../kits/view.ts';
import { type RunningApi, startApi } from './start-api.ts';

const HOSTILE_NAMES = ['a/b', 'c#d', '100%', '%2F', 'sp ace', 'ünï', '../..', '"]--x', '__proto__', 'x'.repeat(255)];

const web = nodeOf('service', 'web', { environment: 'prod' });
const cart = nodeOf('service', 'cart', {
  environment: 'prod',
  namespace: 'shop',
  rawIds: ['external:cart:8080@prod', 'service:cart@prod'],
});
const orders = nodeOf('topic', 'orders', { environment: 'prod' });
const ordersService = nodeOf('service', 'orders', { environment: 'staging' });
const gone = nodeOf('service', 'retired', { state: 'gone' });
const hostile = HOSTILE_NAMES.map(name => nodeOf('service', name, { environment: 'odd' }));
const call = edgeOf(web, 'calls', cart, { count: 5 });
const publish = edgeOf(cart, 'publishes', orders, { count: 2 });
const nodes = [web, cart, orders, ordersService, gone, ...hostile];
const edges = [call, publish, ...hostile.map(node => edgeOf(node, 'calls', node, { loop: true }))];

let api: RunningApi;
beforeAll(async () => {
  api = await startApi(viewOf(nodes, edges));
});
afterAll(() => api.stop());

async function graph(path: string): Promise<GraphDocument> {
  return (await api.json(path)) as unknown as GraphDocument;
}

describe('/v1/graph', () => {
  it('answers the document, without what is gone', async () => {
    const document = await graph('/v1/graph');
    expect(document).toMatchObject({ schema: 'tacit.graph/v1', revision: 1, truncated: false, stats: EMPTY_STATS });
    expect(document.nodes).toHaveLength(nodes.length - 1);
    expect(document.edges).toHaveLength(edges.length);
    expect((await graph('/v1/graph?state=gone')).nodes.map(node => node.id)).toEqual([gone.id]);
    expect((await graph('/v1/graph?state=all')).nodes).toHaveLength(nodes.length);
  });

  it('filters by environment, namespace, kind and count', async () => {
    expect((await graph('/v1/graph?env=prod')).edges.map(edge => edge.kind).sort()).toEqual(['calls', 'publishes']);
    expect((await graph('/v1/graph?env=prod,staging')).nodes).toHaveLength(4);
    expect((await graph('/v1/graph?namespace=shop')).nodes.map(node => node.id)).toEqual([cart.id]);
    expect((await graph('/v1/graph?kind=publishes')).nodes.map(node => node.name).sort()).toEqual(['cart', 'orders']);
    expect((await graph('/v1/graph?kind=service,calls&min_count=3')).edges.map(edge => edge.id)).toEqual([call.id]);
  });

  it('says when a limit cut it', async () => {
    const document = await graph('/v1/graph?limit=2');
    expect(document.truncated).toBe(true);
    expect(document.edges.map(edge => edge.id)).toEqual([call.id]);
  });

  it('draws', async () => {
    const dot = await api.get('/v1/graph?format=dot&env=prod');
    expect(dot.headers.get('content-type')).toBe('text/vnd.graphviz; charset=utf-8');
    expect(await dot.text()).toContain(`"${cart.id}" -> "${orders.id}" [label="publishes 2"`);
    const mermaid = await api.get('/v1/graph?format=mermaid&env=prod');
    expect(mermaid.headers.get('content-type')).toBe('text/vnd.mermaid; charset=utf-8');
    expect(await mermaid.text()).toMatch(/^flowchart LR\n {2}n1\["cart"\]\n/);
  });

  it.each([
    ['graphml', 'application/graphml+xml; charset=utf-8', /<graphml [\s\S]*<\/graphml>\n$/],
    ['gexf', 'application/gexf+xml; charset=utf-8', /<gexf [\s\S]*<\/gexf>\n$/],
    ['cytoscape', 'application/json; charset=utf-8', /^\{"elements":\{"nodes":\[\{/],
    ['grafana', 'application/json; charset=utf-8', /^\{"nodes":\[\{/],
  ])('writes %s', async (format, type, shape) => {
    for (const path of ['/v1/graph?', '/v1/neighbors?node=web&']) {
      const answer = await api.get(`${path}format=${format}`);
      expect({ status: answer.status, type: answer.headers.get('content-type') }).toEqual({ status: 200, type });
      expect(await answer.text()).toMatch(shape);
    }
  });

  it('answers 304 as long as the revision is known', async () => {
    const etag = (await api.get('/v1/graph')).headers.get('etag')!;
    const again = await api.get('/v1/graph', { 'if-none-match': etag });
    expect(again.status).toBe(304);
    expect(await again.text()).toBe('');
    for (const path of ['/v1/nodes/nobody', '/v1/edges?id=nothing', '/v1/neighbors?node=nobody'])
      expect((await api.get(path, { 'if-none-match': etag })).status).toBe(404);
    const before = api.view;
    api.view = viewOf(nodes, edges, EMPTY_STATS, 2);
    expect((await api.get('/v1/graph', { 'if-none-match': etag })).status).toBe(200);
    api.view = before;
  });
});

describe('/v1/nodes and /v1/edges', () => {
  it('answer one node by encoded id, key, name or ?id=, whatever it is called', async () => {
    for (const node of hostile) {
      const paths = [
        `/v1/nodes/${encodeURIComponent(node.id)}`,
        `/v1/nodes/${node.key}`,
        `/v1/nodes?id=${encodeURIComponent(node.id)}`,
        `/v1/nodes?id=${encodeURIComponent(node.name)}`,
      ];
      for (const path of paths) expect((await api.json(path)) as unknown as Node, path).toEqual(node);
    }
    expect(((await api.json(`/v1/nodes/${encodeURIComponent('a/b')}`)) as unknown as Node).id).toBe(hostile[0]!.id);
    expect(((await api.json('/v1/nodes/a/b')) as unknown as Node).id).toBe(hostile[0]!.id);
    expect(((await api.json(`/v1/nodes/${gone.id}`)) as unknown as Node).id).toBe(gone.id);
  });

  it('answer one edge by encoded id, key or ?id=', async () => {
    for (const edge of edges) {
      const paths = [
        `/v1/edges/${encodeURIComponent(edge.id)}`,
        `/v1/edges/${edge.key}`,
        `/v1/edges?id=${encodeURIComponent(edge.id)}`,
      ];
      const alone = { ...edge, rawIds: [edge.id] };
      for (const path of paths) expect((await api.json(path)) as unknown as Edge, path).toEqual(alone);
    }
  });

  it('answer an id that is shown as another by now with that one', async () => {
    const old = encodeURIComponent('external:cart:8080@prod');
    for (const path of [`/v1/nodes/${old}`, `/v1/nodes?id=${old}`]) {
      expect(await api.json(path), path).toEqual({ ...cart, resolvedTo: cart.id });
    }
    expect(await api.json(`/v1/nodes/${cart.key}`)).toEqual(cart);
    const { nodes: around } = await graph(`/v1/neighbors?node=${old}`);
    expect(around.map(node => node.id)).toContain(cart.id);
  });

  it('give pages whose cursor survives changes', async () => {
    const seen: string[] = [];
    let next: string | null = null;
    const before = api.view;
    do {
      const page = await api.json(`/v1/nodes?limit=4${next === null ? '' : `&cursor=${next}`}`);
      seen.push(...(page.items as Node[]).map(node => node.id));
      next = page.next as string | null;
      api.view = viewOf(
        [...nodes, nodeOf('service', '!new', { id: 'service:!new' })],
        edges,
        EMPTY_STATS,
        api.view!.revision + 1,
      );
    } while (next !== null);
    api.view = before;
    expect(seen).toEqual(
      nodes
        .filter(node => node !== gone)
        .map(node => node.id)
        .sort(),
    );
    expect((await api.json('/v1/edges')).next).toBeNull();
    expect((await api.json('/v1/edges?env=prod&min_count=3')).items).toEqual([call]);
  });

  it('name what was near', async () => {
    expect(await api.json('/v1/nodes/carts', 404)).toMatchObject({ status: 404, near: [cart.id] });
    expect(await api.json(`/v1/nodes?id=${encodeURIComponent('service:wbe@prod')}`, 404)).toMatchObject({
      near: [web.id],
    });
    const unknown = encodeURIComponent(`${web.id}#reads#${cart.id}`);
    expect(await api.json(`/v1/edges/${unknown}`, 404)).toMatchObject({ near: [call.id] });
  });

  it('list the candidates of an ambiguous name, which an environment can tell apart', async () => {
    expect(await api.json('/v1/nodes/orders', 400)).toMatchObject({ candidates: [ordersService.id, orders.id] });
    expect(await api.json('/v1/nodes?id=orders&env=prod')).toEqual(orders);
  });
});

describe('/v1/neighbors', () => {
  it('walks from a node', async () => {
    const names = async (query: string) => (await graph(`/v1/neighbors?${query}`)).nodes.map(node => node.name).sort();
    expect(await names('node=cart')).toEqual(['cart', 'orders', 'web']);
    expect(await names('node=web&direction=out&depth=2')).toEqual(['cart', 'orders', 'web']);
    expect(await names('node=web&direction=in')).toEqual(['web']);
    expect((await graph('/v1/neighbors?node=web&depth=9&limit=2')).truncated).toBe(true);
    expect(await (await api.get('/v1/neighbors?node=web&format=mermaid')).text()).toContain('n2 -->|"calls 5"| n1');
  });

  it('wants a node that exists', async () => {
    expect(await api.json('/v1/neighbors', 400)).toMatchObject({ parameter: 'node' });
    expect(await api.json('/v1/neighbors?node=wbe', 404)).toMatchObject({ near: [web.id] });
    expect(await api.json('/v1/neighbors?node=orders', 400)).toMatchObject({
      candidates: [ordersService.id, orders.id],
    });
  });
});

describe('wrong requests', () => {
  it.each([
    ['/v1/graph?limt=3', { parameter: 'limt', near: ['limit'] }],
    ['/v1/graph?cursor=x', { parameter: 'cursor' }],
    ['/v1/status?verbose=1', { parameter: 'verbose' }],
    ['/v1/nodes/web?env=prod', { parameter: 'env' }],
    ['/v1/status?at=-1h', { parameter: 'at', detail: expect.stringContaining('this is about now') }],
    ['/v1/edges?end=2026-01-01T00:00:00Z', { parameter: 'start' }],
    ['/v1/graph?limit=x', { parameter: 'limit', detail: 'limit must be integer, not "x"' }],
    ['/v1/nodes?limit=0', { parameter: 'limit' }],
    ['/v1/nodes?limit=2&limit=3', { detail: 'limit is given 2 times; give it once' }],
    [
      '/v1/graph?format=xml',
      { detail: 'format must be one of json, dot, mermaid, graphml, gexf, cytoscape, grafana, not "xml"' },
    ],
    ['/v1/graph?kind=servce', { parameter: 'kind', near: ['service'] }],
    ['/v1/graph?kind=colour', { detail: expect.stringMatching(/^kind "colour" is unknown; known: service, topic/) }],
    ['/v1/edges?kind=colour', { detail: expect.stringMatching(/^kind "colour" is unknown; known: calls, publishes/) }],
    ['/v1/graph?state=actve', { parameter: 'state', near: ['active'] }],
    ['/v1/graph?env=', { parameter: 'env' }],
    ['/v1/nodes?cursor=zz', { parameter: 'cursor' }],
    ['/v1/neighbors?node=web&direction=up', { parameter: 'direction' }],
    ['/v1/debug/trace/xyz', { parameter: 'id' }],
    ['/v1/nodes/%zz', { title: 'Bad request' }],
  ])('%s is 400', async (path, problem) => {
    const response = await api.get(path);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    expect({ code: response.status, ...((await response.json()) as object) }).toMatchObject({
      code: 400,
      status: 400,
      type: expect.stringMatching(/^urn:tacit:problem:/),
      ...problem,
    });
  });

  it('are told what was meant, or nothing of it', async () => {
    for (const path of ['/v1/nodes/zzzzzzzzzz', '/v1/edges/zzzzzzzzzz']) {
      expect(await api.json(path, 404)).not.toHaveProperty('near');
    }
    expect(await api.json('/v1/edges?kind=zzzzzzzzzz', 400)).not.toHaveProperty('near');
    expect(await api.json('/v1/edges?zzzzzzzzzz=1', 400)).not.toHaveProperty('near');
  });

  it('are told what there is', async () => {
    expect(await api.json('/v2/graph', 404)).toMatchObject({ detail: expect.stringContaining('/docs') });
    const posted = await fetch(`${api.base}/v1/graph`, { method: 'POST', body: '{}' });
    expect(posted.status).toBe(405);
    expect(posted.headers.get('allow')).toBe('GET, HEAD');
  });

  it('are no faults of ours', () => {
    expect(api.warnings).toEqual([]);
  });
});
