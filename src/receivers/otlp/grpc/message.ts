/** Collects the one message of a unary call: a flag, a length, and so many bytes. */
import { Body } from '../../listener/body.ts';
import type { BodyMemory } from '../../listener/body-memory.ts';

const PREFIX_BYTES = 5;

export type MessageProblem = 'too_large' | 'no_memory' | 'bad_flag' | 'too_long';

export class Message {
  isCompressed = false;
  private readonly body: Body;
  private readonly maxBytes: number;
  private prefixRead = 0;
  private length = 0;

  constructor(memory: BodyMemory, maxBytes: number) {
    this.body = new Body(memory);
    this.maxBytes = maxBytes;
  }

  /** Bytes of the message, without its prefix. */
  get received(): number {
    return this.body.received;
  }

  get isWhole(): boolean {
    return this.prefixRead === PREFIX_BYTES && this.received === this.length;
  }

  get holdsMemory(): boolean {
    return this.body.holdsMemory;
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
    if (end - at > this.length - this.received) return 'too_long';
    if (this.body.append(bytes, at, end, isLast, this.length)) return undefined;
    this.prefixRead = prefixRead;
    this.length = length;
    return 'no_memory';
  }

  /** Valid until `release`, or until the call of `append` ends that gave the last piece. */
  bytes(): Uint8Array {
    return this.body.bytes();
  }

  /** Has a message of its own of what `append` only lent; false when there is no memory for it. */
  own(): boolean {
    return this.body.own();
  }

  /** Gives the memory back; may be called again. */
  release(): void {
    this.body.release();
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
}
