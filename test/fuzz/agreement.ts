/** The three-way rule between scanner, strict and reading reference, also for the same bytes amid hostile ones. */
import { expect } from 'vitest';
import { decodeTraces } from '../../src/encodings/otlp/traces.ts';
import { readingOutcome, strictOutcome } from './reference.ts';
import { type Outcome, outcomeOf } from './span-record.ts';

/** Fails unless the scanner treats these bytes as `reference.ts` says it must. */
export function expectAgreement(bytes: Uint8Array): void {
  const scanned = outcomeOf(decodeTraces, bytes);
  const strict = strictOutcome(bytes);
  const reading = readingOutcome(bytes);
  if ('spans' in strict) expect(scanned, 'accepted by the strict reference').toEqual(strict);
  else if ('malformed' in reading)
    expect(scanned, `refused by the reference: ${reading.malformed}`).toHaveProperty('malformed');
  else if ('spans' in scanned) expect(scanned, 'accepted by the scanner').toEqual(reading);
  expectSameAmidPoison(bytes, scanned);
}

/**
 * Surroundings that would continue whatever is cut off at the end of the request: as further bytes of a number, as text,
 * or as more fields. Any read beyond the request changes the outcome or throws something else.
 */
const POISONS = [0xff, 0x80, 0x00, 0x0a];

function expectSameAmidPoison(bytes: Uint8Array, expected: Outcome): void {
  for (const poison of POISONS) {
    const buffer = new Uint8Array(bytes.length + 64).fill(poison);
    buffer.set(bytes, 32);
    const inside = outcomeOf(decodeTraces, buffer.subarray(32, 32 + bytes.length));
    expect(inside, `amid bytes of 0x${poison.toString(16)}`).toEqual(expected);
  }
}
