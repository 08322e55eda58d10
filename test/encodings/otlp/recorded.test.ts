/**
 * What real senders sent: the scanner reads recorded requests as the reference does, and their JSON as their protobuf.
 * The larger recordings lie beside the checkout; without them only the pipeline example is read.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { decodeTraces } from '../../../src/encodings/otlp/traces.ts';
import { decodeTracesJson } from '../../../src/encodings/otlp/traces-json.ts';
import { expectAgreement } from '../../fuzz/agreement.ts';
import { outcomeOf, type SpanRecord } from '../../fuzz/span-record.ts';
import { encodeTraces } from '../../kits/otlp.ts';

const ROOT = new URL('../../../', import.meta.url);
const DATA = new URL('../shared/data/', ROOT);
const missing = !existsSync(DATA);
if (missing) console.warn(`skipped: recorded requests are missing at ${fileURLToPath(DATA)}`);

function filesIn(folder: string, pattern: RegExp): URL[] {
  const url = new URL(`${folder}/`, DATA);
  return missing
    ? []
    : readdirSync(url)
        .filter(name => pattern.test(name))
        .map(name => new URL(name, url));
}

function spansOf(outcome: ReturnType<typeof outcomeOf>): readonly SpanRecord[] {
  if ('malformed' in outcome) throw new Error(outcome.malformed);
  return outcome.spans;
}

/** JSON and the protobuf made of it give the same spans, all of them with usable ids. */
function expectJsonAsProtobuf(json: string): number {
  const bytes = encodeTraces(JSON.parse(json) as object);
  expectAgreement(bytes);
  const spans = spansOf(outcomeOf(decodeTracesJson, new TextEncoder().encode(json)));
  expect(spans).toEqual(spansOf(outcomeOf(decodeTraces, bytes)));
  expect(spans.filter(span => span.traceId === null || span.spanId === null)).toEqual([]);
  return spans.length;
}

test('the pipeline example', () => {
  const lines = readFileSync(new URL('pipelines/otlp-direct/input.jsonl', ROOT), 'utf8').trimEnd().split('\n');
  expect(lines.map(expectJsonAsProtobuf).reduce((a, b) => a + b)).toBe(30);
});

describe.skipIf(missing)('recorded protobuf', () => {
  for (const folder of ['recorded-otlp-java', 'recorded-otlp-node', 'recorded-otlp-python']) {
    test(folder, () => {
      const files = filesIn(folder, /-traces-protobuf\.bin$/);
      expect(files.length).toBeGreaterThan(0);
      for (const file of files) {
        const raw = readFileSync(file);
        const bytes = raw[0] === 0x1f && raw[1] === 0x8b ? gunzipSync(raw) : raw;
        expectAgreement(bytes);
        const spans = spansOf(outcomeOf(decodeTraces, bytes));
        expect(spans.length).toBeGreaterThan(0);
        for (const span of spans)
          expect(span).toMatchObject({
            traceId: expect.stringMatching(/[^0]/),
            resource: { 0: [1, expect.any(String)] },
          });
      }
    });
  }
});

describe.skipIf(missing)('recorded JSON', () => {
  test('of the Node SDK', () => {
    for (const file of filesIn('recorded-otlp-node/json', /-traces-json\.json$/)) {
      expect(expectJsonAsProtobuf(readFileSync(file, 'utf8'))).toBeGreaterThan(0);
    }
  });
});
