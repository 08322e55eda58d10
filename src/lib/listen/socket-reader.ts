/**
 * The bytes of a socket to its connection. A stream of Node makes new memory for every read, which costs more than the
 * reading itself; where a socket lets it be done, all of them read into one buffer, whose content is used up before
 * the next read. The way to such a socket of a server is not public: where it looks different, the stream does the work.
 */
import { Socket, type SocketConstructorOpts } from 'node:net';

export interface Reader {
  read(bytes: Buffer, start: number, end: number): void;
  drained(): void;
}

const SHARED_BYTES = 2 ** 18;
let shared: Buffer | undefined;

/** A socket that gives its bytes to whoever `reader` is by then, and to its stream when that is nobody. */
class SharingSocket extends Socket {
  readonly target: { reader: Reader | undefined };

  constructor(handle: object, allowHalfOpen: boolean) {
    const target: { reader: Reader | undefined } = { reader: undefined };
    shared ??= Buffer.allocUnsafeSlow(SHARED_BYTES);
    const callback = (length: number): boolean => {
      if (target.reader === undefined) return this.push(Buffer.from(shared!.subarray(0, length)));
      target.reader.read(shared!, 0, length);
      return true;
    };
    super({ handle, allowHalfOpen, onread: { buffer: shared, callback } } as SocketConstructorOpts);
    this.target = target;
  }
}

/**
 * The socket to use in place of one that a server has just accepted. The server forgets it: its owner closes it. The
 * same socket where the exchange cannot be done.
 */
export function shareReads(accepted: Socket): Socket {
  const inner = accepted as unknown as { _handle: { useUserBuffer?: unknown } | null };
  const handle = inner._handle;
  if (typeof handle?.useUserBuffer !== 'function') return accepted;
  inner._handle = null;
  accepted.destroy();
  return new SharingSocket(handle, accepted.allowHalfOpen);
}

export function readFrom(socket: Socket, reader: Reader): void {
  if (socket instanceof SharingSocket) socket.target.reader = reader;
  else socket.on('data', bytes => reader.read(bytes, 0, bytes.length));
  socket.on('drain', () => reader.drained());
  // Its close says the rest.
  socket.on('error', () => {});
  socket.resume();
}

/** From now on the bytes of a socket of `shareReads` go to its stream. */
export function leaveToStream(socket: Socket): void {
  if (socket instanceof SharingSocket) socket.target.reader = undefined;
}
