/**
 * Durations (Go syntax plus `d`) and sizes as people write them, to milliseconds and bytes.
 * A text that is neither throws a RangeError that says what would be right.
 */

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const MINUTE_US = 1000 * MINUTE_MS;

const DURATION_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: MINUTE_MS,
  h: HOUR_MS,
  d: 24 * HOUR_MS,
};

const SIZE_BYTES: Readonly<Record<string, number>> = {
  '': 1,
  B: 1,
  kB: 1e3,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
};

const DURATION_PART = '(?:\\d+(?:\\.\\d*)?|\\.\\d+)(?:ns|us|µs|μs|ms|s|m|h|d)';

/** For JSON Schemas: what `parseDuration` takes. */
export const DURATION_PATTERN = `^(?:0|(?:${DURATION_PART})+)$`;
/** For JSON Schemas: what `parseSize` takes. */
export const SIZE_PATTERN = '^\\d+(?:\\.\\d+)? ?(?:B|[kK]B|[MGT]B|[KMGT]iB)?$';

const DURATION = new RegExp(DURATION_PATTERN);
const SIZE = new RegExp(SIZE_PATTERN);

/** `1h30m`, `1.5s`, `250ms`, `30d`, `0` → milliseconds. */
export function parseDuration(text: string): number {
  if (!DURATION.test(text)) {
    throw new RangeError(`"${text}" is no duration: write a number with a unit, as 500ms, 30s, 1h30m or 7d`);
  }
  let ms = 0;
  for (const [, number, unit] of text.matchAll(/([\d.]+)([a-zµμ]+)/g)) ms += Number(number) * DURATION_MS[unit!]!;
  return ms;
}

/** `20MiB`, `64KiB`, `1.5GB`, `4096` → whole bytes. */
export function parseSize(text: string): number {
  if (!SIZE.test(text)) {
    throw new RangeError(`"${text}" is no size: write a number with a unit, as 512KiB, 20MiB or 2GiB`);
  }
  const number = Number.parseFloat(text);
  const unit = text.replace(/^[\d.]+ ?/, '');
  return Math.round(number * SIZE_BYTES[unit]!);
}
