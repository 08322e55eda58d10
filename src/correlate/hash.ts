/**
 * Hashes of row keys. All work on local variables: they run several times for every span.
 *
 * A key is (low half of a trace id, span id); trace words stand at `at` in `of`.
 */
import { INSTANCE, PARENT, SERVICE, SHAPE, SPAN, START, TRACE } from '../contract/observation.ts';
import { sideOf } from './state.ts';

/** 64 bits of a key or duplicate key as two words, and 16 bits of the high half of the trace id, 0 where it has none. */
export const hash = { a: 0, b: 0, high: 0 };

/** 32 bits of the key. */
export function keyHash(of: Int32Array, at: number, span0: number, span1: number): number {
  let h = Math.imul(of[at + TRACE + 3]! ^ Math.imul(span1, 0x9e3779b1), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 15) ^ of[at + TRACE + 2]!, 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 13) ^ span0, 0x27d4eb2f);
  return h ^ (h >>> 16);
}

/** 32 more bits of the key. */
function keyCheck(of: Int32Array, at: number, span0: number, span1: number): number {
  let h = Math.imul(of[at + TRACE + 2]! ^ Math.imul(span0, 0x85ebca6b), 0x165667b1);
  h = Math.imul(h ^ (h >>> 14) ^ span1, 0x9e3779b1);
  h = Math.imul(h ^ (h >>> 15) ^ of[at + TRACE + 3]!, 0xc2b2ae35);
  return h ^ (h >>> 16);
}

export function parentHash(of: Int32Array, at: number): number {
  return keyHash(of, at, of[at + PARENT]!, of[at + PARENT + 1]!);
}

export function ownHash(of: Int32Array, at: number): number {
  return keyHash(of, at, of[at + SPAN]!, of[at + SPAN + 1]!);
}

/** The key under which a span is known to others, with the high half of its trace id. */
export function hashKey(of: Int32Array, at: number, span0: number, span1: number): void {
  const high0 = of[at + TRACE]!;
  const high1 = of[at + TRACE + 1]!;
  hash.a = keyHash(of, at, span0, span1);
  hash.b = keyCheck(of, at, span0, span1);
  hash.high = (high0 | high1) === 0 ? 0 : (Math.imul(high0 ^ Math.imul(high1, 0x9e3779b1), 0x85ebca6b) >>> 16) | 1;
}

/** The key of a resend: trace id, span id, side, service, instance, start as it was reported. `own`: its `ownHash`. */
export function hashDuplicate(of: Int32Array, at: number, own: number): void {
  const who = of[at + SERVICE]! * 4 + sideOf(of[at + SHAPE]!);
  let a = own;
  let b = keyCheck(of, at, of[at + SPAN]!, of[at + SPAN + 1]!);
  for (let i = TRACE; i < TRACE + 2; i++) {
    a = Math.imul(a ^ (a >>> 15) ^ of[at + i]!, 0x85ebca6b);
    b = Math.imul(b ^ (b >>> 13) ^ of[at + i]!, 0xc2b2ae35);
  }
  a = Math.imul(a ^ (a >>> 15) ^ who, 0x85ebca6b);
  b = Math.imul(b ^ (b >>> 13) ^ who, 0xc2b2ae35);
  a = Math.imul(a ^ (a >>> 15) ^ of[at + INSTANCE]!, 0x85ebca6b);
  b = Math.imul(b ^ (b >>> 13) ^ of[at + INSTANCE]!, 0xc2b2ae35);
  a = Math.imul(a ^ (a >>> 15) ^ of[at + START]!, 0x85ebca6b);
  b = Math.imul(b ^ (b >>> 13) ^ of[at + START]!, 0xc2b2ae35);
  a = Math.imul(a ^ (a >>> 15) ^ of[at + START + 1]!, 0x85ebca6b);
  b = Math.imul(b ^ (b >>> 13) ^ of[at + START + 1]!, 0xc2b2ae35);
  a = Math.imul(a ^ (b >>> 7) ^ (a >>> 16), 0x27d4eb2f);
  b = Math.imul(b ^ (b >>> 15) ^ a, 0x165667b1);
  hash.a = a ^ (a >>> 16);
  hash.b = b ^ (b >>> 16);
}
