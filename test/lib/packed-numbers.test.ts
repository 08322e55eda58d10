/** Numbers come back as they were put, in a few bytes. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PackedReader, PackedWriter } from '../../src/lib/packed-numbers.ts';

function pack(numbers: readonly number[]): Uint8Array {
  const writer = new PackedWriter();
  writer.put(1);
  writer.clear();
  for (const number of numbers) writer.put(number);
  return writer.packed.slice();
}

/** Every size, and what lies beside its ends. */
const EDGES = Array.from({ length: 54 }, (_, bits) => 2 ** bits).flatMap(power => [
  ...[-118, -1, 0, 1, 117, 118].flatMap(by => [power + by, -(power + by), 1142 * power + by]),
]);
const numbers = fc.oneof(
  fc.double(),
  fc.maxSafeInteger(),
  fc.integer(),
  fc.integer({ min: -3000, max: 3000 }),
  fc.constantFrom(...EDGES, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0.5, Number.NaN),
);

describe('packed numbers', () => {
  it('come back one by one and many at once', () => {
    fc.assert(
      fc.property(fc.array(numbers, { maxLength: 200 }), all => {
        const expected = all.map(number => (number === 0 ? 0 : number));
        const bytes = pack(all);
        const one = new PackedReader(bytes);
        expect(all.map(() => one.take())).toEqual(expected);
        const many = new PackedReader(bytes);
        const at = many.takeMany(all.length);
        expect([...many.taken.subarray(at, at + all.length)]).toEqual(expected);
      }),
    );
  });

  it('come back around every size', () => {
    const reader = new PackedReader(pack(EDGES));
    expect(EDGES.map(() => reader.take())).toEqual(EDGES.map(number => (number === 0 ? 0 : number)));
  });

  it.each([
    [0, 1],
    [-118, 1],
    [117, 1],
    [118, 2],
    [1141, 2],
    [1142, 3],
    [0xffff, 4],
    [-(2 ** 31), 5],
    [1.7e15, 8],
    [Number.NEGATIVE_INFINITY, 1],
    [0.5, 9],
    [Number.MAX_SAFE_INTEGER, 9],
  ])('%s takes %s bytes', (number, bytes) => {
    expect(pack([number])).toHaveLength(bytes);
  });
});
