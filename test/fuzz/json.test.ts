/**
 * The JSON decoder held against the protobuf scanner: equivalent requests fill the view alike, whatever the spelling.
 * Input that is no request is refused with a `MalformedError`, never a crash.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeTraces } from '../../src/encodings/otlp/traces.ts';
import { decodeTracesJson } from '../../src/encodings/otlp/traces-json.ts';
import { RESOURCE_SLOT, SPAN_SLOT } from '../../src/normalize/conventions/slots.ts';
import { encodeTraces } from '../kits/otlp.ts';
import { respelled } from './json-spelling.ts';
import { arbitraryRequest, requestOf } from './requests.ts';
import { type Outcome, outcomeOf, type SpanRecord } from './span-record.ts';

/** Inputs per property; raise it for a long search: TACIT_FUZZ_RUNS=20000. */
const RUNS = Number(process.env.TACIT_FUZZ_RUNS ?? 400);

const encoder = new TextEncoder();
const decodeText = (json: string): Outcome => outcomeOf(decodeTracesJson, encoder.encode(json));
const decodeObject = (request: object): Outcome => decodeText(JSON.stringify(request));

function theSpan(outcome: Outcome): SpanRecord {
  if (!('spans' in outcome) || outcome.spans.length !== 1)
    throw new Error(`expected one span: ${JSON.stringify(outcome)}`);
  return outcome.spans[0]!;
}

describe('a JSON request fills the view like its protobuf equivalent', () => {
  test('as the specification spells it', () => {
    fc.assert(
      fc.property(arbitraryRequest, request => {
        expect(decodeObject(request)).toEqual(outcomeOf(decodeTraces, encodeTraces(request)));
      }),
      { numRuns: RUNS },
    );
  });

  test('in every tolerated spelling', () => {
    fc.assert(
      fc.property(respelled(arbitraryRequest), ({ request, json }) => {
        expect(decodeText(json)).toEqual(outcomeOf(decodeTraces, encodeTraces(request)));
      }),
      { numRuns: RUNS },
    );
  });

  test('indented, with a byte order mark, amid other bytes', () => {
    const request = requestOf({ name: 'é', attributes: [{ key: 'db.system', value: { stringValue: 'redis' } }] });
    const expected = outcomeOf(decodeTraces, encodeTraces(request));
    const json = encoder.encode(`\ufeff ${JSON.stringify(request, null, 2)}\n`);
    const buffer = new Uint8Array(json.length + 20).fill(0x7d);
    buffer.set(json, 10);
    expect(outcomeOf(decodeTracesJson, buffer.subarray(10, 10 + json.length))).toEqual(expected);
  });
});

describe('ids', () => {
  const span = (fields: object): SpanRecord => theSpan(decodeObject(requestOf({ ...fields })));

  test('hex in any case, base64 padded, unpadded, and of the URL alphabet', () => {
    const hex = `fbff${'ab'.repeat(6)}`;
    const base64 = Buffer.from(hex, 'hex').toString('base64');
    const url = Buffer.from(hex, 'hex').toString('base64url');
    for (const spanId of [hex, hex.toUpperCase(), base64, base64.replace('=', ''), url]) {
      expect(span({ spanId, parentSpanId: spanId })).toMatchObject({ spanId: hex, parentId: hex });
    }
    const long = hex + hex;
    for (const traceId of [long, long.toUpperCase(), Buffer.from(long, 'hex').toString('base64')]) {
      expect(span({ traceId }).traceId).toBe(long);
    }
  });

  test('64-bit trace ids are zero-extended', () => {
    const hex = 'ab'.repeat(8);
    for (const traceId of [hex, Buffer.from(hex, 'hex').toString('base64')]) {
      expect(span({ traceId }).traceId).toBe('0'.repeat(16) + hex);
    }
  });

  test('what is no id is not usable, and leaves nothing behind for the next span', () => {
    for (const id of [
      '',
      'zz'.repeat(8),
      '0'.repeat(16),
      'ab'.repeat(7),
      'ab'.repeat(9),
      '0x'.repeat(8),
      '====',
      ' '.repeat(16),
    ]) {
      expect(span({ traceId: id, spanId: id })).toMatchObject({ traceId: null, spanId: null });
      expect(span({})).toMatchObject({ traceId: '0a'.repeat(16), spanId: '0b'.repeat(8) });
    }
    expect(span({ parentSpanId: 'ab' }).parentId).toBeNull();
  });

  test('a parent of zeros is none, as in protobuf, also in base64', () => {
    for (const parentSpanId of ['', '0'.repeat(16), 'AAAAAAAAAAA=']) {
      expect(span({ parentSpanId }).parentId).toBe('0'.repeat(16));
    }
  });
});

describe('numbers', () => {
  const statusOf = (value: object): unknown =>
    theSpan(decodeObject(requestOf({ attributes: [{ key: 'http.status_code', value }] }))).attributes[
      SPAN_SLOT.httpStatus
    ]?.[1];

  test('NaN and infinities as strings', () => {
    expect(statusOf({ doubleValue: 'NaN' })).toBeNaN();
    expect(statusOf({ doubleValue: 'Infinity' })).toBe(Number.POSITIVE_INFINITY);
    expect(statusOf({ doubleValue: '-Infinity' })).toBe(Number.NEGATIVE_INFINITY);
    expect(statusOf({ doubleValue: 0.25 })).toBe(0.25);
  });

  test('integers as strings and as numbers', () => {
    expect(statusOf({ intValue: '-42' })).toBe(-42);
    expect(statusOf({ intValue: 500 })).toBe(500);
    expect(statusOf({ int_value: '9007199254740993' })).toBe(9007199254740992);
  });

  test('times keep their microseconds as strings, and lose little as numbers', () => {
    const times = (time: unknown): number => theSpan(decodeObject(requestOf({ startTimeUnixNano: time }))).start;
    expect(times('1712345678901234567')).toBe(1712345678901234);
    expect(Math.abs(times(Number('1712345678901234567')) - 1712345678901234)).toBeLessThanOrEqual(1);
    expect([times('0'), times('999'), times('1000'), times(1000), times(null)]).toEqual([0, 0, 1, 1, 0]);
  });

  test('what is no number is refused', () => {
    for (const value of [{ intValue: 'many' }, { intValue: {} }, { intValue: [] }]) {
      expect(decodeObject(requestOf({ attributes: [{ key: 'http.status_code', value }] }))).toHaveProperty('malformed');
    }
    expect(decodeObject(requestOf({ startTimeUnixNano: 'yesterday' }))).toHaveProperty('malformed');
    expect(decodeObject(requestOf({ kind: 'SPAN_KIND_UNHEARD_OF' }))).toHaveProperty('malformed');
  });
});

describe('input that is no request', () => {
  test('is refused with the place', () => {
    for (const [json, place] of [
      ['', 'JSON'],
      ['{"resourceSpans":', 'JSON'],
      ['[]', '$'],
      ['null', '$'],
      ['{"resourceSpans":{}}', 'resourceSpans'],
      ['{"resourceSpans":[1]}', 'resourceSpans'],
      ['{"resourceSpans":[{"scopeSpans":[{"spans":[7]}]}]}', 'span'],
      ['{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":7}]}]}]}', 'traceId'],
      ['{"resourceSpans":[{"scopeSpans":[{"spans":[{"attributes":[null]}]}]}]}', 'attributes'],
    ] as const) {
      const outcome = decodeText(json);
      expect(outcome, json).toHaveProperty('malformed');
      expect('malformed' in outcome && outcome.malformed).toContain(place);
    }
  });

  test('never crashes: any JSON at any place', () => {
    const names = [
      'resourceSpans',
      'resource',
      'scopeSpans',
      'scope',
      'spans',
      'links',
      'attributes',
      'status',
      'value',
      'traceId',
      'key',
    ];
    const { node } = fc.letrec(tie => ({
      node: fc.oneof(
        { maxDepth: 7 },
        fc.jsonValue({ maxDepth: 1 }),
        fc.array(tie('node'), { maxLength: 2 }),
        fc.dictionary(fc.constantFrom(...names), tie('node'), { maxKeys: 3 }),
      ),
    }));
    fc.assert(
      fc.property(node, value => void decodeText(JSON.stringify(value))),
      { numRuns: RUNS },
    );
  });

  test('never crashes: changed characters', () => {
    const change = fc.record({
      at: fc.nat(),
      with: fc.constantFrom('', '"', '{', '}', '[', ']', ',', ':', '0', 'null', '\\', '1e999', '-'),
    });
    fc.assert(
      fc.property(arbitraryRequest, fc.array(change, { minLength: 1, maxLength: 3 }), (request, edits) => {
        const json = edits.reduce((text, edit) => {
          const at = edit.at % (text.length + 1);
          return text.slice(0, at) + edit.with + text.slice(at + 1);
        }, JSON.stringify(request));
        decodeText(json);
      }),
      { numRuns: RUNS },
    );
  });

  test('never crashes: bytes that are not UTF-8, small and large', () => {
    for (const size of [1, 100, 100_000]) {
      const [head, tail] = JSON.stringify(requestOf({}, [{ key: 'service.name', value: { stringValue: '@' } }])).split(
        '@',
      );
      const bytes = Buffer.concat([Buffer.from(head!), Buffer.alloc(size, 0xff), Buffer.from(tail!)]);
      const span = theSpan(outcomeOf(decodeTracesJson, bytes));
      expect(span.name).toBe('one');
      expect(span.resource[RESOURCE_SLOT.serviceName]?.[1]).toBe(Buffer.from('\ufffd'.repeat(size)).toString('latin1'));
    }
  });

  test('never crashes: depth', () => {
    const deep = (depth: number): string => `${'{"arrayValue":{"values":['.repeat(depth)}${']}}'.repeat(depth)}`;
    for (const depth of [1000, 50_000]) {
      const attributes = `[{"key":"db.system","value":${deep(depth)}},{"key":"unheard.of","value":${deep(depth)}}]`;
      const json = `{"resourceSpans":[{"scopeSpans":[{"spans":[{"attributes":${attributes}}]}]}]}`;
      const outcome = decodeText(json);
      if (depth === 1000) expect(theSpan(outcome).attributes[SPAN_SLOT.dbSystem]).toEqual([5, null]);
    }
  });
});
