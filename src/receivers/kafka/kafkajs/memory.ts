/**
 * Memory of large answers, used again when nobody looks at them any more. Memory outside the heap that is let go brings
 * the next collection of garbage nearer: megabytes of each answer would bring one every few answers.
 */

/** Smaller answers come and go with the heap. */
const LEAST_BYTES = 64 * 1024;
/** What is kept while nothing uses it: about four fetches. */
const MAX_FREE_BYTES = 32 * 2 ** 20;

export class AnswerMemory {
  private readonly lent = new WeakSet<ArrayBufferLike>();
  private free: Buffer[] = [];
  private freeBytes = 0;

  /** Not cleared. Whoever never gives it back leaves it to the heap. */
  take(length: number): Buffer {
    if (length < LEAST_BYTES) return Buffer.allocUnsafeSlow(length);
    const size = 2 ** Math.ceil(Math.log2(length));
    const at = this.free.findLastIndex(one => one.length === size);
    const [found = Buffer.allocUnsafeSlow(size)] = at < 0 ? [] : this.free.splice(at, 1);
    if (at >= 0) this.freeBytes -= size;
    this.lent.add(found.buffer);
    return found.subarray(0, length);
  }

  /** All of what a part belongs to; nothing of it may be looked at from now on. */
  giveBack({ buffer }: Buffer): void {
    if (!this.lent.delete(buffer) || buffer.byteLength > MAX_FREE_BYTES) return;
    this.free.push(Buffer.from(buffer));
    this.freeBytes += buffer.byteLength;
    // Sizes that are asked for no more make room for those that are.
    while (this.freeBytes > MAX_FREE_BYTES) this.freeBytes -= this.free.shift()!.length;
  }

  /** One share of a part for each who looks at it: the last that is given back gives back all. */
  shares(part: Buffer): () => () => void {
    let held = 0;
    return () => {
      held += 1;
      let isHeld = true;
      return () => {
        if (isHeld && --held === 0) this.giveBack(part);
        isHeld = false;
      };
    };
  }
}
