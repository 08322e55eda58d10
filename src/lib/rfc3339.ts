/** A time as RFC 3339 has it, its distance from UTC included. */
const TIME = /^(\d{4}-\d\d-\d\d)T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/i;

/** ms; NaN for what is no such time. */
export function parseRfc3339(text: string): number {
  const [, date] = TIME.exec(text) ?? [];
  return date !== undefined && isInCalendar(date) ? Date.parse(text) : Number.NaN;
}

/** `Date.parse` takes the 31st of February for a day in March. */
function isInCalendar(date: string): boolean {
  const ms = Date.parse(date);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(date);
}
