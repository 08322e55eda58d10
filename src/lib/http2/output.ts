/**
 * Frames to one client, gathered until `flush` and written together. What a client does not read is bounded by its
 * connection, which takes nothing more from it meanwhile.
 */
import type { Socket } from 'node:net';
import { FRAME_HEAD_BYTES } from './words.ts';

const PIECE_BYTES = 512;
const NOTHING = new Uint8Array(0);

export class Output {
  private readonly socket: Socket;
  private piece: Buffer | undefined;
  private length = 0;

  constructor(socket: Socket) {
    this.socket = socket;
  }

  /** Bytes written that the client has not taken. */
  get waitingBytes(): number {
    return this.socket.writableLength;
  }

  frame(type: number, flags: number, streamId: number, payload: Uint8Array = NOTHING): void {
    const piece = this.room(FRAME_HEAD_BYTES + payload.length);
    piece.set(payload, this.head(piece, type, flags, streamId, payload.length));
    this.length += FRAME_HEAD_BYTES + payload.length;
  }

  /** A frame whose payload is one number of four bytes. */
  word(type: number, streamId: number, value: number): void {
    const piece = this.room(FRAME_HEAD_BYTES + 4);
    piece.writeUInt32BE(value, this.head(piece, type, 0, streamId, 4));
    this.length += FRAME_HEAD_BYTES + 4;
  }

  flush(): void {
    const { piece, length } = this;
    if (piece === undefined) return;
    this.piece = undefined;
    this.length = 0;
    if (this.socket.writable) this.socket.write(length === piece.length ? piece : piece.subarray(0, length));
  }

  private room(bytes: number): Buffer {
    if (this.piece !== undefined && this.piece.length - this.length < bytes) this.flush();
    this.piece ??= Buffer.allocUnsafe(Math.max(PIECE_BYTES, bytes));
    return this.piece;
  }

  private head(piece: Buffer, type: number, flags: number, streamId: number, length: number): number {
    const at = this.length;
    piece[at] = length >>> 16;
    piece[at + 1] = length >>> 8;
    piece[at + 2] = length;
    piece[at + 3] = type;
    piece[at + 4] = flags;
    piece[at + 5] = streamId >>> 24;
    piece[at + 6] = streamId >>> 16;
    piece[at + 7] = streamId >>> 8;
    piece[at + 8] = streamId;
    return at + FRAME_HEAD_BYTES;
  }
}
