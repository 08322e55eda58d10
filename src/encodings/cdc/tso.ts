/** Timestamps of TiDB: milliseconds, and 18 bits of a counter; more digits than a double holds. */

/** ms of the time in decimal digits; 0 for anything else. */
export function timeOfTso(digits: string): number {
  return /^\d{1,20}$/.test(digits) ? Number(BigInt(digits) >> 18n) : 0;
}
