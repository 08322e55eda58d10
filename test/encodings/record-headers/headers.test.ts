/** What headers of records say: contexts of every tracer, message ids, producers, and topics that a record left. */
import { describe, expect, test } from 'vitest';
import { decode, type TestRecord } from '../records/of-json.ts';

type Headers = NonNullable<TestRecord['headers']>;

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';
const W3C = `00-${TRACE}-${SPAN}-01`;
const WHOLE = `${TRACE}-${SPAN}`;
const HALF = `0000000000000000${TRACE.slice(16)}-${SPAN}`;
const ELASTIC = Buffer.from(`0000${TRACE}01${SPAN}0201`, 'hex');
const base64 = (text: string) => Buffer.from(text).toString('base64');
const SW8 = `1-${base64('a.b.c')}-${base64('s')}-3-${base64('órders')}-${base64('i')}-${base64('/x')}-${base64('h:80')}`;

/** Trace and span id in hex. */
function contextOf(headers: Headers): string | undefined {
  const { context } = decode({ headers }, 'record');
  const hex = (words: readonly number[]) => words.map(word => (word >>> 0).toString(16).padStart(8, '0')).join('');
  return context === undefined ? undefined : `${hex(context.slice(0, 4))}-${hex(context.slice(4))}`;
}

const low = BigInt(`0x${TRACE.slice(16)}`).toString();
const span = BigInt(`0x${SPAN}`).toString();

describe('a context is read from', () => {
  test.each<[string, Headers, string]>([
    ['traceparent', [['traceparent', W3C]], WHOLE],
    ['traceparent in upper case', [['TraceParent', W3C.toUpperCase()]], WHOLE],
    ['traceparent of a later version', [['traceparent', `cc-${TRACE}-${SPAN}-01-more`]], WHOLE],
    ['traceparent in quotes, as JSON', [['traceparent', `"${W3C}"`]], WHOLE],
    ['ce_traceparent', [['ce_traceparent', W3C]], WHOLE],
    ['elastic-apm-traceparent', [['elastic-apm-traceparent', W3C]], WHOLE],
    ['b3', [['b3', `${TRACE}-${SPAN}-1-05e3ac9a4f6e3b90`]], WHOLE],
    ['b3 without a decision', [['b3', `${TRACE}-${SPAN}`]], WHOLE],
    ['b3 with 64 bits', [['b3', `${TRACE.slice(16)}-${SPAN}-d`]], HALF],
    [
      'X-B3-*',
      [
        ['X-B3-TraceId', TRACE],
        ['x-b3-spanid', SPAN],
        ['X-B3-Sampled', '1'],
      ],
      WHOLE,
    ],
    ['uber-trace-id', [['uber-trace-id', `${TRACE}:f067aa0ba902b7:0:1`]], WHOLE],
    ['uber-trace-id, encoded', [['uber-trace-id', `a3ce929d0e0e4736%3A${SPAN}%3A0%3A1`]], HALF],
    [
      'Datadog',
      [
        ['x-datadog-trace-id', low],
        ['x-datadog-parent-id', span],
      ],
      HALF,
    ],
    [
      'Datadog with 128 bits',
      [
        ['x-datadog-trace-id', low],
        ['x-datadog-parent-id', span],
        ['x-datadog-tags', `_dd.p.dm=-1,_dd.p.tid=${TRACE.slice(0, 16)}`],
      ],
      WHOLE,
    ],
    ['Elastic, binary', [['elasticapmtraceparent', ELASTIC]], WHOLE],
    [
      'X-Amzn-Trace-Id',
      [['X-Amzn-Trace-Id', `Root=1-${TRACE.slice(0, 8)}-${TRACE.slice(8)};Parent=${SPAN};Sampled=1`]],
      WHOLE,
    ],
    [
      'AWSTraceHeader',
      [['AWSTraceHeader', `Sampled=1;Parent=${SPAN};Root=1-${TRACE.slice(0, 8)}-${TRACE.slice(8)}`]],
      WHOLE,
    ],
  ])('%s', (_, headers, expected) => {
    expect(contextOf(headers)).toBe(expected);
  });

  test.each<[string, Headers]>([
    ['no header', []],
    ['a null', [['traceparent', null]]],
    ['an empty text', [['traceparent', '']]],
    ['a trace id of zeros', [['traceparent', `00-${'0'.repeat(32)}-${SPAN}-01`]]],
    ['a span id of zeros', [['traceparent', `00-${TRACE}-${'0'.repeat(16)}-01`]]],
    ['version ff', [['traceparent', `ff-${TRACE}-${SPAN}-01`]]],
    ['version 00 with more', [['traceparent', `${W3C}-more`]]],
    ['a b3 that only decides', [['b3', '0']]],
    ['one half of X-B3-*', [['X-B3-TraceId', TRACE]]],
    ['a Jaeger context of three parts', [['uber-trace-id', `${TRACE}:${SPAN}:0`]]],
    [
      'more than 64 bits of Datadog',
      [
        ['x-datadog-trace-id', '99999999999999999999'],
        ['x-datadog-parent-id', span],
      ],
    ],
    [
      'a zero of Datadog',
      [
        ['x-datadog-trace-id', '0'],
        ['x-datadog-parent-id', span],
      ],
    ],
    ['an Elastic context cut short', [['elasticapmtraceparent', ELASTIC.subarray(0, 28)]]],
    ['an Amazon root alone', [['X-Amzn-Trace-Id', `Root=1-${TRACE.slice(0, 8)}-${TRACE.slice(8)}`]]],
    ['SkyWalking', [['sw8', SW8]]],
  ])('not from %s', (_, headers) => {
    expect(contextOf(headers)).toBeUndefined();
  });
});

describe('of several contexts', () => {
  /** Each names another trace: the n-th has id n. */
  const nth = (n: number) => n.toString(16).padStart(32, '0');
  const ranked: Headers[] = [
    [['traceparent', `00-${nth(1)}-${SPAN}-01`]],
    [['ce_traceparent', `00-${nth(2)}-${SPAN}-01`]],
    [['elastic-apm-traceparent', `00-${nth(3)}-${SPAN}-01`]],
    [['b3', `${nth(4)}-${SPAN}-1`]],
    [
      ['X-B3-TraceId', nth(5)],
      ['X-B3-SpanId', SPAN],
    ],
    [['uber-trace-id', `6:${SPAN}:0:1`]],
    [
      ['x-datadog-trace-id', '7'],
      ['x-datadog-parent-id', span],
    ],
    [['elasticapmtraceparent', Buffer.from(`0000${nth(8)}01${SPAN}0201`, 'hex')]],
    [['X-Amzn-Trace-Id', `Root=1-00000000-${nth(9).slice(8)};Parent=${SPAN}`]],
    [['AWSTraceHeader', `Root=1-00000000-${nth(10).slice(8)};Parent=${SPAN}`]],
  ];

  test('the first in rank counts, wherever it stands', () => {
    for (const [i] of ranked.entries()) {
      const rest = ranked.slice(i);
      expect(contextOf(rest.flat())).toBe(`${nth(i + 1)}-${SPAN}`);
      expect(contextOf(rest.toReversed().flat())).toBe(`${nth(i + 1)}-${SPAN}`);
    }
  });

  test('an invalid one leaves it to the next', () => {
    expect(contextOf([['traceparent', 'nonsense'], ...ranked[3]!])).toBe(`${nth(4)}-${SPAN}`);
    expect(contextOf([['traceparent', null], ['b3', '1'], ...ranked[5]!])).toBe(`${nth(6)}-${SPAN}`);
  });

  test('of one name the last counts, even when it is invalid', () => {
    const two = (a: string, b: string): Headers => [
      ['traceparent', a],
      ['traceparent', b],
    ];
    expect(contextOf(two(`00-${nth(1)}-${SPAN}-01`, `00-${nth(2)}-${SPAN}-01`))).toBe(`${nth(2)}-${SPAN}`);
    expect(contextOf(two(`00-${nth(1)}-${SPAN}-01`, 'nonsense'))).toBeUndefined();
  });
});

describe('a message id', () => {
  const idOf = (headers: Headers, messageIdHeaders: readonly string[] = []) =>
    decode({ headers }, 'record', { messageIdHeaders }).messageId;

  test.each<[string, Headers, string]>([
    [
      'ce_id',
      [
        ['id', 'b'],
        ['ce_id', 'a'],
      ],
      'a',
    ],
    [
      'id',
      [
        ['message-id', 'c'],
        ['id', 'b'],
      ],
      'b',
    ],
    [
      'message-id',
      [
        ['messageId', 'd'],
        ['message-id', 'c'],
      ],
      'c',
    ],
    [
      'messageId',
      [
        ['eventId', 'e'],
        ['messageId', 'd'],
      ],
      'd',
    ],
    ['eventId', [['eventId', 'e']], 'e'],
    [
      'the last of one name',
      [
        ['id', 'a'],
        ['id', 'b'],
      ],
      'b',
    ],
    ['JSON in quotes', [['id', '"90370db8-70f7"']], '90370db8-70f7'],
    ['JSON with its schema', [['id', '{"schema":{"type":"string"},"payload":"x-1"}']], 'x-1'],
    [
      'what another header has, where one is null',
      [
        ['ce_id', null],
        ['eventId', 'e'],
      ],
      'e',
    ],
    ['nothing of bytes that are no text', [['id', Buffer.from([0xff, 0x00, 0x81])]], ''],
  ])('is %s', (_, headers, expected) => {
    expect(idOf(headers)).toBe(expected);
  });

  test('is that of a configured header before all others', () => {
    expect(
      idOf(
        [
          ['id', 'b'],
          ['Order-Id', 'mine'],
        ],
        ['order-id'],
      ),
    ).toBe('mine');
    expect(idOf([['id', 'b']], ['order-id'])).toBe('b');
  });
});

test('SkyWalking names the service that sent a record without a context', () => {
  expect(decode({ headers: [['sw8', SW8]] }, 'record').producer).toBe('órders');
  expect(decode({ headers: [['sw8', '1-a-b']] }, 'record').producer).toBe('');
  const both = decode(
    {
      headers: [
        ['sw8', SW8],
        ['traceparent', W3C],
      ],
    },
    'record',
  );
  expect([both.producer, both.context === undefined]).toEqual(['', false]);
});

test.each(['kafka_dlt-original-topic', 'kafka_original-topic', '__connect.errors.topic'])(
  '%s tells where a record was before',
  name => {
    expect(decode({ headers: [[name, 'orders']] }, 'record').originalTopic).toBe('orders');
    expect(decode({ topic: 'orders', headers: [[name, 'orders']] }, 'record').originalTopic).toBe('');
  },
);

test('a view says nothing of the record before', () => {
  const record = decode(
    {
      key: 'k',
      headers: [
        ['traceparent', W3C],
        ['id', 'a'],
        ['__connect.errors.topic', 'x'],
      ],
    },
    'record',
  );
  expect(record.keyHash).not.toBe(0);
  record.addChange().table = 'orders';
  record.begin({ ...record, key: null, value: null, headers: [] }, '');
  expect(record).toMatchObject({ keyHash: 0, messageId: '', originalTopic: '', changes: [], incarnation: '' });
  expect(record.context).toBeUndefined();
  expect(record.addChange().table).toBe('');
});

test.each(['__proto__', 'constructor', 'toString', ''])('a header named %j is nothing special', name => {
  expect(
    contextOf([
      [name, 'x'],
      ['traceparent', W3C],
    ]),
  ).toBe(WHOLE);
});
