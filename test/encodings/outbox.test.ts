/** Outboxes with names of their own: what tells their events, and where contexts and ids stand. */
import { describe, expect, test } from 'vitest';
import { DEBEZIUM_OUTBOX, Outbox, type OutboxNames } from '../../src/encodings/outbox.ts';
import { SPAN, TRACE, TRACEPARENT } from './cdc/said.ts';
import { decode, type TestRecord } from './records/of-json.ts';

const OTHER = `00-${TRACE.replace('4', '5')}-${SPAN}-01`;

const named = (names: Partial<OutboxNames>) => ({ outbox: new Outbox({ ...DEBEZIUM_OUTBOX, ...names }) });

const hex = (words: readonly number[] | undefined) =>
  words?.map(word => (word >>> 0).toString(16).padStart(8, '0')).join('');

const SOURCE = { connector: 'postgresql', name: 'shop', db: 'store', schema: 'public', table: 'events', lsn: 7 };
const change = (after: object, rest: object = {}) => ({ op: 'c', before: null, after, source: SOURCE, ...rest });

/** Of the only change. */
function contextOf(value: object, names: Partial<OutboxNames>, headers: TestRecord['headers'] = []) {
  const { changes } = decode({ key: 'k', value: JSON.stringify(value), headers }, 'cdc', named(names));
  expect(changes.length).toBe(1);
  return hex(changes[0]!.context);
}

describe('a column has a context', () => {
  const columns = { contextColumns: ['trace', 'headers', 'b3'] };

  test.each<[string, string, unknown]>([
    ['as a traceparent', 'trace', TRACEPARENT],
    ['as properties', 'headers', `#Mon Nov 23\ntraceparent=${TRACEPARENT}\n`],
    ['as a text of JSON', 'headers', JSON.stringify({ ID: '7', traceparent: TRACEPARENT })],
    ['as an object', 'headers', { ID: '7', TraceParent: TRACEPARENT }],
    ['as what the header of its name holds', 'b3', `${TRACE}-${SPAN}-1`],
  ])('%s', (_, name, text) => {
    expect(contextOf(change({ id: 1, [name]: text }), columns)).toBe(TRACE + SPAN);
    const spelled = { specversion: '1.0', iodebeziumop: 'c', iodebeziumname: 'shop', iodebeziumtable: 'events' };
    expect(contextOf({ ...spelled, data: { before: null, after: { [name]: text } } }, columns)).toBe(TRACE + SPAN);
    expect(contextOf({ id: 1, [name]: text, __op: 'c', __table: 'events' }, columns)).toBe(TRACE + SPAN);
    const document = JSON.stringify({ _id: { $oid: '1' }, [name]: text });
    expect(contextOf({ ...change({}), after: document }, columns)).toBe(TRACE + SPAN);
  });

  test('in their order, the first that is valid', () => {
    expect(contextOf(change({ trace: OTHER, headers: TRACEPARENT }), { contextColumns: ['headers', 'trace'] })).toBe(
      TRACE + SPAN,
    );
    expect(contextOf(change({ headers: null, trace: TRACEPARENT }), { contextColumns: ['headers', 'trace'] })).toBe(
      TRACE + SPAN,
    );
    expect(contextOf(change({ headers: 'none', trace: TRACEPARENT }), { contextColumns: ['headers', 'trace'] })).toBe(
      TRACE + SPAN,
    );
  });

  test('unless an update leaves it as it was, or it is not named any more', () => {
    const same = { before: { trace: TRACEPARENT }, op: 'u' };
    expect(contextOf(change({ trace: TRACEPARENT }, same), columns)).toBeUndefined();
    expect(contextOf(change({ trace: TRACEPARENT }, { ...same, before: { trace: OTHER } }), columns)).toBe(
      TRACE + SPAN,
    );
    expect(contextOf(change({ tracingspancontext: `traceparent=${TRACEPARENT}` }), columns)).toBeUndefined();
    expect(contextOf(change({ trace: TRACEPARENT }), {})).toBeUndefined();
    expect(contextOf(change({ trace: TRACEPARENT }), { contextColumns: [] })).toBeUndefined();
  });

  test('for one reader and not for another, in any order of records', () => {
    const value = JSON.stringify(change({ trace: TRACEPARENT, other: OTHER }));
    const views = [{ contextColumns: ['trace'] }, {}, { contextColumns: ['a', 'b', 'c', 'other'] }].map(named);
    const read = () => views.map(names => hex(decode({ key: 'k', value }, 'cdc', names).changes[0]!.context));
    expect(read()).toEqual([TRACE + SPAN, undefined, OTHER.replaceAll('-', '').slice(2, -2)]);
    expect(read()).toEqual(read());
  });
});

describe('a column has the id of the message that a new row is', () => {
  const columns = { idColumns: ['event_id', 'id'] };
  const idOf = (value: object, headers: TestRecord['headers'] = []) =>
    decode({ key: 'k', value: JSON.stringify(value), headers }, 'cdc', named(columns)).messageId;

  test('of a text or a number, the first that is there', () => {
    expect(idOf(change({ id: 1, event_id: 'e-1' }))).toBe('e-1');
    expect(idOf(change({ id: 12345678901234567890n.toString(), event_id: null }))).toBe('12345678901234567890');
    expect(idOf(change({ id: 7 }))).toBe('7');
    expect(idOf({ id: 7, __op: 'c', __table: 'events' })).toBe('7');
    expect(idOf({ ...change({}), after: '{"_id":1,"event_id":"e-2"}' })).toBe('e-2');
  });

  test('unless the record has one, or no row is new', () => {
    expect(idOf(change({ event_id: 'e-1' }), [['message-id', 'm-1']])).toBe('m-1');
    for (const op of ['u', 'd', 'r']) expect(idOf(change({ event_id: 'e-1' }, { op }))).toBe('');
    expect(decode({ value: JSON.stringify(change({ id: 'e-1' })) }).messageId).toBe('');
  });
});

describe('a header', () => {
  const read = (headers: NonNullable<TestRecord['headers']>, names: Partial<OutboxNames>, topic = 't') =>
    decode({ topic, headers, value: '{"database":"d","table":"t","type":"insert"}' }, 'cdc', named(names));

  test('with the id of an event tells one, whatever the value looks like', () => {
    for (const encoding of ['cdc', 'debezium', 'record'] as const) {
      const view = decode(
        { headers: [['Event-ID', 'e-1']], value: '{}' },
        encoding,
        named({ idHeaders: ['event-id'] }),
      );
      expect([view.isOutbox, view.messageId, view.changes]).toEqual([true, 'e-1', []]);
    }
    expect(read([['event-id', 'e-1']], {}).isOutbox).toBe(false);
    expect(read([['event-id', '']], { idHeaders: ['event-id'] }).isOutbox).toBe(false);
  });

  test('called `id` is that of any sender when others are named', () => {
    const view = read([['id', 'e-1']], { idHeaders: ['event-id'] });
    expect([view.isOutbox, view.messageId, view.changes.length]).toEqual([false, 'e-1', 1]);
  });

  test('has a context, behind those that are known', () => {
    const names = { contextHeaders: ['trace', 'meta'] };
    const contextOf = (headers: NonNullable<TestRecord['headers']>) => hex(read(headers, names).context);
    expect(contextOf([['Trace', TRACEPARENT]])).toBe(TRACE + SPAN);
    expect(contextOf([['meta', JSON.stringify({ traceparent: TRACEPARENT })]])).toBe(TRACE + SPAN);
    expect(contextOf([['meta', `traceparent=${TRACEPARENT}\n`]])).toBe(TRACE + SPAN);
    const both: NonNullable<TestRecord['headers']> = [
      ['meta', OTHER],
      ['trace', TRACEPARENT],
    ];
    expect(contextOf(both)).toBe(TRACE + SPAN);
    expect(contextOf(both.toReversed())).toBe(TRACE + SPAN);
    expect(
      contextOf([
        ['trace', OTHER],
        ['traceparent', TRACEPARENT],
      ]),
    ).toBe(TRACE + SPAN);
    expect(
      contextOf([
        ['trace', 'none'],
        ['meta', TRACEPARENT],
      ]),
    ).toBe(TRACE + SPAN);
    expect(contextOf([['trace', 'none']])).toBeUndefined();
    expect(hex(read([['trace', TRACEPARENT]], {}).context)).toBeUndefined();
  });
});

test('a topic tells an event by its name or an expression, and no other does', () => {
  const isOutbox = (topic: string, topics: readonly string[]) =>
    decode({ topic, value: '{}' }, 'cdc', named({ topics })).isOutbox;
  expect(isOutbox('events.order', ['^events[.]'])).toBe(true);
  expect(isOutbox('shop.events.order', ['/[.]events[.]/'])).toBe(true);
  expect(isOutbox('events', ['events'])).toBe(true);
  expect(isOutbox('events.order', ['events'])).toBe(false);
  expect(isOutbox('outbox.event.order', ['events'])).toBe(false);
});
