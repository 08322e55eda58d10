/** Microseconds since the epoch as RFC 3339 with milliseconds; the epoch itself where no time is known. */
export function isoTime(micros: number): string {
  return new Date(Number.isFinite(micros) ? Math.floor(micros / 1000) : 0).toISOString();
}
