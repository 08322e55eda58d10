/** Times as text. */
import { MINUTE_MS } from '../lib/units.ts';

const NUMBERS = Array.from({ length: 1000 }, (_, n) => String(n).padStart(3, '0'));

/** Most times of a graph lie in few minutes. */
let minute = Number.NaN;
let prefix = '';

/** Microseconds since the epoch as RFC 3339 with milliseconds; the epoch itself where no time is known. */
export function isoTime(micros: number): string {
  const ms = Number.isFinite(micros) ? Math.floor(micros / 1000) : 0;
  const begin = Math.floor(ms / MINUTE_MS);
  if (begin !== minute) {
    prefix = new Date(begin * MINUTE_MS).toISOString().slice(0, -7);
    minute = begin;
  }
  const rest = ms - begin * MINUTE_MS;
  const second = Math.floor(rest / 1000);
  return `${prefix}${NUMBERS[second]!.slice(1)}.${NUMBERS[rest - second * 1000]}Z`;
}
