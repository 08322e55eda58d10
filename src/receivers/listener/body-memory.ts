/**
 * Memory for request bodies that arrive in pieces: buffers by powers of two, reused between requests, within one
 * budget for all requests together. A body in a single piece needs none of it.
 */
const SMALLEST = 8 * 1024;
/** An announced length up to this is allocated at once, as long as less than this share of the budget is used. */
const TRUSTED_LENGTH = 2 ** 20;
const ROOMY = 0.25;
/** Larger buffers are left to the garbage collector. */
const LARGEST_POOLED = 4 * 2 ** 20;
const POOLED_BYTES = 32 * 2 ** 20;

export class BodyMemory {
  /** May change; what is in use above a lower one stays until it is given back. */
  limit: number;
  private readonly free = new Map<number, Buffer[]>();
  private freeBytes = 0;
  private used = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  get usedBytes(): number {
    return this.used;
  }

  /** A buffer of at least `size` bytes with arbitrary content, or undefined when the budget is spent. */
  take(size: number): Buffer | undefined {
    const capacity = roundUp(size);
    if (!this.reserve(capacity)) return undefined;
    const pooled = this.free.get(capacity)?.pop();
    if (pooled === undefined) return Buffer.allocUnsafeSlow(capacity);
    this.freeBytes -= capacity;
    return pooled;
  }

  /**
   * A larger buffer in the place of `old`, which is taken back, with the first `filled` bytes of it: for at least `size`
   * bytes, and for as many as were announced where that can be trusted. Undefined, and nothing changed, when the budget
   * is spent.
   */
  grow(old: Buffer | undefined, filled: number, size: number, announced: number): Buffer | undefined {
    const trusted = announced <= TRUSTED_LENGTH && this.used < this.limit * ROOMY ? announced : 0;
    const grown = this.take(Math.max(size, trusted, (old?.length ?? 0) * 2));
    if (grown === undefined || old === undefined) return grown;
    old.copy(grown, 0, 0, filled);
    this.give(old);
    return grown;
  }

  /** Takes a buffer back. The caller must not touch it afterwards. */
  give(buffer: Buffer): void {
    const capacity = buffer.length;
    this.release(capacity);
    if (capacity > LARGEST_POOLED || this.freeBytes + capacity > POOLED_BYTES) return;
    this.freeBytes += capacity;
    const same = this.free.get(capacity);
    if (same === undefined) this.free.set(capacity, [buffer]);
    else same.push(buffer);
  }

  /**
   * Books memory that is allocated elsewhere; false, and nothing booked, when the budget is spent.
   * A first booking always fits: rounding up must not shut out the largest body that the limits allow.
   */
  reserve(bytes: number): boolean {
    if (this.used + bytes > this.limit && this.used > 0) return false;
    this.used += bytes;
    return true;
  }

  release(bytes: number): void {
    this.used -= bytes;
  }
}

function roundUp(size: number): number {
  return size <= SMALLEST ? SMALLEST : 2 ** Math.ceil(Math.log2(size));
}
