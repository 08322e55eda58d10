/** The options of an HTTP listener, and the same as numbers once defaults are in. */
import { type Static, Type } from 'typebox';
import { Default } from 'typebox/value';
import type { ConfigProblem } from '../../../contract/component.ts';
import { authOptions } from '../../../lib/listen/auth-options.ts';
import { type CorsConfig, corsOptions } from '../../../lib/listen/cors.ts';
import { tlsOptions } from '../../../lib/listen/tls-options.ts';
import { durationOption, LONGEST_TIMER, sizeOption } from '../../../lib/options.ts';
import { parseSize } from '../../../lib/units.ts';
import {
  type ConnectionOptions,
  checkBodyMemory,
  connectionOptions,
  endpoint,
  maxConnections,
  maxHeaderSize,
  maxInflightBodySize,
  readTimeout,
  wholeMs,
  writeTimeout,
} from '../options.ts';

/** As OTLP recommends for a body after decompression. */
const MOST_DECOMPRESSED = '64MiB';

/** Members of a `Type.Object`. */
export function httpListenerOptions(fallbackEndpoint: string) {
  return {
    endpoint: Type.Optional(endpoint(fallbackEndpoint)),
    max_request_body_size: Type.Optional(
      sizeOption({ default: '20MiB', minimum: '1KiB', description: 'Largest body as sent.' }),
    ),
    max_decompressed_size: Type.Optional(
      sizeOption({
        default: MOST_DECOMPRESSED,
        minimum: '1KiB',
        description:
          'Largest body after decompression. Where `max_request_body_size` is given and this is not, that holds.',
      }),
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
  };
}

export type HttpListenerConfig = Static<ReturnType<typeof listenerSchema>>;

function listenerSchema(fallbackEndpoint: string) {
  return Type.Object(httpListenerOptions(fallbackEndpoint));
}

export interface HttpOptions extends ConnectionOptions {
  readonly endpoint: string;
  readonly cors: CorsConfig | undefined;
  readonly maxBodyBytes: number;
  readonly maxDecompressedBytes: number;
  readonly idleTimeoutMs: number;
  readonly readHeaderTimeoutMs: number;
}

/** The configuration of a listener with every default filled in. */
export function readHttpOptions(config: HttpListenerConfig | null, fallbackEndpoint: string): HttpOptions {
  const full = Default(listenerSchema(fallbackEndpoint), { ...config }) as Required<HttpListenerConfig>;
  return {
    endpoint: full.endpoint,
    cors: config?.cors,
    maxBodyBytes: parseSize(full.max_request_body_size),
    maxDecompressedBytes: parseSize(
      config?.max_decompressed_size ?? config?.max_request_body_size ?? full.max_decompressed_size,
    ),
    ...connectionOptions(full),
    readHeaderTimeoutMs: Math.min(wholeMs(full.read_header_timeout), wholeMs(full.read_timeout)),
    idleTimeoutMs: wholeMs(full.idle_timeout),
  };
}

/** What the schema cannot say of the bounds. */
export function checkHttpMemory(options: HttpOptions): readonly ConfigProblem[] {
  const { maxBodyBytes, maxDecompressedBytes, maxInflightBytes } = options;
  const largest = Math.max(maxBodyBytes, maxDecompressedBytes);
  return checkBodyMemory(maxInflightBytes, largest, 'max_request_body_size and max_decompressed_size');
}
