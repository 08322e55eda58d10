/** Hashes of row keys, in `hash`: 64 bits as two words, and 16 bits of the high half of the trace id, 0 where it has none. */
import { INSTANCE, SERVICE, SHAPE, START, TRACE } from '../contract/observation.ts';
import { sideOf } from './state.ts';

export const hash = { a: 0, b: 0, high: 0 };

function begin(): void {
  hash.a = 0x243f6a88;
  hash.b = 0x13198a2e;
}

function add(word: number): void {
  hash.a = Math.imul(hash.a ^ word, 0x85ebca6b);
  hash.a ^= hash.a >>> 15;
  hash.b = Math.imul(hash.b ^ word, 0xc2b2ae35) ^ hash.a;
  hash.b ^= hash.b >>> 13;
}

function finish(): void {
  hash.a = Math.imul(hash.a ^ (hash.b >>> 7), 0x27d4eb2f);
  hash.a ^= hash.a >>> 16;
  hash.b = Math.imul(hash.b ^ hash.a, 0x165667b1);
  hash.b ^= hash.b >>> 16;
}

/** The key under which a span is known to others: low half of the trace id, span id. */
export function hashKey(of: Int32Array, at: number, span0: number, span1: number): void {
  begin();
  add(of[at + TRACE + 2]!);
  add(of[at + TRACE + 3]!);
  add(span0);
  add(span1);
  finish();
  const high0 = of[at + TRACE]!;
  const high1 = of[at + TRACE + 1]!;
  hash.high = (high0 | high1) === 0 ? 0 : (Math.imul(high0 ^ Math.imul(high1, 0x9e3779b1), 0x85ebca6b) >>> 16) | 1;
}

/** The key of a resend: trace id, span id, side, service, instance, start as it was reported. */
export function hashDuplicate(of: Int32Array, at: number): void {
  begin();
  for (let i = TRACE; i < TRACE + 6; i++) add(of[at + i]!);
  add(of[at + SERVICE]! * 4 + sideOf(of[at + SHAPE]!));
  add(of[at + INSTANCE]!);
  add(of[at + START]!);
  add(of[at + START + 1]!);
  finish();
}
