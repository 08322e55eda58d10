/** The options of the OTLP receiver, and the same as numbers once defaults are in. */
import { type Static, type TSchema, Type } from 'typebox';
import { Default } from 'typebox/value';
import { systemClock } from '../../contract/clock.ts';
import type { ConfigProblem } from '../../contract/component.ts';
import { authOptions } from '../../lib/listen/auth-options.ts';
import { checkGuard, type GuardConfig } from '../../lib/listen/guard.ts';
import { below } from '../../lib/listen/problem.ts';
import { tlsOptions } from '../../lib/listen/tls-options.ts';
import { durationOption, LONGEST_TIMER, optionGroup } from '../../lib/options.ts';
import { parseDuration } from '../../lib/units.ts';
import { checkHttpMemory, type HttpOptions, httpListenerOptions, readHttpOptions } from '../listener/http/options.ts';
import {
  type ConnectionOptions,
  checkBodyMemory,
  connectionOptions,
  endpoint,
  maxConnections,
  maxHeaderSize,
  maxInflightBodySize,
  maxWait,
  readTimeout,
  writeTimeout,
} from '../listener/options.ts';

const HTTP_ENDPOINT = '127.0.0.1:4318';

/** YAML's `grpc:` without a value stands for all defaults. */
const orNull = <T extends TSchema>(schema: T) =>
  Type.Optional(Type.Unsafe<Static<T> | null>({ ...schema, type: ['object', 'null'] }));

/** A connection may grow older than this by up to a tenth, so that not all end at once. */
const LONGEST_CONNECTION_AGE = '21d';

const keepaliveConfig = Type.Object(
  {
    max_connection_idle: Type.Optional(
      durationOption({
        default: '30m',
        minimum: '1s',
        maximum: LONGEST_TIMER,
        description: 'Closes a connection without calls for this long.',
      }),
    ),
    max_connection_age: Type.Optional(
      durationOption({
        minimum: '1s',
        maximum: LONGEST_CONNECTION_AGE,
        description: 'Closes every connection at this age; left out: never.',
      }),
    ),
    max_connection_age_grace: Type.Optional(
      durationOption({
        default: '30s',
        maximum: LONGEST_TIMER,
        description: 'What a call may still take on an aged connection.',
      }),
    ),
    time: Type.Optional(
      durationOption({
        default: '2h',
        minimum: '1s',
        maximum: LONGEST_TIMER,
        description: 'Pings a silent client after this long.',
      }),
    ),
    timeout: Type.Optional(
      durationOption({
        default: '20s',
        minimum: '1s',
        maximum: LONGEST_TIMER,
        description: 'Closes a connection whose ping goes unanswered.',
      }),
    ),
  },
  {
    additionalProperties: false,
    default: {},
    description: 'HTTP/2 keepalive, as in the Collector.',
    // Connections keep what was agreed when they were made.
    'x-reload': 'forward',
  },
);

const enforcementConfig = Type.Object(
  {
    min_time: Type.Optional(
      durationOption({
        default: '5m',
        maximum: LONGEST_TIMER,
        description:
          'How seldom a client may ping; one that goes on is disconnected (ENHANCE_YOUR_CALM, too_many_pings).',
      }),
    ),
    permit_without_stream: Type.Optional(
      Type.Boolean({ default: false, description: 'Whether a client without calls may ping as often.' }),
    ),
  },
  { additionalProperties: false, default: {}, description: 'What pings of clients are let pass, as in the Collector.' },
);

const grpcConfig = Type.Object(
  {
    endpoint: Type.Optional(endpoint('127.0.0.1:4317')),
    max_recv_msg_size_mib: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 1024, default: 16, description: 'Largest message, decompressed, in MiB.' }),
    ),
    max_inflight_body_size: maxInflightBodySize,
    max_concurrent_streams: Type.Optional(
      Type.Integer({
        'x-reload': 'forward',
        minimum: 1,
        maximum: 100_000,
        default: 100,
        description: 'Calls at once on one connection.',
      }),
    ),
    max_connections: maxConnections(1024),
    max_header_size: { ...maxHeaderSize, 'x-reload': 'forward' },
    read_timeout: readTimeout,
    write_timeout: writeTimeout,
    keepalive: Type.Optional(
      optionGroup({
        server_parameters: Type.Optional(keepaliveConfig),
        enforcement_policy: Type.Optional(enforcementConfig),
      }),
    ),
    tls: tlsOptions,
    auth: authOptions,
  },
  { additionalProperties: false, description: 'OTLP over gRPC.' },
);

const httpConfig = Type.Object(httpListenerOptions(HTTP_ENDPOINT), {
  additionalProperties: false,
  description: 'OTLP over HTTP: POST /v1/traces and /v1/logs, protobuf and JSON.',
});

export const otlpConfig = Type.Object(
  {
    protocols: Type.Object(
      { grpc: orNull(grpcConfig), http: orNull(httpConfig) },
      {
        additionalProperties: false,
        minProperties: 1,
        description: 'Protocols to listen for; one that is not listed is off.',
      },
    ),
    max_wait: maxWait,
  },
  { additionalProperties: false },
);

export type OtlpConfig = Static<typeof otlpConfig>;
type GrpcConfig = Static<typeof grpcConfig>;
type HttpConfig = Static<typeof httpConfig>;

export interface GrpcOptions extends ConnectionOptions {
  readonly endpoint: string;
  readonly maxMessageBytes: number;
  readonly maxConcurrentStreams: number;
  readonly maxConnectionIdleMs: number;
  readonly maxConnectionAgeMs: number | undefined;
  readonly maxConnectionAgeGraceMs: number;
  readonly keepaliveTimeMs: number;
  readonly keepaliveTimeoutMs: number;
  readonly minPingIntervalMs: number;
  readonly permitPingsWithoutCalls: boolean;
}

/** A protocol's part of the configuration with every default filled in. */
export function toHttpOptions(config: HttpConfig | null): HttpOptions {
  return readHttpOptions(config, HTTP_ENDPOINT);
}

export function toGrpcOptions(config: GrpcConfig | null): GrpcOptions {
  const full = Default(grpcConfig, { ...config }) as Required<GrpcConfig>;
  const alive = Default(keepaliveConfig, { ...full.keepalive.server_parameters }) as Required<
    Static<typeof keepaliveConfig>
  >;
  const pings = Default(enforcementConfig, { ...full.keepalive.enforcement_policy }) as Required<
    Static<typeof enforcementConfig>
  >;
  const age = alive.max_connection_age as string | undefined;
  return {
    endpoint: full.endpoint,
    maxMessageBytes: full.max_recv_msg_size_mib * 2 ** 20,
    ...connectionOptions(full),
    maxConcurrentStreams: full.max_concurrent_streams,
    maxConnectionIdleMs: parseDuration(alive.max_connection_idle),
    maxConnectionAgeMs: age === undefined ? undefined : parseDuration(age),
    maxConnectionAgeGraceMs: parseDuration(alive.max_connection_age_grace),
    keepaliveTimeMs: parseDuration(alive.time),
    keepaliveTimeoutMs: parseDuration(alive.timeout),
    minPingIntervalMs: parseDuration(pings.min_time),
    permitPingsWithoutCalls: pings.permit_without_stream,
  };
}

/** What the schema cannot say: certificates and tokens, and bounds that depend on each other. */
export function checkOtlpConfig({ protocols }: OtlpConfig): readonly ConfigProblem[] {
  const guards = Object.entries(protocols).flatMap(([name, options]) => {
    return below(['protocols', name], checkGuard((options ?? {}) as GuardConfig, systemClock.now()));
  });
  return [...guards, ...checkMemory(protocols)];
}

function checkMemory({ grpc, http }: OtlpConfig['protocols']): readonly ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const add = (protocol: string, found: readonly ConfigProblem[]) =>
    problems.push(...found.map(problem => ({ ...problem, path: ['protocols', protocol, ...problem.path] })));
  if (http !== undefined) add('http', checkHttpMemory(toHttpOptions(http)));
  if (grpc !== undefined) {
    const { maxMessageBytes, maxInflightBytes } = toGrpcOptions(grpc);
    add('grpc', checkBodyMemory(maxInflightBytes, maxMessageBytes, 'max_recv_msg_size_mib'));
  }
  return problems;
}
