/**
 * The protobuf scanner held against protobufjs (`reference.ts` says how the two may differ): same spans or same refusal
 * for valid, rearranged, mutated and truncated requests, and never a crash, a hang or a read beyond the request.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeTraces } from '../../src/encodings/otlp/traces.ts';
import { encodeTraces } from '../kits/otlp.ts';
import { expectAgreement } from './agreement.ts';
import { rearranged } from './rearranged.ts';
import { arbitraryRequest } from './requests.ts';
import { outcomeOf } from './span-record.ts';

/** Inputs per property; raise it for a long search: TACIT_FUZZ_RUNS=20000. */
const RUNS = Number(process.env.TACIT_FUZZ_RUNS ?? 400);

const encoded = arbitraryRequest.map(encodeTraces);

/** Bytes of a request with a few of them changed, removed or added anywhere. */
const mutated = fc
  .tuple(
    fc.oneof(encoded, rearranged(encoded)),
    fc.array(fc.record({ at: fc.nat(), remove: fc.nat(3), add: fc.uint8Array({ maxLength: 3 }) }), {
      minLength: 1,
      maxLength: 3,
    }),
  )
  .map(([bytes, edits]) =>
    edits.reduce<Uint8Array>((b, { at, remove, add }) => {
      const i = at % (b.length + 1);
      return Buffer.concat([b.subarray(0, i), add, b.subarray(i + remove)]);
    }, bytes),
  );

/** Single bytes flipped in place, so that lengths mostly stay right and the fault is deep inside. */
const flipped = fc
  .tuple(encoded, fc.array(fc.tuple(fc.nat(), fc.nat(7)), { minLength: 1, maxLength: 4 }))
  .map(([bytes, flips]) => {
    const copy = Uint8Array.from(bytes);
    for (const [at, bit] of flips) if (copy.length > 0) copy[at % copy.length]! ^= 1 << bit;
    return copy;
  });

describe('the scanner agrees with the reference decoder on', () => {
  test('valid requests', () => {
    fc.assert(
      fc.property(encoded, bytes => {
        expectAgreement(bytes);
        expect(outcomeOf(decodeTraces, bytes)).toHaveProperty('spans');
      }),
      { numRuns: RUNS },
    );
  });

  test('requests with fields moved, repeated, split, overlong, of other wire types, and unknown ones', () => {
    fc.assert(fc.property(rearranged(encoded), expectAgreement), { numRuns: RUNS });
  });

  test('mutated bytes', () => {
    fc.assert(fc.property(mutated, expectAgreement), { numRuns: RUNS });
  });

  test('flipped bits', () => {
    fc.assert(fc.property(flipped, expectAgreement), { numRuns: RUNS });
  });

  test('bytes that were never a request', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), expectAgreement), { numRuns: RUNS });
  });

  test('requests cut at every length', () => {
    for (const request of fc.sample(arbitraryRequest, { numRuns: 12, seed: 1 })) {
      const bytes = encodeTraces(request).subarray(0, 1500);
      for (let length = 0; length <= bytes.length; length++) expectAgreement(bytes.subarray(0, length));
    }
  });
});
