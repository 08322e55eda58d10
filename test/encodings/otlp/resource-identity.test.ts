/** Equal bytes of a view's resource are the same resource; both decoders keep that promise. */
import { describe, expect, test } from 'vitest';
import { decodeTraces } from '../../../src/encodings/otlp/traces.ts';
import { decodeTracesJson } from '../../../src/encodings/otlp/traces-json.ts';
import { createSpanView } from '../../../src/normalize/conventions/slots.ts';
import type { Decoder } from '../../fuzz/span-record.ts';
import { encodeTraces } from '../../kits/otlp.ts';

const view = createSpanView();

/** The resource's bytes for each span, and how often the resource number changed. */
function resourcesOf(decode: Decoder, bytes: Uint8Array): { keys: (string | null)[]; serials: number } {
  const keys: (string | null)[] = [];
  const serials = new Set<number>();
  decode(bytes, view, {
    begin: () => {},
    span: ({ data, resourceStart, resourceEnd, resourceSerial }) => {
      serials.add(resourceSerial);
      const start = data.byteOffset + resourceStart;
      keys.push(
        resourceStart < 0 ? null : Buffer.from(data.buffer, start, resourceEnd - resourceStart).toString('latin1'),
      );
    },
    commit: () => ({ accepted: 0, rejected: 0, message: '' }),
    abort: () => {},
  });
  return { keys, serials: serials.size };
}

type Values = Record<string, string | number>;

const request = (...resources: readonly Values[]): object => ({
  resourceSpans: resources.map(values => ({
    resource: {
      attributes: Object.entries(values).map(([key, value]) => ({
        key,
        value: typeof value === 'string' ? { stringValue: value } : { intValue: `${value}` },
      })),
    },
    scopeSpans: [{ spans: [{ traceId: '0a'.repeat(16), spanId: '0b'.repeat(8), name: 'one' }] }],
  })),
});

const codecs: Record<string, [Decoder, (request: object) => Uint8Array]> = {
  protobuf: [decodeTraces, encodeTraces],
  JSON: [decodeTracesJson, r => new TextEncoder().encode(JSON.stringify(r))],
};

describe.each(Object.entries(codecs))('%s', (_name, [decode, encode]) => {
  test('equal resources have equal bytes under different numbers', () => {
    const { keys, serials } = resourcesOf(decode, encode(request({ 'service.name': 'a' }, { 'service.name': 'a' })));
    expect([keys[0] === keys[1], serials]).toEqual([true, 2]);
  });

  test('different resources have different bytes', () => {
    const resources: Values[] = [
      {},
      { 'service.name': 'a' },
      { 'service.name': 'b' },
      { 'service.name': 1 },
      { 'service.namespace': 'a' },
      { 'service.name': 'a', 'service.namespace': 'b' },
      { 'service.name': 'ab' },
      { 'service.name': 'x'.repeat(70_000) },
      { 'service.name': `${'x'.repeat(69_999)}y` },
    ];
    const { keys } = resourcesOf(decode, encode(request(...resources)));
    expect(new Set(keys).size).toBe(resources.length);
  });
});

test('a resource that came in pieces has no bytes to compare by', () => {
  const [whole] = [encodeTraces(request({ 'service.name': 'a' }))];
  const inner = whole!.subarray(2);
  const pieces = Uint8Array.of(0x0a, inner.length + 2, 0x0a, 0x00, ...inner);
  expect(resourcesOf(decodeTraces, whole!).keys).toHaveLength(1);
  expect(resourcesOf(decodeTraces, pieces).keys).toEqual([null]);
});
