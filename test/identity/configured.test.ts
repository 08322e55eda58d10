/** Names that a configuration gives, through `tacit analyze --config` and `--set`, and what is said of wrong ones. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { folder } from '../cli/analyze-inputs.ts';
import { run } from '../cli/kit.ts';
import { type Attributes, type JudgedSpan, judge } from '../kits/judged.ts';

const set = (what: string, value: unknown) => [
  '--set',
  `connectors.topology.identity.${what}=${JSON.stringify(value)}`,
];
const aliases = (...rules: { kind: string; from: string; to: string }[]) => set('aliases', rules);
const seen = (service: string, span: Partial<JudgedSpan> = {}): JudgedSpan => ({ service, kind: 'server', ...span });
const call = (service: string, peer: Attributes, span: Partial<JudgedSpan> = {}): JudgedSpan => ({
  service,
  kind: 'client',
  attributes: { 'http.request.method': 'GET', ...peer },
  ...span,
});
const read = (host: string, more: Attributes = {}, span: Partial<JudgedSpan> = {}): JudgedSpan => ({
  kind: 'client',
  attributes: {
    'db.system.name': 'postgresql',
    'db.namespace': 'shop',
    'server.address': host,
    'db.query.text': 'SELECT a FROM orders',
    ...more,
  },
  ...span,
});

describe('an alias of a service', () => {
  it('is the service of that name, in its namespace and environment', async () => {
    const spans = [
      call('web', { 'server.address': 'x' }),
      seen('cart-v2', { under: 1 }),
      call('web', { 'server.address': 'x' }),
      seen('cart', { under: 3 }),
      seen('cart-v2', { env: 'prod', namespace: 'shop' }),
    ];
    const { nodes, graph, edges } = await judge(spans, ...aliases({ kind: 'service', from: 'cart-v2', to: 'cart' }));
    expect(nodes).toEqual(['service:cart', 'service:shop/cart@prod', 'service:web']);
    expect(edges).toEqual(['service:web calls service:cart']);
    expect(graph.edges[0]).toMatchObject({ count: 2, served: 2 });
    expect(graph.nodes[0]).toMatchObject({ name: 'cart', rawIds: ['service:cart', 'service:cart-v2'] });
    expect(graph.nodes[1]).toMatchObject({ name: 'cart', namespace: 'shop', rawIds: ['service:shop/cart-v2@prod'] });
  });

  it.each([
    ['a name that was not seen', { from: 'cart-v2', to: 'basket' }, ['service:basket']],
    ['an id', { from: 'service:cart-v2', to: 'service:shop/cart@prod' }, ['service:shop/cart@prod']],
    ['a pattern', { from: '/^cart-v[0-9]+$/', to: 'cart' }, ['service:cart']],
    ['a pattern found inside', { from: '/-v2/', to: 'cart' }, ['service:cart']],
    ['what a group found', { from: '/^(.*)-v[0-9]+$/', to: '$1' }, ['service:cart']],
    ['a pattern is no name', { from: 'cart-v.', to: 'cart' }, ['service:cart-v2']],
    ['another name', { from: 'cart', to: 'basket' }, ['service:cart-v2']],
  ])('%s', async (_, rule, nodes) => {
    expect((await judge([seen('cart-v2')], ...aliases({ kind: 'service', ...rule }))).nodes).toEqual(nodes);
  });

  it('counts once, the first that fits', async () => {
    const rules = aliases(
      { kind: 'service', from: 'a', to: 'b' },
      { kind: 'service', from: 'b', to: 'a' },
      { kind: 'service', from: 'a', to: 'c' },
    );
    const { graph } = await judge([seen('a'), seen('b')], ...rules);
    expect(graph.nodes.map(({ id, rawIds }) => [id, rawIds])).toEqual([
      ['service:a', ['service:b']],
      ['service:b', ['service:a']],
    ]);
  });

  it('comes before a peer is looked up by name', async () => {
    const rules = aliases({ kind: 'service', from: 'cart-v2', to: 'cart' });
    const { edges } = await judge([call('web', { 'server.address': 'cart' }), seen('cart-v2')], ...rules);
    expect(edges).toEqual(['service:web calls service:cart']);
  });

  it('adds up entries and times', async () => {
    const { graph } = await judge(
      [seen('cart-v2'), seen('cart'), seen('cart')],
      ...aliases({ kind: 'service', from: 'cart-v2', to: 'cart' }),
    );
    expect(graph.nodes).toMatchObject([
      { entry: { count: 3 }, firstSeen: '2026-01-15T12:00:00.000Z', lastSeen: '2026-01-15T12:00:00.002Z' },
    ]);
  });
});

describe('an alias of a peer', () => {
  const billing = aliases({ kind: 'external', from: '10.2.3.4:8080', to: 'service:legacy-billing' });
  const calls = (env?: string) =>
    call('web', { 'server.address': '10.2.3.4', 'server.port': 8080 }, env === undefined ? {} : { env });

  it('is the service it names', async () => {
    const { edges, graph } = await judge([calls(), seen('legacy-billing')], ...billing);
    expect(edges).toEqual(['service:web calls service:legacy-billing']);
    expect(graph.nodes[0]?.rawIds).toEqual(['external:10.2.3.4:8080', 'service:legacy-billing']);
  });

  it('of its environment, when there is exactly one', async () => {
    const prod = await judge([calls('prod'), seen('legacy-billing', { env: 'test' })], ...billing);
    expect(prod.edges).toEqual(['service:web@prod calls external:10.2.3.4:8080@prod']);
    const two = [seen('legacy-billing', { namespace: 'a' }), seen('legacy-billing', { namespace: 'b' })];
    const shared = await judge([calls(), ...two], ...billing);
    expect(shared.edges).toEqual(['service:web calls external:10.2.3.4:8080']);
    expect(shared.graph.diagnostics).toMatchObject([{ code: 'ambiguous_identity' }]);
  });

  it('of another environment or namespace, when its id says so', async () => {
    const rule = aliases({ kind: 'external', from: '10.2.3.4:8080', to: 'service:b/legacy-billing@test' });
    const two = ['a', 'b'].map(namespace => seen('legacy-billing', { namespace, env: 'test' }));
    expect((await judge([calls('prod'), ...two], ...rule)).edges).toEqual([
      'service:web@prod calls service:b/legacy-billing@test',
    ]);
  });

  it('is taken at its word for a service that nobody instruments', async () => {
    expect((await judge([calls()], ...billing)).edges).toEqual(['service:web calls service:legacy-billing']);
  });

  it('may be another name, which is looked up then', async () => {
    const rename = aliases({ kind: 'external', from: '10.2.3.4:8080', to: 'billing' });
    expect((await judge([calls()], ...rename)).edges).toEqual(['service:web calls external:billing']);
    expect((await judge([calls(), seen('billing')], ...rename)).edges).toEqual(['service:web calls service:billing']);
  });

  it.each(['API.bank:443', 'api.bank', 'api.bank:80'])(
    'is found by %s, with a default port or capitals',
    async from => {
      const spans = [call('web', { 'server.address': 'api.bank', 'server.port': 443 })];
      const { edges } = await judge(spans, ...aliases({ kind: 'external', from, to: 'bank' }));
      expect(edges).toEqual(['service:web calls external:bank']);
    },
  );

  it('is that of a peer alone', async () => {
    expect((await judge([seen('10.2.3.4:8080')], ...billing)).nodes).toEqual(['service:10.2.3.4:8080']);
  });
});

describe('a database server', () => {
  const orders = set('databases', [{ system: 'postgresql', host: 'orders-db(-ro)?\\.prod', instance: 'orders-db' }]);
  const tablesOf = async (spans: readonly JudgedSpan[], ...args: readonly string[]) =>
    (await judge(spans, ...args)).nodes.filter(id => id.startsWith('table:'));

  it('is one under three host names', async () => {
    const hosts = ['orders-db.prod', 'orders-db-ro.prod', 'orders-db'].map(host => read(host));
    const { graph, edges } = await judge(hosts, ...orders);
    expect(edges).toEqual(['table:postgresql/orders-db/shop/public/orders reads service:app']);
    expect(graph.edges[0]).toMatchObject({ count: 3, operations: { select: 3 } });
  });

  it.each([
    ['the whole host must fit', 'my-orders-db.prod', {}],
    ['the port is no part of the host', 'orders-db.prod', { 'server.port': 6432 }],
    ['another system', 'orders-db.prod', { 'db.system.name': 'mysql' }],
  ])('%s', async (title, host, more) => {
    const [table] = await tablesOf([read(host, more)], ...orders);
    expect(table?.split('/')[1]).toBe(title.startsWith('the port') ? 'orders-db' : host);
  });

  it.each([
    ['anchors make a search', '^orders', 'orders-db.prod'],
    ['host and port', 'pg-1:6432', 'pg-1:6432'],
    ['any system', '.*', 'pg-9'],
    ['capitals', 'PG-9', 'pg-9'],
    ['localhost by its name', 'localhost', '127.0.0.1'],
    ['localhost by its id', 'local', 'localhost'],
  ])('%s', async (_, host, address) => {
    const rule = set('databases', [{ host, instance: 'main' }]);
    expect(await tablesOf([read(address)], ...rule)).toEqual(['table:postgresql/main/shop/public/orders']);
  });

  it('names that of a sidecar, service by service', async () => {
    const rule = set('databases', [{ host: 'local:cart', instance: 'cart-db' }]);
    const sidecar = (service: string) => read('127.0.0.1', {}, { service, resource: { 'k8s.pod.name': 'x' } });
    expect(await tablesOf([sidecar('cart'), sidecar('web')], ...rule)).toEqual([
      'table:postgresql/cart-db/shop/public/orders',
      'table:postgresql/local:web/shop/public/orders',
    ]);
  });

  it('ends what is said of shared loopback addresses', async () => {
    const spans = ['a', 'b'].map(service => read('localhost', {}, { service }));
    expect((await judge(spans)).graph.diagnostics).toHaveLength(1);
    const named = await judge(spans, ...set('databases', [{ host: 'localhost', instance: 'dev' }]));
    expect(named.graph.diagnostics).toEqual([]);
  });

  it('has the name that what knows less resolves to', async () => {
    const spans = [read('orders-db.prod'), read('', { 'db.namespace': '' })];
    expect(await tablesOf(spans, ...orders)).toEqual(['table:postgresql/orders-db/shop/public/orders']);
  });
});

describe('an alias of a topic, table or database', () => {
  const send = (topic: string): JudgedSpan => ({
    kind: 'producer',
    attributes: { 'messaging.system': 'kafka', 'messaging.destination.name': topic },
  });

  it.each([
    [
      'a topic by name',
      [send('orders-v1')],
      { kind: 'topic', from: 'orders-v1', to: 'orders' },
      'topic:kafka/~/orders',
    ],
    [
      'a topic by id',
      [send('a')],
      { kind: 'topic', from: 'topic:kafka/~/a', to: 'topic:kafka/eu/b' },
      'topic:kafka/eu/b',
    ],
    [
      'a table',
      [read('pg-1')],
      { kind: 'table', from: 'orders', to: 'order' },
      'table:postgresql/pg-1/shop/public/order',
    ],
    [
      'a table by id',
      [read('pg-1')],
      { kind: 'table', from: 'table:postgresql/pg-1/shop/public/orders', to: 'table:postgresql/x/y/z/orders' },
      'table:postgresql/x/y/z/orders',
    ],
  ])('%s', async (_, spans, rule, id) => {
    expect((await judge(spans, ...aliases(rule))).nodes).toContain(id);
  });
});

describe('a configuration that is wrong', () => {
  const validate = async (...lines: string[]) => {
    const file = join(folder, 'identity.yaml');
    writeFileSync(file, ['connectors:', '  topology:', '    identity:', ...lines, ''].join('\n'));
    const { code, stderr, stdout } = await run(['validate', '--config', file]);
    expect(code).toBe(1);
    return stderr + stdout;
  };

  it.each([
    ['5:19', "aliases[0].kind: 'servise' is none of the allowed values; write service, topic, table, database or ext"],
    ['6:11', "aliases[1]: 'to' is missing"],
    ['7:27', 'databases[0].host: is empty'],
    ['7:45', "databases[0].sistem: 'sistem' is unknown; did you mean 'system'?"],
    ['8:17', "loopback: 'never' is none of the allowed values; write auto, shared or service"],
  ])('in its form: %s', async (at, what) => {
    const told = await validate(
      '      aliases:',
      '        - { kind: servise, from: a, to: b }',
      '        - { kind: service, from: a }',
      "      databases: [{ host: '', instance: db, sistem: x }]",
      '      loopback: never',
    );
    expect(told).toContain(`identity.yaml:${at}: connectors.topology.identity.${what}`);
  });

  it.each([
    ['5:34', 'aliases[0].from: is no regular expression: /cart-(/u: Unterminated group'],
    ['6:42', "aliases[1].to: 'service:a/b/c' is no id of a service; write a name, or an id such as service:cart"],
    ['7:41', "aliases[2].to: 'topic:kafka/~/orders' is the id of a topic; write a name, or an id of a service"],
    ['9:19', 'databases[0].host: is no regular expression'],
    ['12:22', 'topics.templates[0].match: is no regular expression'],
    ['13:20', 'topics.clusters[0]: fits no cluster; give brokers'],
  ])('in its patterns and ids: %s', async (at, what) => {
    const told = await validate(
      '      aliases:',
      "        - { kind: service, from: '/cart-(/', to: cart }",
      "        - { kind: external, from: a, to: 'service:a/b/c' }",
      "        - { kind: service, from: a, to: 'topic:kafka/~/orders' }",
      '      databases:',
      "        - { host: 'db-[', instance: db }",
      '      topics:',
      '        templates:',
      "          - { match: '*', name: any }",
      '        clusters: [{ name: eu-1 }]',
    );
    expect(told).toContain(`identity.yaml:${at}: connectors.topology.identity.${what}`);
  });
});
