/** Bytes that were a message: cut, changed, or in other surroundings; and what a decoder must do with them. */
import fc from 'fast-check';
import { expect } from 'vitest';
import { type Decoder, outcomeOf } from '../../fuzz/span-record.ts';
import { parseFields, write } from '../../fuzz/wire-tree.ts';

/** Bytes with a few of them changed, removed or added anywhere. */
export function mutated(encoded: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> {
  const edit = fc.record({ at: fc.nat(), remove: fc.nat(3), add: fc.uint8Array({ maxLength: 3 }) });
  return fc.tuple(encoded, fc.array(edit, { minLength: 1, maxLength: 3 })).map(([bytes, edits]) =>
    edits.reduce<Uint8Array>((b, { at, remove, add }) => {
      const i = at % (b.length + 1);
      return Buffer.concat([b.subarray(0, i), add, b.subarray(i + remove)]);
    }, bytes),
  );
}

/** What would continue whatever is cut off at the end. */
const POISONS = [0xff, 0x80, 0x00, 0x0a];

/** Spans or a refusal, never a crash, and nothing of what stands around the bytes. */
export function expectContained(decode: Decoder, bytes: Uint8Array): void {
  const outcome = outcomeOf(decode, bytes);
  for (const poison of POISONS) {
    const buffer = new Uint8Array(bytes.length + 64).fill(poison);
    buffer.set(bytes, 32);
    expect(outcomeOf(decode, buffer.subarray(32, 32 + bytes.length)), `amid 0x${poison.toString(16)}`).toEqual(outcome);
  }
}

/** The fields of a message in another order; those of one number keep theirs. */
export function shuffled(encoded: fc.Arbitrary<Uint8Array>): fc.Arbitrary<readonly [Uint8Array, Uint8Array]> {
  return fc.tuple(encoded, fc.array(fc.nat(9), { minLength: 16, maxLength: 16 })).map(([bytes, order]) => {
    const fields = parseFields(bytes).sort((a, b) => order[a.number]! - order[b.number]! || a.number - b.number);
    return [bytes, write(fields)];
  });
}
