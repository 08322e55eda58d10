/** A bar on a terminal: bytes, read, rate. Elsewhere nothing is written. */

export interface Progress {
  /** Bytes read since the last call, and spans and records so far. */
  advance(bytes: number, taken: number): void;
  /** Takes the bar away, so that a line can be written. */
  clear(): void;
}

export interface ProgressSettings {
  readonly stream: NodeJS.WritableStream;
  /** Bytes of all inputs; NaN when unknown. */
  readonly total: number;
  /** Milliseconds, monotonic. */
  now(): number;
}

const SILENT: Progress = { advance: () => {}, clear: () => {} };
const REDRAW_MS = 200;
const BAR_CELLS = 24;
const ERASE_LINE = '\r\u001b[2K';

export function createProgress({ stream, total, now }: ProgressSettings): Progress {
  if ((stream as { isTTY?: boolean }).isTTY !== true) return SILENT;
  const started = now();
  let drawn = started;
  let read = 0;
  let shown = false;
  return {
    advance(bytes, taken) {
      read += bytes;
      if (now() - drawn < REDRAW_MS) return;
      drawn = now();
      shown = true;
      const line = progressLine({ read, total, taken, seconds: (drawn - started) / 1000 });
      // A line that wraps could not be erased again.
      stream.write(ERASE_LINE + line.slice(0, columnsOf(stream) - 1));
    },
    clear() {
      if (shown) stream.write(ERASE_LINE);
      shown = false;
    },
  };
}

/** A width of 0 is what a terminal says that does not know its own. */
function columnsOf(stream: NodeJS.WritableStream): number {
  return (stream as { columns?: number }).columns || 80;
}

interface State {
  readonly read: number;
  readonly total: number;
  readonly taken: number;
  readonly seconds: number;
}

/** One line, without a bar when the total is unknown. */
export function progressLine({ read, total, taken, seconds }: State): string {
  const rate = seconds > 0 ? Math.round(taken / seconds) : 0;
  const counts = `${taken.toLocaleString('en')} read, ${rate.toLocaleString('en')}/s`;
  if (!(total >= read)) return `${mib(read)} MiB  ${counts}`;
  const share = read / total;
  const full = Math.round(share * BAR_CELLS);
  const bar = '█'.repeat(full) + '░'.repeat(BAR_CELLS - full);
  return `${bar} ${Math.floor(share * 100)} %  ${mib(read)} of ${mib(total)} MiB  ${counts}`;
}

function mib(bytes: number): string {
  return (bytes / 1024 / 1024).toFixed(1);
}
