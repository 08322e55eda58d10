/** What RFC 9113 asks of the fields of a request and of its trailers (sections 8.1 to 8.3). */
import type { Field } from './hpack/fields.ts';

const PSEUDO = { ':method': 1, ':scheme': 2, ':path': 4, ':authority': 8 } as const;
const REQUIRED = 7;

/** False for a request that is malformed as a whole: it gets no answer but a reset. */
export function isWellFormed(fields: readonly Field[]): boolean {
  let seen = 0;
  let regular = false;
  for (const field of fields) {
    const { kind } = field;
    if (kind === 'malformed') return false;
    if (kind === 'regular' || kind === 'content-length') {
      regular = true;
      continue;
    }
    const bit = PSEUDO[kind];
    if (regular || (seen & bit) !== 0 || (kind === ':path' && field.value === '')) return false;
    seen |= bit;
  }
  return (seen & REQUIRED) === REQUIRED;
}

export function areTrailers(fields: readonly Field[]): boolean {
  return fields.every(({ kind }) => kind === 'regular');
}

/** The body's length as announced; -1 when it is not, NaN when it is no number, or announced twice and not the same. */
export function announcedLength(fields: readonly Field[]): number {
  let announced = -1;
  for (const { kind, value } of fields) {
    if (kind !== 'content-length') continue;
    const length = /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
    if (Number.isNaN(length) || (announced >= 0 && length !== announced)) return Number.NaN;
    announced = length;
  }
  return announced;
}
