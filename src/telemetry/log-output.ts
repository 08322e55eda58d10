/**
 * Where lines of the log leave the process. Nobody waits for it: when the reader of a pipe stands still, lines are held
 * up to a bound, and then dropped and counted; the next line that finds room says how many. A reader that has gone is no
 * reason to end.
 */
import type { MetricSample } from '../contract/component.ts';
import { LOG_LINES, LOG_LINES_DROPPED } from './metrics/service.ts';

const MAX_HELD_BYTES = 2 ** 20;
/** How long an end waits for the reader. */
const FLUSH_MS = 2000;

const written = new Map<string, number>();
let droppedInAll = 0;

export function countLine(level: string): void {
  written.set(level, (written.get(level) ?? 0) + 1);
}

/** Of the whole process: there is one log, whatever is reloaded. */
export function logSamples(): readonly MetricSample[] {
  return [
    LOG_LINES.samples([...written].map(([level, value]) => ({ labels: { level }, value }))),
    LOG_LINES_DROPPED.sample(droppedInAll),
  ];
}

/** A function that writes a line or drops it; `describe` makes the line that tells of dropped ones. */
export function boundOutput(output: NodeJS.WritableStream, describe: (dropped: number) => string) {
  let dropped = 0;
  return (line: string): void => {
    const { writableLength = 0 } = output as { writableLength?: number };
    if (writableLength > MAX_HELD_BYTES) {
      dropped += 1;
      droppedInAll += 1;
      return;
    }
    if (dropped > 0) output.write(describe(dropped));
    dropped = 0;
    output.write(line);
  };
}

/** Resolves when everything written has left, or nobody reads it any more. */
export function flushed(streams: readonly NodeJS.WritableStream[]): Promise<void> {
  const all = streams.map(stream => new Promise<void>(resolve => stream.write('', () => resolve())));
  return new Promise(resolve => {
    setTimeout(resolve, FLUSH_MS).unref();
    void Promise.all(all).then(() => resolve());
  });
}
