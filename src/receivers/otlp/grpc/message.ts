/**
 * Collects the one message of a unary call: a flag, a length, and so many bytes. A message that comes in one piece is
 * read where it is; otherwise its pieces are copied into a pooled buffer, which an announced length makes large enough
 * at once unless it is a large one.
 */
import type { BodyMemory } from '../body-memory.ts';

const PREFIX_BYTES = 5;
const EMPTY = new Uint8Array(0);

export type MessageProblem = 'too_large' | 'no_memory' | 'bad_flag' | 'too_long';

export class Message {
  isCompressed = false;
  /** Bytes of the message, without its prefix. */
  received = 0;
  private readonly memory: BodyMemory;
  private readonly maxBytes: number;
  private prefixRead = 0;
  private length = 0;
  private only: Uint8Array | undefined;
  private buffer: Buffer | undefined;

  constructor(memory: BodyMemory, maxBytes: number) {
    this.memory = memory;
    this.maxBytes = maxBytes;
  }

  get isWhole(): boolean {
    return this.prefixRead === PREFIX_BYTES && this.received === this.length;
  }

  get holdsMemory(): boolean {
    return this.buffer !== undefined;
  }

  /**
   * Takes a piece; undefined when all is well. With `isLast` the bytes of the message may be those of the piece itself.
   * After `no_memory` the same piece may be given again.
   */
  append(bytes: Buffer, start: number, end: number, isLast: boolean): MessageProblem | undefined {
    const { prefixRead, length } = this;
    let at = start;
    while (this.prefixRead < PREFIX_BYTES && at < end) {
      const problem = this.readPrefix(bytes[at]!);
      if (problem !== undefined) return problem;
      at += 1;
    }
    const size = end - at;
    if (size === 0) return undefined;
    if (size > this.length - this.received) return 'too_long';
    if (isLast && this.received === 0) {
      this.only = bytes.subarray(at, end);
      this.received = size;
      return undefined;
    }
    if (!this.ensure(this.received + size)) {
      this.prefixRead = prefixRead;
      this.length = length;
      return 'no_memory';
    }
    bytes.copy(this.buffer!, this.received, at, end);
    this.received += size;
    return undefined;
  }

  /** Valid until `release`, or until the call of `append` ends that gave the last piece. */
  bytes(): Uint8Array {
    if (this.only !== undefined) return this.only;
    return this.buffer === undefined ? EMPTY : this.buffer.subarray(0, this.received);
  }

  /** Has a message of its own of what `append` only lent; false when there is no memory for it. */
  own(): boolean {
    if (this.only === undefined) return true;
    if (!this.ensure(this.received)) return false;
    this.buffer!.set(this.only);
    this.only = undefined;
    return true;
  }

  /** Gives the memory back; may be called again. */
  release(): void {
    this.only = undefined;
    if (this.buffer !== undefined) this.memory.give(this.buffer);
    this.buffer = undefined;
  }

  private readPrefix(byte: number): MessageProblem | undefined {
    if (this.prefixRead === 0) {
      if (byte > 1) return 'bad_flag';
      this.isCompressed = byte === 1;
      this.length = 0;
    } else this.length = this.length * 256 + byte;
    this.prefixRead += 1;
    return this.prefixRead === PREFIX_BYTES && this.length > this.maxBytes ? 'too_large' : undefined;
  }

  private ensure(size: number): boolean {
    const { buffer, received, length } = this;
    if (buffer !== undefined && buffer.length >= size) return true;
    const grown = this.memory.grow(buffer, received, size, length);
    if (grown === undefined) return false;
    this.buffer = grown;
    return true;
  }
}
