/** Small traces, one per rule that docs/semantics.md draws, in as few words as a picture needs. */

export interface ExampleSpan {
  /** Letter of its class, as in the text: C client, S server, P producer, Q consumer, I internal. */
  readonly as: 'C' | 'S' | 'P' | 'Q' | 'I';
  /** Empty: the span names none. */
  readonly service: string;
  /** What the picture says of it. */
  readonly note?: string;
  readonly attributes?: Readonly<Record<string, string | number>>;
  /** Named, so that others can link to it. */
  readonly name?: string;
  readonly links?: readonly string[];
  readonly children?: readonly ExampleSpan[];
}

/** Each root is a trace of its own. */
export type Example = readonly ExampleSpan[];

const kafka = (topic: string) => ({ 'messaging.system': 'kafka', 'messaging.destination.name': topic });
const postgres = (statement: string) => ({
  'db.system.name': 'postgresql',
  'db.namespace': 'shop',
  'server.address': 'pg-1',
  'db.query.text': statement,
});
const peer = (name: string) => ({ 'peer.service': name });

export const EXAMPLES: Readonly<Record<string, Example>> = {
  calls: [
    {
      as: 'S',
      service: 'web',
      children: [
        { as: 'C', service: 'web', children: [{ as: 'S', service: 'shop' }] },
        {
          as: 'C',
          service: 'web',
          note: 'peer.service bank',
          attributes: peer('bank'),
        },
        { as: 'C', service: 'web', note: 'names nobody, answered by nobody' },
      ],
    },
  ],
  hops: [
    {
      as: 'C',
      service: 'web',
      children: [
        {
          as: 'S',
          service: '',
          note: 'a proxy without name',
          children: [{ as: 'C', service: '', children: [{ as: 'S', service: 'shop' }] }],
        },
      ],
    },
    { as: 'I', service: 'cron', children: [{ as: 'I', service: 'report', note: 'no client or server span between' }] },
  ],
  messages: [
    {
      as: 'S',
      service: 'shop',
      children: [
        {
          as: 'P',
          service: 'shop',
          note: 'topic orders',
          attributes: kafka('orders'),
          name: 'm1',
          children: [{ as: 'Q', service: 'billing', note: 'topic orders, by parent', attributes: kafka('orders') }],
        },
        { as: 'P', service: 'shop', note: 'topic orders', attributes: kafka('orders'), name: 'm2' },
      ],
    },
    {
      as: 'Q',
      service: 'mail',
      note: 'topic orders, links to both messages',
      attributes: kafka('orders'),
      links: ['m1', 'm2'],
    },
  ],
  routes: [
    {
      as: 'P',
      service: 'shop',
      note: 'topic orders',
      attributes: kafka('orders'),
      children: [{ as: 'Q', service: 'billing', note: 'topic orders-retry', attributes: kafka('orders-retry') }],
    },
  ],
  databases: [
    {
      as: 'S',
      service: 'shop',
      children: [
        {
          as: 'C',
          service: 'shop',
          note: 'INSERT INTO archive SELECT * FROM orders',
          attributes: postgres('INSERT INTO archive SELECT * FROM orders'),
        },
        { as: 'C', service: 'shop', note: 'SELECT 1', attributes: postgres('SELECT 1') },
        {
          as: 'C',
          service: 'shop',
          note: 'GET ?',
          attributes: {
            'db.system.name': 'redis',
            'db.namespace': '0',
            'server.address': 'cache-1',
            'db.query.text': 'GET ?',
          },
        },
      ],
    },
  ],
  identity: [
    {
      as: 'C',
      service: 'web',
      note: 'server.address cart.prod.svc.cluster.local, not answered',
      attributes: { 'server.address': 'cart.prod.svc.cluster.local' },
    },
    { as: 'S', service: 'cart' },
    { as: 'C', service: 'cart', note: 'reads items, on pg-1', attributes: postgres('SELECT id FROM items') },
    {
      as: 'C',
      service: 'stock',
      note: 'writes items, without server.address',
      attributes: { 'db.system.name': 'postgresql', 'db.namespace': 'shop', 'db.query.text': 'UPDATE items SET n = 1' },
    },
  ],
  paths: [callsThrough('a1', 'b', 'd'), callsThrough('a2', 'b', 'e')],
};

function callsThrough(first: string, ...then: readonly string[]): ExampleSpan {
  const [next, ...rest] = then;
  if (next === undefined) return { as: 'S', service: first };
  return { as: 'S', service: first, children: [{ as: 'C', service: first, children: [callsThrough(next, ...rest)] }] };
}
