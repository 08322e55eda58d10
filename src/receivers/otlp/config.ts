/** The options of the OTLP receiver, and the same as numbers once defaults are in. */
import { type Static, type TSchema, Type } from 'typebox';
import { Default } from 'typebox/value';
import { systemClock } from '../../contract/clock.ts';
import type { ConfigProblem } from '../../contract/component.ts';
import { authOptions } from '../../lib/listen/auth-options.ts';
import { corsOptions } from '../../lib/listen/cors.ts';
import { checkGuard, type GuardConfig } from '../../lib/listen/guard.ts';
import { below } from '../../lib/listen/problem.ts';
import { tlsOptions } from '../../lib/listen/tls-options.ts';
import { durationOption, LONGEST_TIMER, optionGroup, sizeOption } from '../../lib/options.ts';
import { parseDuration, parseSize } from '../../lib/units.ts';

const endpoint = (fallback: string) =>
  Type.String({
    default: fallback,
    description: 'Address to listen on, host:port. Port 0 picks a free one; an empty host is every interface.',
  });
/** YAML's `grpc:` without a value stands for all defaults. */
const orNull = <T extends TSchema>(schema: T) =>
  Type.Optional(Type.Unsafe<Static<T> | null>({ ...schema, type: ['object', 'null'] }));

const maxConnections = (preset: number) =>
  Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 1_000_000,
      default: preset,
      description:
        'Connections at once. When all are taken, a new one gets the place of the one that has been silent longest. Never more than the limit of open files allows.',
    }),
  );
const maxInflightBodySize = Type.Optional(
  sizeOption({
    default: '256MiB',
    minimum: '1KiB',
    description:
      'Memory for bodies that are being read or decompressed; beyond it requests get 503 (gRPC: UNAVAILABLE).',
  }),
);
const maxHeaderSize = Type.Optional(
  sizeOption({
    default: '16KiB',
    minimum: '1KiB',
    maximum: '1MiB',
    description: 'Largest head of a request, all its headers together.',
  }),
);
const readTimeout = Type.Optional(
  durationOption({
    default: '30s',
    minimum: '100ms',
    maximum: LONGEST_TIMER,
    description: 'Time for a request to arrive whole; after it, 408 (gRPC: DEADLINE_EXCEEDED).',
  }),
);
const writeTimeout = Type.Optional(
  durationOption({
    default: '30s',
    minimum: '1s',
    maximum: LONGEST_TIMER,
    description: 'Closes a connection whose client does not take an answer for this long.',
  }),
);

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

const httpConfig = Type.Object(
  {
    endpoint: Type.Optional(endpoint('127.0.0.1:4318')),
    max_request_body_size: Type.Optional(
      sizeOption({ default: '20MiB', minimum: '1KiB', description: 'Largest body as sent, before decompression.' }),
    ),
    max_decompressed_size: Type.Optional(
      sizeOption({ default: '64MiB', minimum: '1KiB', description: 'Largest body after decompression.' }),
    ),
    max_inflight_body_size: maxInflightBodySize,
    max_connections: maxConnections(4096),
    max_header_size: maxHeaderSize,
    read_header_timeout: Type.Optional(
      durationOption({
        default: '10s',
        minimum: '100ms',
        maximum: LONGEST_TIMER,
        description: 'Time for the head of a request to arrive, at most `read_timeout`; after it, 408.',
      }),
    ),
    read_timeout: readTimeout,
    write_timeout: writeTimeout,
    idle_timeout: Type.Optional(
      durationOption({
        default: '60s',
        minimum: '1s',
        maximum: LONGEST_TIMER,
        description: 'Closes a connection without requests.',
      }),
    ),
    tls: tlsOptions,
    auth: authOptions,
    cors: corsOptions,
  },
  { additionalProperties: false, description: 'OTLP over HTTP: POST /v1/traces and /v1/logs, protobuf and JSON.' },
);

/** Far below what senders wait for an answer: 10 s for SDKs, 5 s for the Collector. */
const DEFAULT_MAX_WAIT = '500ms';

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
    max_wait: Type.Optional(
      durationOption({
        default: DEFAULT_MAX_WAIT,
        maximum: '1m',
        description:
          'A request that waited longer for its turn, because more comes in than can be taken, is refused with 503 or UNAVAILABLE and a delay, before its body is read; 0s: never.',
      }),
    ),
  },
  { additionalProperties: false },
);

export type OtlpConfig = Static<typeof otlpConfig>;
type GrpcConfig = Static<typeof grpcConfig>;
type HttpConfig = Static<typeof httpConfig>;

/** What bounds the connections of either protocol. */
interface ConnectionOptions {
  readonly guard: GuardConfig;
  readonly maxInflightBytes: number;
  readonly maxConnections: number;
  readonly maxHeaderBytes: number;
  readonly readTimeoutMs: number;
  readonly writeTimeoutMs: number;
}

export interface HttpOptions extends ConnectionOptions {
  readonly endpoint: string;
  readonly cors: HttpConfig['cors'];
  readonly maxBodyBytes: number;
  readonly maxDecompressedBytes: number;
  readonly idleTimeoutMs: number;
  readonly readHeaderTimeoutMs: number;
}

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

export function maxWaitMs(config: OtlpConfig): number {
  return parseDuration(config.max_wait ?? DEFAULT_MAX_WAIT);
}

/** Node's HTTP server takes no parts of a millisecond. */
const wholeMs = (duration: string) => Math.ceil(parseDuration(duration));

function connectionOptions(full: Required<GrpcConfig> | Required<HttpConfig>): ConnectionOptions {
  return {
    guard: { tls: full.tls, auth: full.auth },
    maxInflightBytes: parseSize(full.max_inflight_body_size),
    maxConnections: full.max_connections,
    maxHeaderBytes: parseSize(full.max_header_size),
    readTimeoutMs: wholeMs(full.read_timeout),
    writeTimeoutMs: wholeMs(full.write_timeout),
  };
}

/** A protocol's part of the configuration with every default filled in. */
export function toHttpOptions(config: HttpConfig | null): HttpOptions {
  const full = Default(httpConfig, { ...config }) as Required<HttpConfig>;
  return {
    endpoint: full.endpoint,
    cors: config?.cors,
    maxBodyBytes: parseSize(full.max_request_body_size),
    maxDecompressedBytes: parseSize(full.max_decompressed_size),
    ...connectionOptions(full),
    readHeaderTimeoutMs: Math.min(wholeMs(full.read_header_timeout), wholeMs(full.read_timeout)),
    idleTimeoutMs: wholeMs(full.idle_timeout),
  };
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
  return [...guards, ...checkBodyMemory(protocols)];
}

/** The memory for bodies must have room for the largest one allowed. */
function checkBodyMemory({ grpc, http }: OtlpConfig['protocols']): readonly ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const report = (protocol: string, above: string) => {
    const message = `is smaller than one body may be; raise it above ${above}`;
    problems.push({ path: ['protocols', protocol, 'max_inflight_body_size'], message });
  };
  if (http !== undefined) {
    const { maxBodyBytes, maxDecompressedBytes, maxInflightBytes } = toHttpOptions(http);
    if (maxInflightBytes < Math.max(maxBodyBytes, maxDecompressedBytes)) {
      report('http', 'max_request_body_size and max_decompressed_size');
    }
  }
  if (grpc !== undefined) {
    const { maxMessageBytes, maxInflightBytes } = toGrpcOptions(grpc);
    if (maxInflightBytes < maxMessageBytes) report('grpc', 'max_recv_msg_size_mib');
  }
  return problems;
}
