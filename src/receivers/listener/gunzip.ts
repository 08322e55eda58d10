/**
 * Gunzips small bodies in the turn. The synchronous functions of node:zlib make a whole stream for each call, which
 * costs about as much as inflating 40 kB. So one stream is kept, and driven through the handle that those functions
 * stand on. The handle is not public: where it looks different, the public function does the work.
 */
import { constants, createGunzip, gunzipSync } from 'node:zlib';

/**
 * The whole content of gzip data, or undefined when it is longer than the gunzip was made for. The bytes are valid
 * until the next call. Throws zlib's error for what is not whole gzip data.
 */
export type Gunzip = (compressed: Uint8Array) => Uint8Array | undefined;

interface Handle {
  onerror: (message: string) => void;
  reset(): void;
  writeSync(
    flush: number,
    input: Uint8Array,
    inputStart: number,
    inputBytes: number,
    output: Uint8Array,
    outputStart: number,
    outputBytes: number,
  ): void;
}

interface Internals {
  readonly _handle: Handle;
  /** After a write: bytes left of the output, bytes left of the input. */
  readonly _writeState: Uint32Array;
}

/** Keeps `maxBytes` of memory for its output. */
export function createSmallGunzip(maxBytes: number): Gunzip {
  return createKeptGunzip(maxBytes) ?? createPublicGunzip(maxBytes);
}

export function createPublicGunzip(maxBytes: number): Gunzip {
  return compressed => {
    try {
      return gunzipSync(compressed, { maxOutputLength: maxBytes });
    } catch (error) {
      if (isTooLarge(error)) return undefined;
      throw error;
    }
  };
}

/** Undefined when this Node has another handle than expected. */
export function createKeptGunzip(maxBytes: number): Gunzip | undefined {
  const stream: Partial<Internals> = createGunzip() as object;
  const { _handle: handle, _writeState: state } = stream;
  if (!isHandle(handle) || !(state instanceof Uint32Array)) return undefined;
  // A byte more than allowed: an output that is full was too small.
  const output = Buffer.allocUnsafeSlow(maxBytes + 1);
  let problem = '';
  handle.onerror = message => {
    problem = message;
  };
  return compressed => {
    problem = '';
    handle.reset();
    handle.writeSync(constants.Z_FINISH, compressed, 0, compressed.length, output, 0, output.length);
    if (problem !== '') throw new Error(problem);
    const left = state[0]!;
    return left === 0 ? undefined : output.subarray(0, output.length - left);
  };
}

export function isTooLarge(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
}

function isHandle(handle: Handle | undefined): handle is Handle {
  return typeof handle?.writeSync === 'function' && typeof handle.reset === 'function';
}
