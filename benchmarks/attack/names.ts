/**
 * Attacks by names: each makes a different name with every call, and spans that pair, so that edges arise. What is
 * attacked is one kind of name; everything else stays the same.
 */
import { type AttackSpan, CLIENT, CONSUMER, PRODUCER, SERVER } from './spans.ts';

export interface NameAttack {
  readonly name: string;
  /** Spans of the i-th name. */
  readonly spans: (i: number, nowMs: number) => readonly AttackSpan[];
  /** Interactions the spans of one name make, by kind of edge. */
  readonly edges: Readonly<Record<string, number>>;
  /** Bytes of a name where they are many: then fewer are sent. */
  readonly nameBytes?: number;
}

const A = { 'service.name': 'attacker' };
const B = { 'service.name': 'attacked' };
const SQL = { 'db.system.name': 'postgresql', 'server.address': 'pg.attacked' };
const MONGO = { 'db.system.name': 'mongodb', 'server.address': 'mongo.attacked' };
const KAFKA = { 'messaging.system': 'kafka' };
const SEND = { ...KAFKA, 'messaging.operation.type': 'send' };
const PROCESS = { ...KAFKA, 'messaging.operation.type': 'process' };
const LARGE = 65_536;

type Attributes = Readonly<Record<string, string | number>>;

/** A call from one service to another. */
function call(i: number, startMs: number, from: Attributes, to: Attributes, more: Partial<AttackSpan> = {}) {
  const base = { trace: i, startMs, ...more };
  return [
    { ...base, resource: from as Record<string, string>, span: 1, kind: CLIENT },
    { ...base, resource: to as Record<string, string>, span: 2, parent: 1, kind: SERVER },
  ];
}

function delivery(i: number, startMs: number, sent: Attributes, received: Attributes): readonly AttackSpan[] {
  return [
    { resource: A, trace: i, span: 1, kind: PRODUCER, startMs, attributes: { ...SEND, ...sent } },
    { resource: B, trace: i, span: 2, parent: 1, kind: CONSUMER, startMs, attributes: { ...PROCESS, ...received } },
  ];
}

function database(i: number, startMs: number, attributes: Attributes): readonly AttackSpan[] {
  return [{ resource: A, trace: i, span: 1, kind: CLIENT, startMs, attributes }];
}

/** Letters only: verbs are. */
const letters = (i: number): string => i.toString(26).replace(/\d/g, digit => 'qrstuvwxyz'[Number(digit)]!);
/** 255 bytes of UTF-8 that take twice as much in memory, with marks that ids must escape. */
const wide = (i: number): string => `${i}${'%/'.repeat(118)}€`;
const large = (i: number): string => `${i}-${'x'.repeat(LARGE)}`;

const CALLS = { calls: 1 };
const DELIVERY = { publishes: 1, consumes: 1 };

export const NAME_ATTACKS: readonly NameAttack[] = [
  {
    name: 'services',
    spans: (i, t) => call(i, t, { 'service.name': `from-${i}` }, { 'service.name': `to-${i}` }),
    edges: CALLS,
  },
  {
    name: 'callers of one service',
    spans: (i, t) => call(i, t, { 'service.name': `from-${i}` }, B),
    edges: CALLS,
  },
  {
    name: 'services × services',
    spans: (i, t) =>
      call(i, t, { 'service.name': `s${i % 4000}` }, { 'service.name': `s${Math.floor(i / 4000) % 4000}` }),
    edges: CALLS,
  },
  {
    name: 'topics',
    spans: (i, t) => delivery(i, t, topic(`t-${i}x`), topic(`t-${i}x`)),
    edges: DELIVERY,
  },
  {
    name: 'tables of statements',
    spans: (i, t) => database(i, t, { ...SQL, 'db.query.text': `SELECT a, b FROM the_table_${i} WHERE id = 1` }),
    edges: { reads: 1 },
  },
  {
    name: 'tables by attribute',
    spans: (i, t) => database(i, t, { ...MONGO, 'db.collection.name': `c${i}`, 'db.operation.name': 'find' }),
    edges: { reads: 1 },
  },
  {
    name: 'database instances',
    spans: (i, t) => database(i, t, { ...SQL, 'server.address': `pg-${i}`, 'db.query.text': 'DELETE FROM orders' }),
    edges: { writes: 1 },
  },
  {
    name: 'database names',
    spans: (i, t) => database(i, t, { ...SQL, 'db.namespace': `d${i}`, 'db.operation.name': 'UPDATE' }),
    edges: { writes: 1 },
  },
  {
    name: 'verbs',
    spans: (i, t) => database(i, t, { ...MONGO, 'db.collection.name': 'c', 'db.operation.name': `find_${letters(i)}` }),
    edges: { reads: 1 },
  },
  {
    name: 'statements of one table',
    spans: (i, t) => database(i, t, { ...SQL, 'db.query.text': `SELECT * FROM orders WHERE id = ${i}` }),
    edges: { reads: 1 },
  },
  {
    name: 'external peers',
    spans: (i, t) => database(i, t, { 'server.address': `peer-${i}.example` }),
    edges: CALLS,
  },
  {
    name: 'environments',
    spans: (i, t) =>
      call(i, t, { ...A, 'deployment.environment.name': `e${i}` }, { ...B, 'deployment.environment.name': `e${i}` }),
    edges: CALLS,
  },
  {
    name: 'consumer groups',
    spans: (i, t) => delivery(i, t, topic('t'), { ...topic('t'), 'messaging.consumer.group.name': `g${i}` }),
    edges: DELIVERY,
  },
  {
    name: 'groups of topics',
    spans: (i, t) =>
      delivery(i, t, topic(`t${i % 1000}x`), {
        ...topic(`t${i % 1000}x`),
        'messaging.consumer.group.name': `g${i % 60_000}`,
      }),
    edges: DELIVERY,
  },
  {
    name: 'instances',
    spans: (i, t) => call(i, t, { ...A, 'service.instance.id': `i${i}` }, { ...B, 'service.instance.id': `j${i}` }),
    edges: CALLS,
  },
  {
    name: 'resource attributes',
    spans: (i, t) => call(i, t, { ...A, [`host.label.${i}`]: `v${i}` }, { ...B, [`host.label.${i}`]: `v${i}` }),
    edges: CALLS,
  },
  {
    name: 'scopes, span names, keys',
    spans: (i, t) =>
      call(i, t, A, B, { scope: `scope-${i}`, name: `name ${i}`, attributes: { [`key.${i}`]: `v${i}` } }),
    edges: CALLS,
  },
  {
    name: 'durations of many edges',
    spans: (i, t) => {
      const [from, to] = [
        { 'service.name': `s${i % 4000}` },
        { 'service.name': `s${Math.floor((i % 80_000) / 4000)}` },
      ];
      return call(i, t, from, to, { durationUs: 2 ** ((i * 7 + Math.floor(i / 80_000) * 11) % 40) });
    },
    edges: CALLS,
  },
  {
    name: 'times of many edges',
    spans: (i, t) => {
      const [from, to] = [
        { 'service.name': `s${i % 4000}` },
        { 'service.name': `s${Math.floor((i % 80_000) / 4000)}` },
      ];
      return call(i, t - ((i * 7919) % 1440) * 60_000, from, to);
    },
    edges: CALLS,
  },
  {
    name: 'wide names',
    spans: (i, t) =>
      database(i, t, {
        'db.system.name': wide(i),
        'server.address': wide(i),
        'db.namespace': wide(i),
        'db.collection.name': wide(i),
        'db.operation.name': 'select',
      }),
    edges: { reads: 1 },
    nameBytes: 1000,
  },
  {
    name: 'services of 64 kB',
    spans: (i, t) => call(i, t, { 'service.name': large(i) }, B),
    edges: CALLS,
    nameBytes: LARGE,
  },
  {
    name: 'topics of 64 kB',
    spans: (i, t) => delivery(i, t, topic(large(i)), topic(large(i))),
    edges: DELIVERY,
    nameBytes: 2 * LARGE,
  },
  {
    name: 'tables in statements of 64 kB',
    spans: (i, t) =>
      database(i, t, {
        ...SQL,
        'db.query.text': `SELECT a FROM a_table_with_a_long_name_${i} WHERE id IN (${'1,'.repeat(LARGE / 2)}1)`,
      }),
    edges: { reads: 1 },
    nameBytes: LARGE,
  },
  {
    name: 'verbs of 64 kB',
    spans: (i, t) =>
      database(i, t, {
        ...MONGO,
        'db.collection.name': 'c',
        'db.operation.name': `find_${letters(i)}_${'x'.repeat(LARGE)}`,
      }),
    edges: { reads: 1 },
    nameBytes: LARGE,
  },
];

function topic(name: string): Attributes {
  return { 'messaging.destination.name': name };
}
