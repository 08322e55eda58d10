/** The options that bound the connections of any listener, and the same as numbers once defaults are in. */
import { Type } from 'typebox';
import type { ConfigProblem } from '../../contract/component.ts';
import type { AuthConfig } from '../../lib/listen/auth-options.ts';
import type { GuardConfig } from '../../lib/listen/guard.ts';
import type { TlsConfig } from '../../lib/listen/tls-options.ts';
import { durationOption, LONGEST_TIMER, sizeOption } from '../../lib/options.ts';
import { parseDuration, parseSize } from '../../lib/units.ts';

export const endpoint = (fallback: string) =>
  Type.String({
    default: fallback,
    description: 'Address to listen on, host:port. Port 0 picks a free one; an empty host is every interface.',
  });
export const maxConnections = (preset: number) =>
  Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 1_000_000,
      default: preset,
      description:
        'Connections at once. When all are taken, a new one gets the place of the one that has been silent longest. Never more than the limit of open files allows.',
    }),
  );
export const maxInflightBodySize = Type.Optional(
  sizeOption({
    default: '256MiB',
    minimum: '1KiB',
    description:
      'Memory for bodies that are being read or decompressed; beyond it requests get 503 (gRPC: UNAVAILABLE).',
  }),
);
export const maxHeaderSize = Type.Optional(
  sizeOption({
    default: '16KiB',
    minimum: '1KiB',
    maximum: '1MiB',
    description: 'Largest head of a request, all its headers together.',
  }),
);
export const readTimeout = Type.Optional(
  durationOption({
    default: '30s',
    minimum: '100ms',
    maximum: LONGEST_TIMER,
    description: 'Time for a request to arrive whole; after it, 408 (gRPC: DEADLINE_EXCEEDED).',
  }),
);
export const writeTimeout = Type.Optional(
  durationOption({
    default: '30s',
    minimum: '1s',
    maximum: LONGEST_TIMER,
    description: 'Closes a connection whose client does not take an answer for this long.',
  }),
);

/** What bounds the connections of a listener. */
export interface ConnectionOptions {
  readonly guard: GuardConfig;
  readonly maxInflightBytes: number;
  readonly maxConnections: number;
  readonly maxHeaderBytes: number;
  readonly readTimeoutMs: number;
  readonly writeTimeoutMs: number;
}

/** As the schema has them, with every default filled in. */
interface FullOptions {
  readonly tls: TlsConfig | undefined;
  readonly auth: AuthConfig | undefined;
  readonly max_inflight_body_size: string;
  readonly max_connections: number;
  readonly max_header_size: string;
  readonly read_timeout: string;
  readonly write_timeout: string;
}

/** Node's HTTP server takes no parts of a millisecond. */
export const wholeMs = (duration: string) => Math.ceil(parseDuration(duration));

export function connectionOptions(full: FullOptions): ConnectionOptions {
  return {
    guard: { tls: full.tls, auth: full.auth },
    maxInflightBytes: parseSize(full.max_inflight_body_size),
    maxConnections: full.max_connections,
    maxHeaderBytes: parseSize(full.max_header_size),
    readTimeoutMs: wholeMs(full.read_timeout),
    writeTimeoutMs: wholeMs(full.write_timeout),
  };
}

/** Far below what senders wait for an answer: 10 s for SDKs, 5 s for the Collector. */
const DEFAULT_MAX_WAIT = '500ms';

export const maxWait = Type.Optional(
  durationOption({
    default: DEFAULT_MAX_WAIT,
    maximum: '1m',
    description:
      'A request that waited longer for its turn, because more comes in than can be taken, is refused with 503 or UNAVAILABLE and a delay, before its body is read; 0s: never.',
  }),
);

export function maxWaitMs(config: { readonly max_wait?: string }): number {
  return parseDuration(config.max_wait ?? DEFAULT_MAX_WAIT);
}

/** The memory for bodies must have room for the largest one allowed; `largest` names the options that allow it. */
export function checkBodyMemory(
  maxInflightBytes: number,
  largestBytes: number,
  largest: string,
): readonly ConfigProblem[] {
  if (maxInflightBytes >= largestBytes) return [];
  const message = `is smaller than one body may be; raise it above ${largest}`;
  return [{ path: ['max_inflight_body_size'], message }];
}
