/** The options of the load, as they stand on a command line: parsed, checked, and turned back into arguments. */
import { UsageError } from './errors.ts';
import type { MeshOptions } from './mesh.ts';

export interface LoadOptions extends MeshOptions {
  readonly proto: 'http' | 'grpc';
  readonly gzip: boolean;
  readonly connections: number;
  readonly durationMs: number;
}

/** For `parseArgs`; shared by the load and by everything that starts it. */
export const LOAD_ARGUMENTS = {
  proto: { type: 'string', default: 'http' },
  encoding: { type: 'string', default: 'protobuf' },
  gzip: { type: 'boolean', default: false },
  rate: { type: 'string', default: '0' },
  connections: { type: 'string', default: '4' },
  duration: { type: 'string', default: '15s' },
  duplicates: { type: 'string', default: '0' },
  shuffle: { type: 'string', default: '0' },
  late: { type: 'string', default: '0' },
  'body-spans': { type: 'string', default: '100' },
  traces: { type: 'string', default: '2000' },
  seed: { type: 'string', default: '1' },
} as const;

export const LOAD_USAGE = `  --proto http|grpc         how spans are sent (http)
  --encoding protobuf|json  of the bodies (protobuf; json only over http)
  --gzip                    compress requests
  --rate N                  open loop: spans per second, whatever the server does (0: closed loop)
  --connections N           connections, one request in flight on each (4)
  --duration 15s            how long; rounded up to whole replays
  --duplicates 0.05         share of the requests that are sent twice (0)
  --shuffle 0.10            share of the spans that come up to 8 s late (0)
  --late 0.01               share of the spans that come 60 s late (0)
  --body-spans N            spans in a request (100)
  --traces N                traces in a replay, of 12 spans each (2000)
  --seed N                  of the workload (1)`;

export type LoadValues = { readonly [K in keyof typeof LOAD_ARGUMENTS]: string | boolean };

/** Throws a `UsageError`. */
export function readLoadOptions(values: LoadValues): LoadOptions {
  const options: LoadOptions = {
    proto: oneOf(values.proto, '--proto', ['http', 'grpc']),
    encoding: oneOf(values.encoding, '--encoding', ['protobuf', 'json']),
    gzip: values.gzip === true,
    rate: number(values.rate, '--rate', 0, 1e9),
    connections: whole(values.connections, '--connections', 1, 10_000),
    durationMs: durationMs(values.duration, '--duration'),
    duplicates: number(values.duplicates, '--duplicates', 0, 1),
    shuffle: number(values.shuffle, '--shuffle', 0, 1),
    late: number(values.late, '--late', 0, 1),
    bodySpans: whole(values['body-spans'], '--body-spans', 1, 100_000),
    traces: whole(values.traces, '--traces', 1, 100_000),
    seed: whole(values.seed, '--seed', 0, Number.MAX_SAFE_INTEGER),
  };
  if (options.proto === 'grpc' && options.encoding === 'json') {
    throw new UsageError('--encoding json needs --proto http: gRPC carries protobuf only');
  }
  return options;
}

export function toArguments(options: LoadOptions): readonly string[] {
  const pairs: readonly (readonly [string, string | number])[] = [
    ['proto', options.proto],
    ['encoding', options.encoding],
    ['rate', options.rate],
    ['connections', options.connections],
    ['duration', `${options.durationMs}ms`],
    ['duplicates', options.duplicates],
    ['shuffle', options.shuffle],
    ['late', options.late],
    ['body-spans', options.bodySpans],
    ['traces', options.traces],
    ['seed', options.seed],
  ];
  return [...pairs.map(([name, value]) => `--${name}=${value}`), ...(options.gzip ? ['--gzip'] : [])];
}

/** `1.5s`, `500ms`, `2m`, or plain seconds. */
export function durationMs(value: string | boolean | undefined, name: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m)?$/.exec(String(value));
  if (match === null) throw new UsageError(`${name} is '${value}'; it should be a duration like 15s, 500ms or 2m`);
  return Number(match[1]) * { ms: 1, s: 1_000, m: 60_000 }[(match[2] ?? 's') as 'ms' | 's' | 'm'];
}

export function number(value: string | boolean | undefined, name: string, least: number, most: number): number {
  const parsed = value === '' ? Number.NaN : Number(value);
  if (!(parsed >= least && parsed <= most)) {
    throw new UsageError(`${name} is '${value}'; it should be a number from ${least} to ${most}`);
  }
  return parsed;
}

function whole(value: string | boolean | undefined, name: string, least: number, most: number): number {
  const parsed = number(value, name, least, most);
  if (!Number.isInteger(parsed)) throw new UsageError(`${name} is '${value}'; it should be a whole number`);
  return parsed;
}

function oneOf<T extends string>(value: string | boolean, name: string, choices: readonly T[]): T {
  const choice = choices.find(candidate => candidate === value);
  if (choice === undefined) throw new UsageError(`${name} is '${value}'; it should be ${choices.join(' or ')}`);
  return choice;
}
