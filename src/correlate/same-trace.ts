/** Trace ids of which one may have lost its high half. */
import { TRACE } from '../contract/observation.ts';

/** Low halves equal; high halves equal, or zero on one side. */
export function sameTrace(a: Int32Array, i: number, b: Int32Array, j: number): boolean {
  if (a[i + TRACE + 3] !== b[j + TRACE + 3] || a[i + TRACE + 2] !== b[j + TRACE + 2]) return false;
  if (a[i + TRACE] === b[j + TRACE] && a[i + TRACE + 1] === b[j + TRACE + 1]) return true;
  return (a[i + TRACE]! | a[i + TRACE + 1]!) === 0 || (b[j + TRACE]! | b[j + TRACE + 1]!) === 0;
}
