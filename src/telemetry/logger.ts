/**
 * The program's log: one line per event on the stream given, readable (`console`) or one JSON object per line (`json`).
 * Writing is synchronous, so the last line before an exit is not lost.
 */
import { type DestinationStream, type LoggerOptions, pino } from 'pino';
import pretty from 'pino-pretty';
import type { Logger } from '../contract/logger.ts';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
export const LOG_ENCODINGS = ['console', 'json'] as const;
type LogEncoding = (typeof LOG_ENCODINGS)[number];

export interface LoggerConfig {
  readonly level: LogLevel;
  readonly encoding: LogEncoding;
}

/** A logger whose lines carry further fields: the component they come from. */
export interface RootLogger extends Logger {
  child(fields: object): Logger;
}

const OPTIONS: LoggerOptions = {
  base: null,
  timestamp: () => `,"time":"${new Date().toISOString()}"`,
  formatters: { level: label => ({ level: label }) },
  errorKey: 'error',
};

export function createLogger(config: LoggerConfig, output: NodeJS.WritableStream): RootLogger {
  const options = { ...OPTIONS, level: config.level };
  if (config.encoding === 'json') return pino(options, output as DestinationStream);
  const color = 'isTTY' in output && output.isTTY === true;
  return pino(options, consoleStream(output, color));
}

/** A transform in this thread: a worker would lose lines at exit and hide them from a stream that is passed in. */
function consoleStream(output: NodeJS.WritableStream, colorize: boolean): DestinationStream {
  const format = pretty.prettyFactory({
    colorize,
    translateTime: 'SYS:yyyy-mm-dd HH:MM:ss.l',
    singleLine: true,
    messageFormat: (line, key) => `${typeof line.component === 'string' ? `${line.component}: ` : ''}${line[key]}`,
    ignore: 'component',
  });
  return { write: (line: string) => void output.write(format(line)) };
}
