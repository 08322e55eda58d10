/**
 * Gunzips request bodies within a limit. Small ones at once: a round trip through the thread pool costs several times
 * the inflating itself. Large ones off the event loop, within the memory budget.
 */
import { gunzip } from 'node:zlib';
import type { BodyMemory } from './body-memory.ts';
import { freeBytes } from './free-bytes.ts';
import { createSmallGunzip, type Gunzip, isTooLarge } from './gunzip.ts';

/** Inflating this much takes about a millisecond. */
const INLINE_BYTES = 2 ** 20;
const INLINE_COMPRESSED = 2 ** 18;
/** Deflate cannot do better. */
const MAX_RATIO = 1032;
/** Room beyond the announced length lets zlib see the end of the stream without another call. */
const SPARE = 64;

export type Inflated =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'too_large' }
  | { readonly kind: 'no_memory' }
  | { readonly kind: 'malformed'; readonly message: string };

const TOO_LARGE: Inflated = { kind: 'too_large' };

/** The length a gzip stream says it has (its last four bytes). */
function announcedLength(compressed: Uint8Array): number {
  const n = compressed.length;
  if (n < 18) return 0;
  return (
    compressed[n - 4]! + compressed[n - 3]! * 0x100 + compressed[n - 2]! * 0x1_0000 + compressed[n - 1]! * 0x100_0000
  );
}

/** As far as what it says can be true. */
function possibleLength(compressed: Uint8Array): number {
  return Math.min(announcedLength(compressed), compressed.length * MAX_RATIO);
}

/** Inflates in the turn of the caller; the bytes are valid until the next call. */
export class InlineInflater {
  private readonly maxBytes: number;
  private readonly gunzip: Gunzip;

  constructor(maxBytes: number, createGunzip: (maxBytes: number) => Gunzip = createSmallGunzip) {
    this.maxBytes = maxBytes;
    this.gunzip = createGunzip(Math.min(maxBytes, INLINE_BYTES));
  }

  /** Undefined when the body would hold up the event loop, also when that shows only on the way. */
  inflate(compressed: Uint8Array): Inflated | undefined {
    if (compressed.length > INLINE_COMPRESSED || possibleLength(compressed) > INLINE_BYTES) return undefined;
    try {
      const bytes = this.gunzip(compressed);
      if (bytes !== undefined) return { kind: 'bytes', bytes };
      return this.maxBytes > INLINE_BYTES ? undefined : TOO_LARGE;
    } catch (error) {
      return failure(error);
    }
  }
}

/**
 * Inflates in the thread pool and calls `done` once; the memory stays booked until `done` has returned.
 * Books what the stream announces; a stream that turns out longer is inflated again under the whole limit, and one that
 * announces more than that is not inflated at all. What it cannot have is no announcement: it is inflated to tell why.
 */
export function inflateAside(
  compressed: Uint8Array,
  maxBytes: number,
  memory: BodyMemory,
  done: (result: Inflated) => void,
): void {
  const possible = possibleLength(compressed);
  if (possible > maxBytes && possible === announcedLength(compressed)) return done(TOO_LARGE);
  const booked = Math.min(Math.max(possible, INLINE_BYTES), maxBytes);
  attempt(compressed, booked, memory, result => {
    if (result.kind === 'too_large' && booked < maxBytes) attempt(compressed, maxBytes, memory, done);
    else done(result);
  });
}

function attempt(compressed: Uint8Array, limit: number, memory: BodyMemory, done: (result: Inflated) => void): void {
  if (!memory.reserve(limit)) {
    done({ kind: 'no_memory' });
    return;
  }
  const chunkSize = Math.min(limit, INLINE_BYTES) + SPARE;
  gunzip(compressed, { maxOutputLength: limit, chunkSize }, (error, bytes) => {
    if (error !== null) {
      memory.release(limit);
      done(failure(error));
      return;
    }
    try {
      done({ kind: 'bytes', bytes });
    } finally {
      freeBytes(bytes);
      memory.release(limit);
    }
  });
}

function failure(error: unknown): Inflated {
  if (isTooLarge(error)) return TOO_LARGE;
  const detail = error instanceof Error ? error.message : String(error);
  return { kind: 'malformed', message: `the body is said to be gzip, but is not whole gzip data: ${detail}` };
}
