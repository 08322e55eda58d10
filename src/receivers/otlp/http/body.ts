/**
 * Collects one request body. A body that arrives in one piece is that piece; otherwise the pieces are copied into a
 * pooled buffer that grows with what has really arrived, so that a mere announcement of a large body costs nothing.
 * Pieces are freed as soon as they are not needed, so nobody else may keep them.
 */

import type { BodyMemory } from '../body-memory.ts';
import { freeBytes } from '../free-bytes.ts';

const EMPTY = new Uint8Array(0);

export class Body {
  received = 0;
  private readonly memory: BodyMemory;
  /** Content-Length, or 0 when the body is chunked. */
  private readonly announced: number;
  private only: Buffer | undefined;
  private buffer: Buffer | undefined;

  constructor(memory: BodyMemory, announced: number) {
    this.memory = memory;
    this.announced = announced;
  }

  /** It keeps some of the memory for bodies. */
  get holdsMemory(): boolean {
    return this.buffer !== undefined;
  }

  /** False, and nothing changed, when the memory for bodies is spent. */
  append(piece: Buffer): boolean {
    const before = this.received;
    if (before === 0) {
      this.received = piece.length;
      this.only = piece;
      return true;
    }
    if (!this.ensure(before + piece.length)) return false;
    this.received = before + piece.length;
    if (this.only !== undefined) {
      this.only.copy(this.buffer!, 0);
      freeBytes(this.only);
      this.only = undefined;
    }
    piece.copy(this.buffer!, before);
    freeBytes(piece);
    return true;
  }

  /** Valid until `release`. */
  bytes(): Uint8Array {
    if (this.only !== undefined) return this.only;
    return this.buffer === undefined ? EMPTY : this.buffer.subarray(0, this.received);
  }

  /** Gives the memory back; may be called again. */
  release(): void {
    if (this.only !== undefined) freeBytes(this.only);
    this.only = undefined;
    if (this.buffer !== undefined) this.memory.give(this.buffer);
    this.buffer = undefined;
  }

  private ensure(size: number): boolean {
    const { buffer, received, announced } = this;
    if (buffer !== undefined && buffer.length >= size) return true;
    const grown = this.memory.grow(buffer, received, size, announced);
    if (grown === undefined) return false;
    this.buffer = grown;
    return true;
  }
}
