/** The options of the OTLP receiver, and the same as numbers once defaults are in. */
import { type Static, type TSchema, Type } from 'typebox';
import { Default } from 'typebox/value';
import { DURATION_PATTERN, parseDuration, parseSize, SIZE_PATTERN } from '../../lib/units.ts';
import { ENDPOINT_PATTERN } from './endpoint.ts';

const duration = (fallback: string, description: string) =>
  Type.String({ pattern: DURATION_PATTERN, default: fallback, description });
const size = (fallback: string, description: string) =>
  Type.String({ pattern: SIZE_PATTERN, default: fallback, description });
const endpoint = (fallback: string) =>
  Type.String({
    pattern: ENDPOINT_PATTERN,
    default: fallback,
    description: 'Address to listen on, host:port. Port 0 picks a free one; an empty host is every interface.',
  });
/** YAML's `grpc:` without a value stands for all defaults. */
const orNull = <T extends TSchema>(schema: T) =>
  Type.Optional(Type.Unsafe<Static<T> | null>({ ...schema, type: ['object', 'null'] }));

const keepalive = Type.Object(
  {
    max_connection_idle: Type.Optional(duration('30m', 'Closes a connection without calls for this long.')),
    max_connection_age: Type.Optional(
      Type.String({ pattern: DURATION_PATTERN, description: 'Closes every connection at this age; unset: never.' }),
    ),
    max_connection_age_grace: Type.Optional(duration('30s', 'What a call may still take on an aged connection.')),
    time: Type.Optional(duration('2h', 'Pings a silent client after this long.')),
    timeout: Type.Optional(duration('20s', 'Closes the connection when a ping got no answer for this long.')),
  },
  { additionalProperties: false, default: {}, description: 'HTTP/2 keepalive, as in the Collector.' },
);

export const grpcConfig = Type.Object(
  {
    endpoint: Type.Optional(endpoint('127.0.0.1:4317')),
    max_recv_msg_size_mib: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 1024, default: 16, description: 'Largest message, decompressed, in MiB.' }),
    ),
    max_concurrent_streams: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 100_000, default: 100, description: 'Calls at once on one connection.' }),
    ),
    keepalive: Type.Optional(
      Type.Object({ server_parameters: Type.Optional(keepalive) }, { additionalProperties: false, default: {} }),
    ),
  },
  { additionalProperties: false, description: 'OTLP over gRPC.' },
);

export const httpConfig = Type.Object(
  {
    endpoint: Type.Optional(endpoint('127.0.0.1:4318')),
    max_request_body_size: Type.Optional(size('20MiB', 'Largest request body as sent, before decompression.')),
    max_decompressed_size: Type.Optional(size('64MiB', 'Largest request body after decompression.')),
    max_inflight_body_size: Type.Optional(
      size('256MiB', 'Memory for bodies that are being read or decompressed; beyond it, requests get 503.'),
    ),
    read_timeout: Type.Optional(duration('30s', 'Time for a whole request to arrive; after it, 408.')),
    idle_timeout: Type.Optional(duration('60s', 'Closes a connection without requests for this long.')),
  },
  { additionalProperties: false, description: 'OTLP over HTTP: POST /v1/traces and /v1/logs, protobuf and JSON.' },
);

export const otlpConfig = Type.Object(
  {
    protocols: Type.Object(
      { grpc: orNull(grpcConfig), http: orNull(httpConfig) },
      { additionalProperties: false, description: 'Protocols to listen for; one that is not listed is off.' },
    ),
  },
  { additionalProperties: false },
);

export type OtlpConfig = Static<typeof otlpConfig>;
export type GrpcConfig = Static<typeof grpcConfig>;
export type HttpConfig = Static<typeof httpConfig>;

export interface HttpOptions {
  readonly endpoint: string;
  readonly maxBodyBytes: number;
  readonly maxDecompressedBytes: number;
  readonly maxInflightBytes: number;
  readonly readTimeoutMs: number;
  readonly idleTimeoutMs: number;
}

export interface GrpcOptions {
  readonly endpoint: string;
  readonly maxMessageBytes: number;
  readonly maxConcurrentStreams: number;
  readonly maxConnectionIdleMs: number;
  readonly maxConnectionAgeMs: number | undefined;
  readonly maxConnectionAgeGraceMs: number;
  readonly keepaliveTimeMs: number;
  readonly keepaliveTimeoutMs: number;
}

/** A protocol's part of the configuration with every default filled in. */
export function toHttpOptions(config: HttpConfig | null): HttpOptions {
  const full = Default(httpConfig, { ...config }) as Required<HttpConfig>;
  return {
    endpoint: full.endpoint,
    maxBodyBytes: parseSize(full.max_request_body_size),
    maxDecompressedBytes: parseSize(full.max_decompressed_size),
    maxInflightBytes: parseSize(full.max_inflight_body_size),
    readTimeoutMs: parseDuration(full.read_timeout),
    idleTimeoutMs: parseDuration(full.idle_timeout),
  };
}

export function toGrpcOptions(config: GrpcConfig | null): GrpcOptions {
  const full = Default(grpcConfig, { ...config }) as Required<GrpcConfig>;
  const alive = Default(keepalive, { ...full.keepalive.server_parameters }) as Required<Static<typeof keepalive>>;
  const age = alive.max_connection_age as string | undefined;
  return {
    endpoint: full.endpoint,
    maxMessageBytes: full.max_recv_msg_size_mib * 2 ** 20,
    maxConcurrentStreams: full.max_concurrent_streams,
    maxConnectionIdleMs: parseDuration(alive.max_connection_idle),
    maxConnectionAgeMs: age === undefined ? undefined : parseDuration(age),
    maxConnectionAgeGraceMs: parseDuration(alive.max_connection_age_grace),
    keepaliveTimeMs: parseDuration(alive.time),
    keepaliveTimeoutMs: parseDuration(alive.timeout),
  };
}

type Problem = { readonly path: readonly (string | number)[]; readonly message: string };

/** What the schema cannot say: at least one protocol, and limits that make sense together. */
export function checkOtlpConfig(config: OtlpConfig): readonly Problem[] {
  const { grpc, http } = config.protocols;
  if (grpc === undefined && http === undefined) {
    return [{ path: ['protocols'], message: 'no protocol is listed: name grpc, http or both' }];
  }
  if (http === undefined) return [];
  const options = toHttpOptions(http);
  const problems: Problem[] = [];
  const atLeast = (key: keyof HttpConfig, value: number, least: number, text: string) => {
    if (value < least) problems.push({ path: ['protocols', 'http', key], message: `must be at least ${text}` });
  };
  atLeast('max_request_body_size', options.maxBodyBytes, 1024, '1KiB');
  atLeast('max_decompressed_size', options.maxDecompressedBytes, 1024, '1KiB');
  atLeast('read_timeout', options.readTimeoutMs, 100, '100ms');
  atLeast('idle_timeout', options.idleTimeoutMs, 1000, '1s');
  const largest = Math.max(options.maxBodyBytes, options.maxDecompressedBytes);
  atLeast('max_inflight_body_size', options.maxInflightBytes, largest, 'the largest body the other limits allow');
  return problems;
}
