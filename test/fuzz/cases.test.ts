/**
 * The corners of the wire format one by one, each held against the reference decoder and against what the answer must be:
 * an encoder may write fields in any order and number of pieces, newer senders add fields, broken ones send anything.
 */
import { describe, expect, test } from 'vitest';
import { decodeTraces } from '../../src/encodings/otlp/traces.ts';
import { RESOURCE_SLOT, SPAN_SLOT } from '../../src/normalize/conventions/slots.ts';
import { encodeTraces } from '../kits/otlp.ts';
import { expectAgreement } from './agreement.ts';
import { readingOutcome, strictOutcome } from './reference.ts';
import { requestOf } from './requests.ts';
import { outcomeOf, type SpanRecord } from './span-record.ts';
import {
  bytesField,
  END_GROUP,
  FIXED32,
  FIXED64,
  GROUP,
  group,
  tag,
  VARINT,
  varint,
  varintField,
} from './wire-bytes.ts';

const join = (...parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(Buffer.concat(parts));
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const NO_BYTES = new Uint8Array(0);

const IDS = join(bytesField(1, new Uint8Array(16).fill(10)), bytesField(2, new Uint8Array(8).fill(11)));

/** A request of one span: its two ids, then these fields. */
function spanBytes(...fields: readonly Uint8Array[]): Uint8Array {
  return join(bytesField(1, bytesField(2, bytesField(2, join(IDS, ...fields)))));
}

const attribute = (key: string, value: Uint8Array): Uint8Array =>
  join(bytesField(1, bytesOf(key)), bytesField(2, value));
const textValue = (text: string): Uint8Array => bytesField(1, bytesOf(text));

/** The one span of an accepted request, after both references agreed. */
function theSpan(bytes: Uint8Array): SpanRecord {
  expectAgreement(bytes);
  const outcome = outcomeOf(decodeTraces, bytes);
  if (!('spans' in outcome) || outcome.spans.length !== 1)
    throw new Error(`expected one span: ${JSON.stringify(outcome)}`);
  return outcome.spans[0]!;
}

function expectRefused(bytes: Uint8Array): void {
  expectAgreement(bytes);
  expect(outcomeOf(decodeTraces, bytes)).toHaveProperty('malformed');
}

describe('unknown fields are passed over', () => {
  const unknown: Record<string, Uint8Array> = {
    varint: varintField(99, 2n ** 64n - 1n),
    fixed64: join(tag(99, FIXED64), new Uint8Array(8).fill(0xff)),
    bytes: bytesField(99, bytesOf('anything')),
    'empty bytes': bytesField(99, NO_BYTES),
    group: group(99, varintField(1, 1), bytesField(2, bytesOf('x')), group(3, varintField(4, 4))),
    fixed32: join(tag(99, FIXED32), new Uint8Array(4).fill(0xff)),
    'the largest field number': varintField(2 ** 29 - 1, 1),
  };
  for (const [name, field] of Object.entries(unknown)) {
    test(`${name}, at every level`, () => {
      const kv = join(field, attribute('db.system', join(field, textValue('redis'), field)), field);
      const span = join(field, IDS, field, bytesField(9, kv), bytesField(13, field), bytesField(15, field), field);
      const scopeSpans = join(
        field,
        bytesField(1, join(field, bytesField(1, bytesOf('lib')))),
        bytesField(2, span),
        field,
      );
      const request = join(
        field,
        bytesField(1, join(field, bytesField(1, field), bytesField(2, scopeSpans), field)),
        field,
      );
      const record = theSpan(request);
      expect(record.scope).toBe('lib');
      expect(record.attributes[SPAN_SLOT.dbSystem]?.[1]).toBe('redis');
      expect(record.links).toHaveLength(1);
    });
  }
});

describe('known fields of an unexpected wire type are unknown fields', () => {
  test('numbers where messages and text belong', () => {
    const fields = [1, 2, 3, 4, 5, 9, 11, 13, 15].map(number => varintField(number, 1));
    expect(theSpan(spanBytes(...fields)).name).toBe('');
  });

  test('a packed list where a single number belongs', () => {
    expect(theSpan(spanBytes(bytesField(6, join(varint(3), varint(2))))).kind).toBe(0);
    expect(theSpan(spanBytes(bytesField(7, new Uint8Array(16).fill(1)))).start).toBe(0);
  });

  test('a varint where a fixed64 belongs, and the reverse', () => {
    const record = theSpan(spanBytes(varintField(7, 5000), join(tag(6, FIXED64), new Uint8Array(8).fill(3))));
    expect([record.start, record.kind]).toEqual([0, 0]);
  });

  test('groups where messages belong', () => {
    const record = theSpan(
      spanBytes(group(9, attribute('db.system', textValue('redis'))), group(15, varintField(3, 2))),
    );
    expect([record.attributes, record.status]).toEqual([{}, 0]);
  });
});

describe('the last of repeated single fields counts', () => {
  test('ids, text, numbers, times', () => {
    const record = theSpan(
      spanBytes(
        bytesField(1, new Uint8Array(3)),
        bytesField(1, new Uint8Array(16).fill(0x22)),
        bytesField(4, new Uint8Array(7)),
        bytesField(4, new Uint8Array(8).fill(0x33)),
        bytesField(5, bytesOf('first')),
        bytesField(5, bytesOf('last')),
        varintField(6, 2),
        varintField(6, 3),
        join(tag(7, FIXED64), new Uint8Array(8).fill(1)),
        join(tag(7, FIXED64), Uint8Array.of(0xe8, 3, 0, 0, 0, 0, 0, 0)),
      ),
    );
    expect(record).toMatchObject({
      traceId: '22'.repeat(16),
      parentId: '33'.repeat(8),
      name: 'last',
      kind: 3,
      start: 1,
    });
  });

  test('also when the last is a default', () => {
    const record = theSpan(
      spanBytes(bytesField(5, bytesOf('x')), bytesField(5, NO_BYTES), varintField(6, 3), varintField(6, 0)),
    );
    expect([record.name, record.kind]).toEqual(['', 0]);
  });

  test('an alternative of a value', () => {
    const value = join(textValue('text'), varintField(3, 7), varintField(2, 1));
    expect(theSpan(spanBytes(bytesField(9, attribute('db.system', value)))).attributes[SPAN_SLOT.dbSystem]).toEqual([
      2, 1,
    ]);
  });

  test('a key of an attribute', () => {
    const kv = join(
      bytesField(1, bytesOf('db.name')),
      bytesField(2, textValue('v')),
      bytesField(1, bytesOf('db.system')),
    );
    expect(theSpan(spanBytes(bytesField(9, kv))).attributes).toEqual({ [SPAN_SLOT.dbSystem]: [1, 'v'] });
  });
});

describe('messages in pieces are one message', () => {
  test('resource, scope, status, value', () => {
    const resource = (key: string, text: string): Uint8Array =>
      bytesField(1, bytesField(1, attribute(key, textValue(text))));
    const status = join(bytesField(15, varintField(3, 2)), bytesField(15, bytesField(2, bytesOf('why'))));
    const kv = join(bytesField(1, bytesOf('db.system')), bytesField(2, textValue('redis')), bytesField(2, NO_BYTES));
    const scope = join(bytesField(1, bytesField(1, bytesOf('lib'))), bytesField(1, bytesField(2, bytesOf('1.0'))));
    const span = bytesField(2, join(IDS, status, bytesField(9, kv)));
    const request = bytesField(
      1,
      join(resource('service.name', 'a'), bytesField(2, join(span, scope)), resource('service.namespace', 'b')),
    );
    const record = theSpan(request);
    expect(record).toMatchObject({ status: 2, scope: 'lib', attributes: { [SPAN_SLOT.dbSystem]: [1, 'redis'] } });
    expect(record.resource).toEqual({
      [RESOURCE_SLOT.serviceName]: [1, 'a'],
      [RESOURCE_SLOT.serviceNamespace]: [1, 'b'],
    });
  });

  test('resource and scope after their spans', () => {
    const spans = bytesField(2, join(bytesField(2, IDS), bytesField(1, bytesField(1, bytesOf('late')))));
    const resource = bytesField(1, bytesField(1, attribute('service.name', textValue('a'))));
    const record = theSpan(bytesField(1, join(spans, resource)));
    expect([record.scope, record.resource[RESOURCE_SLOT.serviceName]?.[1]]).toEqual(['late', 'a']);
  });
});

describe('of competing attributes', () => {
  const order = (...keys: readonly string[]): Uint8Array =>
    encodeTraces(requestOf({ attributes: keys.map((key, i) => ({ key, value: { stringValue: `${i}` } })) }));

  test('the newest alias counts, wherever it stands', () => {
    expect(theSpan(order('db.system', 'db.system.name')).attributes[SPAN_SLOT.dbSystem]?.[1]).toBe('1');
    expect(theSpan(order('db.system.name', 'db.system')).attributes[SPAN_SLOT.dbSystem]?.[1]).toBe('0');
  });

  test('the last of equal keys counts', () => {
    expect(theSpan(order('db.system', 'db.system')).attributes[SPAN_SLOT.dbSystem]?.[1]).toBe('1');
  });

  test('blank and null ones are absent', () => {
    const values = [{ stringValue: 'kept' }, { stringValue: '' }, { stringValue: '{}' }, {}];
    const attributes = values.map(value => ({ key: 'db.system', value }));
    expect(theSpan(encodeTraces(requestOf({ attributes }))).attributes[SPAN_SLOT.dbSystem]?.[1]).toBe('kept');
  });

  test('the newest alias counts on links too', () => {
    const keys = ['messaging.destination.name', 'messaging.destination'];
    for (const [attributes, wanted] of [
      [keys.map(key => ({ key, value: { stringValue: key } })), keys[0]],
      [keys.toReversed().map(key => ({ key, value: { stringValue: key } })), keys[0]],
      [[{ key: keys[1], value: { stringValue: '{}' } }], null],
    ]) {
      const links = [{ traceId: '0c'.repeat(16), spanId: '0d'.repeat(8), attributes }];
      expect(theSpan(encodeTraces(requestOf({ links }))).links[0]?.destination).toBe(wanted);
    }
  });
});

describe('lengths and numbers that cannot be are refused', () => {
  const name = (length: Uint8Array): Uint8Array => spanBytes(join(tag(5, 2), length, bytesOf('name')));

  test('lengths beyond the message, by one or by far', () => {
    for (const length of [5, 2 ** 16, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1]) expectRefused(name(varint(length)));
  });

  test('negative lengths', () => expectRefused(name(varint(-1))));

  test('lengths that would fit if their upper bits were dropped', () => {
    expectRefused(name(varint(2n ** 32n + 4n)));
    expectRefused(name(varint(2n ** 63n + 4n)));
  });

  test('tags with more than 32 bits', () => {
    expectRefused(join(varint((1n << 32n) | 8n), varint(0)));
    expectRefused(join(varint((1n << 63n) | 8n), varint(0)));
  });

  test('numbers of eleven bytes, read or passed over', () => {
    const endless = join(new Uint8Array(10).fill(0x80), Uint8Array.of(0));
    for (const number of [6, 10, 99]) expectRefused(spanBytes(join(tag(number, VARINT), endless)));
  });

  test('but a number of ten bytes is its low bits', () => {
    expect(theSpan(spanBytes(join(tag(6, VARINT), varint(3, 9)))).kind).toBe(3);
    expect(theSpan(spanBytes(varintField(6, -1))).kind).toBe(-1);
  });

  test('field number 0, also within groups', () => {
    expectRefused(varintField(0, 1));
    expectRefused(spanBytes(bytesField(0, NO_BYTES)));
    expectRefused(spanBytes(group(99, varintField(0, 1))));
    expectRefused(spanBytes(group(99, group(0))));
  });

  test('wire types that do not exist', () => {
    for (const type of [6, 7]) expectRefused(spanBytes(tag(99, type), new Uint8Array(8)));
  });

  test('groups that end wrongly or never', () => {
    expectRefused(spanBytes(tag(99, END_GROUP)));
    expectRefused(spanBytes(tag(99, GROUP)));
    expectRefused(spanBytes(tag(99, GROUP), tag(98, END_GROUP)));
    expectRefused(spanBytes(tag(99, GROUP), tag(98, GROUP), tag(99, END_GROUP), tag(98, END_GROUP)));
  });
});

describe('depth', () => {
  const nested = (depth: number): Uint8Array => {
    let fields: Uint8Array = NO_BYTES;
    for (let i = 0; i < depth; i++) fields = group(99, fields);
    return spanBytes(fields);
  };

  test('some groups within groups are passed over, thousands are refused', () => {
    expect(theSpan(nested(50)).traceId).toBe('0a'.repeat(16));
    expectRefused(nested(5000));
  });

  test('values nested 1000 deep cannot hurt', () => {
    let value: Uint8Array = textValue('deep');
    for (let i = 0; i < 1000; i++) value = bytesField(5, bytesField(1, value));
    const record = theSpan(spanBytes(bytesField(9, attribute('db.system', value))));
    expect(record.attributes[SPAN_SLOT.dbSystem]).toEqual([5, null]);
    theSpan(spanBytes(bytesField(9, attribute('unheard.of', value))));
  });
});

describe('empty messages', () => {
  test('an empty request holds no spans', () => {
    expect(outcomeOf(decodeTraces, NO_BYTES)).toEqual({ spans: [] });
  });

  test('at every level', () => {
    for (const request of [
      bytesField(1, NO_BYTES),
      bytesField(1, bytesField(1, NO_BYTES)),
      bytesField(1, bytesField(2, NO_BYTES)),
      bytesField(1, bytesField(2, bytesField(1, NO_BYTES))),
    ]) {
      expectAgreement(request);
      expect(outcomeOf(decodeTraces, request)).toEqual({ spans: [] });
    }
    const bare = theSpan(bytesField(1, bytesField(2, bytesField(2, NO_BYTES))));
    expect(bare).toMatchObject({ traceId: null, spanId: null, parentId: '00'.repeat(8), links: [], attributes: {} });
    theSpan(spanBytes(bytesField(9, NO_BYTES), bytesField(13, NO_BYTES), bytesField(15, NO_BYTES)));
  });
});

describe('deliberate differences from a decoder that reads everything', () => {
  /** Refused by the official definitions, accepted where nobody reads: here it is the scanner that is asked. */
  function expectTolerated(bytes: Uint8Array): SpanRecord {
    expect(strictOutcome(bytes)).toHaveProperty('malformed');
    expect(readingOutcome(bytes)).toHaveProperty('spans');
    return theSpan(bytes);
  }

  test('text that is not UTF-8 is kept as it is', () => {
    expect(expectTolerated(spanBytes(bytesField(5, Uint8Array.of(0x61, 0xff, 0xc0)))).name).toBe('a\xff\xc0');
  });

  test('broken events, lists and values of unknown attributes are not looked into', () => {
    const broken = Uint8Array.of(0x0a, 0x7f);
    expectTolerated(spanBytes(bytesField(11, broken)));
    expectTolerated(spanBytes(bytesField(9, attribute('unheard.of', broken))));
    const list = spanBytes(bytesField(9, attribute('db.system', bytesField(5, broken))));
    expect(expectTolerated(list).attributes[SPAN_SLOT.dbSystem]).toEqual([5, null]);
  });

  test('a string index of a profile does not replace the text before it', () => {
    const value = join(textValue('redis'), varintField(8, 3));
    const record = expectTolerated(spanBytes(bytesField(9, attribute('db.system', value))));
    expect(record.attributes[SPAN_SLOT.dbSystem]).toEqual([1, 'redis']);
  });

  test('but a broken value of a known attribute is refused', () => {
    expectRefused(spanBytes(bytesField(9, attribute('db.system', Uint8Array.of(0x0a, 0x7f)))));
  });
});
