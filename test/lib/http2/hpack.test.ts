/** Header blocks: the examples of RFC 7541, appendix C, and what is no block. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HpackDecoder } from '../../../src/lib/http2/hpack/decoder.ts';
import { encodeHeaders } from '../../../src/lib/http2/hpack/encode.ts';
import type { Field } from '../../../src/lib/http2/hpack/fields.ts';
import { ConnectionError } from '../../../src/lib/http2/words.ts';

function decode(decoder: HpackDecoder, hex: string | Buffer): [string, string][] {
  const bytes = typeof hex === 'string' ? Buffer.from(hex.replaceAll(' ', ''), 'hex') : hex;
  const fields: Field[] = [];
  decoder.decode(bytes, 0, bytes.length, fields);
  return fields.map(({ name, value }) => [name, value]);
}

const FIRST = [
  [':method', 'GET'],
  [':scheme', 'http'],
  [':path', '/'],
  [':authority', 'www.example.com'],
];
const THIRD = [
  [':method', 'GET'],
  [':scheme', 'https'],
  [':path', '/index.html'],
  [':authority', 'www.example.com'],
  ['custom-key', 'custom-value'],
];

describe('the examples of the RFC', () => {
  it('of requests without Huffman (C.3)', () => {
    const decoder = new HpackDecoder(10_000);
    expect(decode(decoder, '8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d')).toEqual(FIRST);
    expect(decode(decoder, '8286 84be 5808 6e6f 2d63 6163 6865')).toEqual([...FIRST, ['cache-control', 'no-cache']]);
    const third = '8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65';
    expect(decode(decoder, third)).toEqual(THIRD);
  });

  it('of requests with Huffman (C.4)', () => {
    const decoder = new HpackDecoder(10_000);
    expect(decode(decoder, '8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff')).toEqual(FIRST);
    expect(decode(decoder, '8286 84be 5886 a8eb 1064 9cbf')).toEqual([...FIRST, ['cache-control', 'no-cache']]);
    expect(decode(decoder, '8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf')).toEqual(THIRD);
  });
});

describe('what is no block', () => {
  it.each([
    ['an index of nothing', '80'],
    ['an index beyond the table', 'be'],
    ['a number without end', 'ffffffffffffffff'],
    ['a text longer than the block', '400a6162'],
    ['a block that ends within a field', '40'],
    ['a table beyond the limit', '3fe21f'],
    ['a table size after a field', '8220'],
    ['wrong padding', '008161 8100'],
    ['padding of more than seven bits', '00 8161 82 ffff'],
    ['an end within a text', '00 8161 84 ffffffff'],
  ])('%s', (_name, hex) => {
    expect(() => decode(new HpackDecoder(10_000), hex)).toThrow(ConnectionError);
  });

  it('is told from one, whatever comes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), bytes => {
        try {
          decode(new HpackDecoder(1000), Buffer.from(bytes));
        } catch (error) {
          expect(error).toBeInstanceOf(ConnectionError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

it('reads back what is encoded', () => {
  const text = fc.string({
    unit: fc.integer({ min: 33, max: 126 }).map(code => String.fromCharCode(code)),
    maxLength: 300,
  });
  fc.assert(
    fc.property(
      fc.array(
        fc.tuple(
          text.filter(name => name !== ''),
          text,
        ),
        { maxLength: 10 },
      ),
      headers => {
        expect(decode(new HpackDecoder(100_000), encodeHeaders(headers))).toEqual(headers);
      },
    ),
  );
});
