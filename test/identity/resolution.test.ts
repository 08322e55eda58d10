/** Which identities a graph shows as one, and which not, with what it says about them. */
import { describe, expect, it } from 'vitest';
import { type Attributes, type JudgedSpan, judge } from '../kits/judged.ts';

const KAFKA = { 'messaging.system': 'kafka' };
const send = (topic: string, more: Attributes = {}, span: Partial<JudgedSpan> = {}): JudgedSpan => ({
  kind: 'producer',
  attributes: { ...KAFKA, 'messaging.destination.name': topic, ...more },
  ...span,
});
const inCluster = (id: string): Attributes => ({ 'messaging.kafka.cluster.id': id });
const sql = (more: Attributes = {}, span: Partial<JudgedSpan> = {}): JudgedSpan => ({
  kind: 'client',
  attributes: { 'db.query.text': 'SELECT a FROM public.orders', ...more },
  ...span,
});
const PG = { 'db.system.name': 'postgresql' };
const call = (service: string, peer: Attributes, span: Partial<JudgedSpan> = {}): JudgedSpan => ({
  service,
  kind: 'client',
  attributes: { 'http.request.method': 'GET', ...peer },
  ...span,
});
const seen = (service: string, span: Partial<JudgedSpan> = {}): JudgedSpan => ({ service, kind: 'server', ...span });

/** Ids but those of `service:app`. */
async function others(spans: readonly JudgedSpan[], ...args: readonly string[]): Promise<string[]> {
  return (await judge(spans, ...args)).nodes.filter(id => id !== 'service:app');
}

const ambiguous = (node: string, ...candidates: string[]) => ({
  code: 'ambiguous_identity',
  nodes: [node, ...candidates],
  message: expect.stringContaining(candidates.join(' or ')),
});

describe('a topic without a cluster', () => {
  it('is that of the only one of its name', async () => {
    const { graph, edges } = await judge([send('orders'), send('orders', inCluster('eu-1')), send('orders')]);
    expect(edges).toEqual(['service:app publishes topic:kafka/eu-1/orders']);
    expect(graph.edges[0]).toMatchObject({ count: 3, messages: 3, evidence: { client_span: 3 } });
    expect(graph.nodes[1]?.rawIds).toEqual(['topic:kafka/eu-1/orders', 'topic:kafka/~/orders']);
    expect(graph.diagnostics).toEqual([]);
  });

  it('stays itself when there are two, which are named', async () => {
    const ids = ['topic:kafka/eu-1/orders', 'topic:kafka/us-1/orders', 'topic:kafka/~/orders'];
    const { nodes, graph } = await judge([
      send('orders'),
      send('orders', inCluster('us-1')),
      send('orders', inCluster('eu-1')),
    ]);
    expect(nodes.slice(1)).toEqual(ids);
    expect(graph.diagnostics).toEqual([ambiguous(ids[2]!, ids[0]!, ids[1]!)]);
  });

  it('is not one of another name or system', async () => {
    const rabbit = { ...inCluster('eu-1'), 'messaging.system': 'rabbitmq' };
    expect(await others([send('orders'), send('mails', inCluster('eu-1')), send('orders', rabbit)])).toHaveLength(3);
  });

  it('and without a system is both of the only one', async () => {
    const { nodes } = await judge([send('orders', { 'messaging.system': '' }), send('orders')]);
    expect(nodes).toEqual(['service:app', 'topic:kafka/~/orders']);
  });

  it('adds producers and consumers up', async () => {
    const spans: JudgedSpan[] = [
      send('orders', inCluster('eu-1')),
      {
        service: 'mail',
        kind: 'consumer',
        attributes: { ...KAFKA, 'messaging.destination.name': 'orders' },
        under: 1,
      },
    ];
    const { edges } = await judge(spans);
    expect(edges).toEqual([
      'service:app publishes topic:kafka/eu-1/orders',
      'topic:kafka/eu-1/orders consumes service:mail',
    ]);
  });
});

describe('an environment that is not told', () => {
  it('is the only one there is', async () => {
    const { nodes } = await judge([send('orders'), send('orders', {}, { service: 'b', env: 'prod' })]);
    expect(nodes).toEqual(['service:app', 'service:b@prod', 'topic:kafka/~/orders@prod']);
  });

  it('is neither of two', async () => {
    const envs = ['prod', 'test'].map(env => send('orders', {}, { env }));
    const { graph } = await judge([send('orders'), ...envs]);
    expect(graph.diagnostics).toEqual([
      ambiguous('topic:kafka/~/orders', 'topic:kafka/~/orders@prod', 'topic:kafka/~/orders@test'),
    ]);
  });

  it('does not make services one', async () => {
    expect((await judge([seen('cart'), seen('cart', { env: 'prod' })])).nodes).toHaveLength(2);
  });

  it('is taken from most to fewest known parts', async () => {
    // Without cluster but with environment resolves first; what knows neither then has one candidate left.
    const spans = [
      send('orders', inCluster('eu-1'), { env: 'prod' }),
      send('orders', {}, { env: 'prod' }),
      send('orders'),
    ];
    const { nodes } = await judge(spans);
    expect(nodes.filter(id => id.startsWith('topic:'))).toEqual(['topic:kafka/eu-1/orders@prod']);
  });
});

describe('a table with unknown parts', () => {
  const FULL = { ...PG, 'db.namespace': 'shop', 'server.address': 'pg-1' };
  const ID = 'table:postgresql/pg-1/shop/public/orders';

  it.each<readonly [string, Attributes]>([
    ['without a host', { ...PG, 'db.namespace': 'shop' }],
    ['without a database', { ...PG, 'server.address': 'pg-1' }],
    ['without both', PG],
    ['without a system', {}],
    ['without a system, with a host', { 'server.address': 'pg-1', 'server.port': 1 }],
  ])('%s', async (title, attributes) => {
    const isAnother = title.endsWith('with a host');
    const { nodes, graph } = await judge([sql(attributes), sql(FULL)]);
    expect(nodes.filter(id => id.startsWith('table:'))).toEqual(
      isAnother ? [ID, 'table:~/pg-1:1/~/public/orders'] : [ID],
    );
    if (!isAnother) expect(graph.nodes.find(({ id }) => id === ID)?.rawIds).toHaveLength(2);
  });

  it('stays itself where two databases have one of its name', async () => {
    const two = ['shop', 'crm'].map(name => sql({ ...FULL, 'db.namespace': name }));
    const { nodes, graph } = await judge([sql(PG), ...two]);
    expect(nodes.filter(id => id.startsWith('table:'))).toHaveLength(3);
    expect(graph.diagnostics).toEqual([
      ambiguous('table:postgresql/~/~/public/orders', 'table:postgresql/pg-1/crm/public/orders', ID),
    ]);
  });

  it('agrees on what both know, or is another', async () => {
    const { nodes } = await judge([sql({ ...PG, 'db.namespace': 'crm' }), sql(FULL)]);
    expect(nodes.filter(id => id.startsWith('table:'))).toEqual([ID, 'table:postgresql/~/crm/public/orders']);
  });

  it('is none of those that know as much as it', async () => {
    const { nodes } = await judge([sql({ ...PG, 'db.namespace': 'shop' }), sql({ ...PG, 'server.address': 'pg-1' })]);
    expect(nodes.filter(id => id.startsWith('table:'))).toHaveLength(2);
  });

  it('may be one that has unknown parts, too', async () => {
    const { nodes } = await judge([sql(PG), sql({ ...PG, 'db.namespace': 'shop' })]);
    expect(nodes.filter(id => id.startsWith('table:'))).toEqual(['table:postgresql/~/shop/public/orders']);
  });

  it('of MySQL is no table of PostgreSQL', async () => {
    const my = { 'db.system.name': 'mysql', 'db.query.text': 'SELECT a FROM orders' };
    expect((await judge([sql(my), sql(FULL)])).nodes.filter(id => id.startsWith('table:'))).toHaveLength(2);
  });

  it('and two with the same database on two hosts stay two', async () => {
    const hosts = ['pg-1', 'pg-2'].map(host => sql({ ...FULL, 'server.address': host }));
    const { nodes, graph } = await judge(hosts);
    expect(nodes.filter(id => id.startsWith('table:'))).toHaveLength(2);
    expect(graph.diagnostics).toEqual([]);
  });

  it('is no database, whatever they share', async () => {
    const query = { ...PG, 'db.namespace': 'shop', 'db.operation.name': 'SELECT', 'db.query.text': '' };
    expect((await judge([sql(query), sql(FULL)])).nodes).toEqual(['database:postgresql/~/shop', 'service:app', ID]);
  });

  it('as a database does the same', async () => {
    const redis = (more: Attributes) => sql({ 'db.system': 'redis', 'db.query.text': 'GET a', ...more });
    expect(
      await others([redis({ 'server.address': 'c-1' }), redis({ 'server.address': 'c-1', 'db.namespace': '0' })]),
    ).toEqual(['database:redis/c-1/0']);
  });
});

describe('a peer named like a service', () => {
  const services = (...names: string[]) => names.map(name => seen(name));

  it.each<readonly [string, Attributes]>([
    ['by peer.service', { 'peer.service': 'cart' }],
    ['by its host', { 'server.address': 'cart' }],
    ['by its host with a port', { 'server.address': 'cart', 'server.port': 8080 }],
    ['by its host in capitals', { 'server.address': 'CART', 'server.port': 8080 }],
    ['inside Kubernetes', { 'server.address': 'cart.shop.svc.cluster.local', 'server.port': 8080 }],
    ['inside Kubernetes, short', { 'server.address': 'cart.shop.svc' }],
    ['by a URL', { 'url.full': 'http://cart:8080/items' }],
  ])('%s is it', async (_, peer) => {
    const { edges, nodes } = await judge([call('web', peer), ...services('cart')]);
    expect(edges).toEqual(['service:web calls service:cart']);
    expect(nodes).toEqual(['service:cart', 'service:web']);
  });

  it.each<readonly [string, Attributes]>([
    ['another name', { 'peer.service': 'cart-db' }],
    ['another case', { 'peer.service': 'Cart' }],
    ['a host within a domain', { 'server.address': 'cart.example.com' }],
    ['a label that only looks like Kubernetes', { 'server.address': 'cart.svc.example.com' }],
  ])('%s is not', async (_, peer) => {
    const { nodes } = await judge([call('web', peer), ...services('cart')]);
    expect(nodes).toHaveLength(3);
  });

  it('only in its environment', async () => {
    const { nodes } = await judge([
      call('web', { 'peer.service': 'cart' }, { env: 'prod' }),
      seen('cart', { env: 'test' }),
      seen('cart'),
    ]);
    expect(nodes).toContain('external:cart@prod');
    const same = await judge([
      call('web', { 'peer.service': 'cart' }, { env: 'prod' }),
      seen('cart', { env: 'test' }),
      seen('cart', { env: 'prod' }),
    ]);
    expect(same.edges).toEqual(['service:web@prod calls service:cart@prod']);
  });

  it('whatever its namespace', async () => {
    const { edges } = await judge([call('web', { 'server.address': 'cart' }), seen('cart', { namespace: 'shop' })]);
    expect(edges).toEqual(['service:web calls service:shop/cart']);
  });

  it('but never when several share the name', async () => {
    const { nodes, graph } = await judge([
      call('web', { 'server.address': 'cart.shop.svc' }),
      seen('cart', { namespace: 'shop' }),
      seen('cart', { namespace: 'blog' }),
    ]);
    expect(nodes).toContain('external:cart.shop.svc');
    expect(graph.diagnostics).toEqual([ambiguous('external:cart.shop.svc', 'service:blog/cart', 'service:shop/cart')]);
  });

  it('nor a loopback address, which all share', async () => {
    const { nodes } = await judge([
      call('web', { 'server.address': 'localhost', 'server.port': 8080 }),
      seen('localhost'),
    ]);
    expect(nodes).toContain('external:localhost:8080');
  });

  it('adds its calls to those that were answered', async () => {
    const spans = [
      call('web', { 'server.address': 'cart' }),
      seen('cart', { under: 1 }),
      call('web', { 'server.address': 'cart', 'server.port': 8080 }),
      call('web', { 'server.address': 'cart' }),
    ];
    const { graph, edges } = await judge(spans);
    expect(edges).toEqual(['service:web calls service:cart']);
    expect(graph.edges[0]).toMatchObject({
      count: 3,
      served: 1,
      evidence: { paired: 1, client_span: 2 },
      latency: { client: { count: 3 }, server: { count: 1 } },
      firstSeen: '2026-01-15T12:00:00.000Z',
      lastSeen: '2026-01-15T12:00:00.003Z',
    });
    expect(graph.edges[0]?.exemplars).toHaveLength(3);
  });

  it('gives a loop where a service calls itself', async () => {
    const { graph } = await judge([call('web', { 'peer.service': 'web' })]);
    expect(graph.edges).toMatchObject([{ source: 'service:web', target: 'service:web', kind: 'calls', loop: true }]);
  });

  it('that calls a root server is it, too', async () => {
    const { edges } = await judge([seen('cart', { attributes: { 'peer.service': 'web' } }), seen('web')]);
    expect(edges).toEqual(['service:web calls service:cart']);
  });
});

describe('what spans say of one thing in any order', () => {
  it('gives the same graph', async () => {
    const spans = [
      send('orders'),
      send('orders', inCluster('eu-1'), { env: 'prod' }),
      sql(PG),
      sql({ ...PG, 'db.namespace': 'shop', 'server.address': 'pg-1' }),
      call('web', { 'server.address': 'cart' }),
      seen('cart'),
    ];
    const graphs = [spans, spans.toReversed(), [...spans.slice(3), ...spans.slice(0, 3)]].map(async order => {
      const { nodes, edges, graph } = await judge(order);
      return { nodes, edges, raw: graph.nodes.map(({ rawIds }) => rawIds), told: graph.diagnostics };
    });
    const [first, ...rest] = await Promise.all(graphs);
    for (const one of rest) expect(one).toEqual(first);
  });
});
