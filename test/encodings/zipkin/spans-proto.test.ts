/** Zipkin v2 in protobuf: held against protobufjs as encoder, against its JSON, and a slow translation into OTLP. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { isIPv6 } from 'node:net';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseJson } from '../../../src/encodings/json.ts';
import { decodeTracesJson } from '../../../src/encodings/otlp/traces-json.ts';
import { ipv4Text, ipv6Text } from '../../../src/encodings/zipkin/address-text.ts';
import { decodeZipkin } from '../../../src/encodings/zipkin/spans-json.ts';
import { decodeZipkinProto } from '../../../src/encodings/zipkin/spans-proto.ts';
import { type Decoder, outcomeOf, type SpanRecord } from '../../fuzz/span-record.ts';
import { bytesField, varintField } from '../../fuzz/wire-bytes.ts';
import { parseFields } from '../../fuzz/wire-tree.ts';
import { zipkinSpans } from '../reference/arbitrary.ts';
import { expectContained, mutated, shuffled } from '../reference/broken-bytes.ts';
import { observed } from '../reference/observed.ts';
import { type ZipkinSpan, zipkinAsOtlp } from '../reference/zipkin-as-otlp.ts';
import { bytesOfIpv6, sayable, zipkinProto } from '../reference/zipkin-records.ts';

const RUNS = Number(process.env.TACIT_FUZZ_RUNS ?? 400);

const decodeJson: Decoder = (bytes, view, consumer) => decodeZipkin(parseJson(bytes), view, consumer);
const json = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

function spansOf(decode: Decoder, bytes: Uint8Array): readonly SpanRecord[] {
  const outcome = outcomeOf(decode, bytes);
  if (!('spans' in outcome)) throw new Error(outcome.malformed);
  return outcome.spans;
}

const lists = zipkinSpans.map(spans => spans.map(sayable));
const encoded = lists.map(zipkinProto);

test('spans are those of the JSON, and of the slow translation into OTLP', () => {
  fc.assert(
    fc.property(lists, spans => {
      const found = spansOf(decodeZipkinProto, zipkinProto(spans));
      expect(found).toEqual(spansOf(decodeJson, json(spans)));
      expect(found).toEqual(spansOf(decodeTracesJson, json({ resourceSpans: zipkinAsOtlp(spans) })));
    }),
    { numRuns: RUNS },
  );
});

test('observations are those of the slow translation into OTLP, over several records', () => {
  fc.assert(
    fc.property(fc.array(lists, { maxLength: 3 }), records => {
      const expected = observed(
        decodeTracesJson,
        records.map(spans => json({ resourceSpans: zipkinAsOtlp(spans) })),
      );
      expect(observed(decodeZipkinProto, records.map(zipkinProto))).toEqual(expected);
      expect(observed(decodeJson, records.map(json))).toEqual(expected);
    }),
    { numRuns: RUNS },
  );
});

test('fields of a span may come in any order', () => {
  const oneSpan = lists
    .filter(spans => spans.length > 0)
    .map(([span]) => parseFields(zipkinProto([span!]))[0]!.content as Uint8Array);
  fc.assert(
    fc.property(shuffled(oneSpan), ([bytes, other]) => {
      const [one, two] = [bytes, other].map(span => spansOf(decodeZipkinProto, bytesField(1, span)));
      expect(two).toEqual(one);
    }),
    { numRuns: RUNS },
  );
});

describe('a span', () => {
  const IDS = Buffer.concat([bytesField(1, Buffer.alloc(8, 0xaa)), bytesField(3, Buffer.alloc(8, 0xbb))]);
  const theSpan = (...fields: readonly Uint8Array[]): SpanRecord =>
    spansOf(decodeZipkinProto, bytesField(1, Buffer.concat([IDS, ...fields])))[0]!;

  test('with ids of other lengths has none, even if their digits could be read otherwise', () => {
    expect(theSpan(bytesField(1, new Uint8Array(11).fill(1))).traceId).toBeNull();
    expect(theSpan(bytesField(3, new Uint8Array(16).fill(1))).spanId).toBeNull();
    expect(theSpan(bytesField(2, new Uint8Array(3).fill(1))).parentId).toBeNull();
    expect(theSpan(bytesField(2, new Uint8Array(8))).parentId).toBe('0'.repeat(16));
  });

  test('of a kind that no span has is one without', () => {
    expect(theSpan(varintField(4, 9)).kind).toBe(0);
  });

  test('has tags of any name, of which the last counts', () => {
    const tag = (key: string, value: string): Uint8Array =>
      bytesField(11, Buffer.concat([bytesField(1, Buffer.from(key)), bytesField(2, Buffer.from(value))]));
    const span = theSpan(tag('__proto__', 'x'), tag('otel.status_code', 'OK'), tag('otel.status_code', 'ERROR'));
    expect(span.status).toBe(2);
  });

  test('is no request of OTLP: that is refused', () => {
    const otlp = bytesField(1, bytesField(1, bytesField(1, new Uint8Array(20))));
    expect(outcomeOf(decodeZipkinProto, otlp)).toEqual({ malformed: 'no span of Zipkin: an id of 22 bytes' });
  });
});

describe('addresses', () => {
  test('are texts as JSON has them', () => {
    expect(ipv4Text(Uint8Array.of(10, 0, 0, 255))).toBe('10.0.0.255');
    for (const text of ['2001:db8::1', '::', '::1', 'fe80::', '1:0:2:0:3:0:4:0', '1::2:0:0:3', '1:2:3:4:5:6:7:8']) {
      expect(ipv6Text(bytesOfIpv6(text))).toBe(text);
    }
  });

  test('of IPv6 are what the URL standard writes', () => {
    const bytes = fc.array(fc.constantFrom(0, 0, 1, 0x20), { minLength: 16, maxLength: 16 });
    fc.assert(
      fc.property(bytes, values => {
        const text = ipv6Text(Uint8Array.from(values));
        expect(isIPv6(text)).toBe(true);
        expect(new URL(`http://[${text}]`).hostname).toBe(`[${text}]`);
        expect([...bytesOfIpv6(text)]).toEqual(values);
      }),
      { numRuns: RUNS },
    );
  });

  test('of other lengths are none', () => {
    expect([ipv4Text(new Uint8Array(3)), ipv6Text(new Uint8Array(4))]).toEqual(['', '']);
  });
});

describe('broken bytes are refused or read, and nothing else', () => {
  test('mutated', () => {
    fc.assert(
      fc.property(mutated(encoded), bytes => expectContained(decodeZipkinProto, bytes)),
      { numRuns: RUNS },
    );
  });

  test('that were never a list', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), bytes => expectContained(decodeZipkinProto, bytes)),
      { numRuns: RUNS },
    );
  });

  test('cut at every length', () => {
    for (const spans of fc.sample(lists, { numRuns: 6, seed: 1 })) {
      const bytes = zipkinProto(spans);
      for (let length = 0; length <= bytes.length; length++) {
        expectContained(decodeZipkinProto, bytes.subarray(0, length));
      }
    }
  });
});

const LENS = new URL('../../../../shared/data/zipkin-lens/', import.meta.url);
const missing = !existsSync(LENS);
if (missing) console.warn(`skipped: traces of Zipkin are missing at ${fileURLToPath(LENS)}`);

test.skipIf(missing)('recorded traces say the same in both encodings', () => {
  let count = 0;
  for (const name of readdirSync(LENS, { recursive: true, encoding: 'utf8' }).filter(n => n.endsWith('.json'))) {
    const document = JSON.parse(readFileSync(new URL(name, LENS), 'utf8')) as ZipkinSpan[] | ZipkinSpan[][];
    const spans = [document].flat(2).filter(({ id }) => id !== undefined);
    const said = spans.map(sayable);
    const found = spansOf(decodeZipkinProto, zipkinProto(said));
    expect(found, name).toEqual(spansOf(decodeJson, json(said)));
    count += found.length;
  }
  expect(count).toBeGreaterThan(200);
});
