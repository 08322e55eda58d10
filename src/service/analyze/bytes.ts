/** A stream of bytes → chunks, unzipped where they are gzip, with the first of them at hand to tell what they are. */
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { HEAD_BYTES, isGzip } from '../../encodings/detect.ts';
import { MalformedError } from '../../encodings/malformed.ts';

const CHUNK_BYTES = 256 * 1024;

/** @param onRead called with the number of bytes read from the stream itself. */
export async function* readBytes(
  stream: Readable,
  onRead: (bytes: number) => void | Promise<void>,
): AsyncGenerator<Buffer> {
  const { head, rest } = await peek(counted(stream, onRead));
  if (!isGzip(head)) return yield* rest;
  try {
    yield* gunzip(rest);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined || !code.startsWith('Z_')) throw error;
    throw new MalformedError('malformed_gzip', `broken gzip: ${message}; what came before it counts`);
  }
}

export interface Peeked {
  /** The first bytes: `HEAD_BYTES` of them, or all there are. */
  readonly head: Buffer;
  /** Everything, the head included. */
  readonly rest: AsyncGenerator<Buffer>;
}

/** Reads as much as it takes to tell what the bytes are. */
export async function peek(chunks: AsyncGenerator<Buffer>): Promise<Peeked> {
  let head: Buffer = Buffer.alloc(0);
  let failure: unknown;
  try {
    while (head.length < HEAD_BYTES) {
      const { done, value } = await chunks.next();
      if (done === true) break;
      head = head.length === 0 ? value : Buffer.concat([head, value]);
    }
  } catch (error) {
    failure = error;
  }
  return { head, rest: chain(head, failure, chunks) };
}

/** Leaves out the NUL bytes at the beginning. */
export async function* withoutPadding(
  chunks: AsyncGenerator<Buffer>,
  onPadding: (bytes: number) => void,
): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    const at = chunk.findIndex(byte => byte !== 0);
    onPadding(at < 0 ? chunk.length : at);
    if (at < 0) continue;
    yield at === 0 ? chunk : chunk.subarray(at);
    return yield* chunks;
  }
}

async function* counted(stream: Readable, onRead: (bytes: number) => void | Promise<void>): AsyncGenerator<Buffer> {
  for await (const chunk of stream) {
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk as string);
    await onRead(bytes.length);
    yield bytes;
  }
}

/** A failure is met where the bytes end, not before what was read is used. */
async function* chain(head: Buffer, failure: unknown, chunks: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  if (head.length > 0) yield head;
  if (failure !== undefined) throw failure;
  yield* chunks;
}

async function* gunzip(chunks: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  const unzip = createGunzip({ chunkSize: CHUNK_BYTES });
  const piped = pipeline(chunks, unzip);
  // A failure of either is met in the loop.
  piped.catch(() => {});
  for await (const chunk of unzip) yield chunk as Buffer;
  await piped;
}
