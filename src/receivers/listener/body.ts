/**
 * Collects the bytes of one request. Bytes that come in one piece are read where they are; otherwise the pieces are
 * copied into a pooled buffer that grows with what has really arrived, so that a mere announcement costs little.
 */
import type { BodyMemory } from './body-memory.ts';

const EMPTY = new Uint8Array(0);

export class Body {
  received = 0;
  private readonly memory: BodyMemory;
  private lent: Uint8Array | undefined;
  private buffer: Buffer | undefined;

  constructor(memory: BodyMemory) {
    this.memory = memory;
  }

  /** It keeps some of the memory for bodies. */
  get holdsMemory(): boolean {
    return this.buffer !== undefined;
  }

  /**
   * Takes a piece; false, and nothing changed, when the memory for bodies is spent. With `isLast` the body may be the
   * piece itself. `announced`: its whole length as the sender says, 0 when he does not.
   */
  append(bytes: Buffer, start: number, end: number, isLast: boolean, announced: number): boolean {
    if (start === end) return true;
    const { received } = this;
    const size = received + end - start;
    if (isLast && received === 0) this.lent = bytes.subarray(start, end);
    else if (this.ensure(size, announced)) bytes.copy(this.buffer!, received, start, end);
    else return false;
    this.received = size;
    return true;
  }

  /** Valid until `release`, or until the caller of the last `append` has its bytes back. */
  bytes(): Uint8Array {
    if (this.lent !== undefined) return this.lent;
    return this.buffer === undefined ? EMPTY : this.buffer.subarray(0, this.received);
  }

  /** Has bytes of its own instead of those that `append` only lent; false when there is no memory for them. */
  own(): boolean {
    if (this.lent === undefined) return true;
    if (!this.ensure(this.received, this.received)) return false;
    this.buffer!.set(this.lent);
    this.lent = undefined;
    return true;
  }

  /** Gives the memory back; may be called again. */
  release(): void {
    this.lent = undefined;
    if (this.buffer !== undefined) this.memory.give(this.buffer);
    this.buffer = undefined;
  }

  private ensure(size: number, announced: number): boolean {
    const { buffer, received, lent } = this;
    if (buffer !== undefined && buffer.length >= size) return true;
    const grown = this.memory.grow(buffer, lent === undefined ? received : 0, size, announced);
    if (grown === undefined) return false;
    this.buffer = grown;
    return true;
  }
}
