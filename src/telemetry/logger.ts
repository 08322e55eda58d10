/**
 * The program's log: one line per event on the stream given, readable (`console`) or one JSON object per line (`json`).
 * Every line has `level`, `time` (RFC 3339), `component` and `msg`; what failed stands in `error`, durations and sizes
 * carry their unit in the name.
 */
import { type DestinationStream, type LoggerOptions, pino } from 'pino';
import pretty from 'pino-pretty';
import type { Logger } from '../contract/logger.ts';
import { boundOutput, countLine } from './log-output.ts';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
export const LOG_ENCODINGS = ['console', 'json'] as const;
type LogEncoding = (typeof LOG_ENCODINGS)[number];

export interface LoggerConfig {
  readonly level: LogLevel;
  readonly encoding: LogEncoding;
  /** Stand in every line. */
  readonly initial_fields?: Readonly<Record<string, string>>;
}

/** The log of the service itself; others get one whose lines carry the component they come from. */
export interface RootLogger extends Logger {
  child(fields: object): Logger;
}

const SERVICE = { component: 'service' };

const OPTIONS: LoggerOptions = {
  timestamp: () => `,"time":"${new Date().toISOString()}"`,
  formatters: { level: label => ({ level: label }) },
  serializers: { error: pino.stdSerializers.err },
  errorKey: 'error',
  hooks: {
    logMethod(args, method, level) {
      countLine(pino.levels.labels[level] ?? 'other');
      method.apply(this, args);
    },
  },
};

export function createLogger(config: LoggerConfig, output: NodeJS.WritableStream): RootLogger {
  const base = config.initial_fields ?? {};
  const root = pino({ ...OPTIONS, base, level: config.level }, destination(config, output));
  const own = root.child(SERVICE);
  // A key twice in one line would be no JSON that everybody reads alike.
  const loggerFor = (fields: object) => ('component' in fields ? root : own);
  return {
    debug: (fields, message) => loggerFor(fields).debug(fields, message),
    info: (fields, message) => loggerFor(fields).info(fields, message),
    warn: (fields, message) => loggerFor(fields).warn(fields, message),
    error: (fields, message) => loggerFor(fields).error(fields, message),
    child: fields => root.child(fields),
  };
}

/** In this thread: a worker would lose lines at exit and hide them from a stream that is passed in. */
function destination({ encoding, initial_fields }: LoggerConfig, output: NodeJS.WritableStream): DestinationStream {
  const format = encoding === 'json' ? (line: string) => line : consoleFormat(output);
  const describe = (dropped: number) => {
    const fields = { level: 'warn', time: new Date().toISOString(), ...initial_fields, ...SERVICE, dropped };
    const msg = 'lines of the log were dropped, because nobody read them';
    return format(`${JSON.stringify({ ...fields, msg })}\n`);
  };
  const write = boundOutput(output, describe);
  return { write: (line: string) => write(format(line)) };
}

function consoleFormat(output: NodeJS.WritableStream): (line: string) => string {
  const colorize = 'isTTY' in output && output.isTTY === true;
  return pretty.prettyFactory({
    colorize,
    translateTime: 'SYS:yyyy-mm-dd HH:MM:ss.l',
    singleLine: true,
    messageFormat: (line, key) => {
      const { component } = line;
      return typeof component === 'string' && component !== SERVICE.component
        ? `${component}: ${line[key]}`
        : `${line[key]}`;
    },
    ignore: 'component',
  });
}
