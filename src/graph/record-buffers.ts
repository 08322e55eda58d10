/**
 * Buffers for records that readers in other threads see without copying, used again once every reader is done with
 * them: were they allocated again and again, they would drive the collection of garbage.
 */

/** Numbers of a buffer, but for a record that needs more. */
const NUMBERS = 32_768;
const KEPT = 16;

/** Of all sets of buffers: a release that comes late must not be taken for that of another buffer. */
let count = 0;

export interface RecordBuffer {
  readonly number: number;
  readonly data: Float64Array<SharedArrayBuffer>;
  readers: number;
}

export class RecordBuffers {
  private readonly lent = new Map<number, RecordBuffer>();
  private readonly free: Float64Array<SharedArrayBuffer>[] = [];

  /** True when readers hold so many that it is better to wait for them. */
  get areShort(): boolean {
    return this.lent.size >= KEPT;
  }

  /** @param room numbers. */
  take(room: number): RecordBuffer {
    const data = room <= NUMBERS ? this.free.pop() : undefined;
    return { number: ++count, data: data ?? newBuffer(Math.max(room, NUMBERS)), readers: 0 };
  }

  /** So many readers will release it. */
  lend(buffer: RecordBuffer, readers: number): void {
    buffer.readers = readers;
    this.lent.set(buffer.number, buffer);
    if (readers === 0) this.release(buffer.number);
  }

  release(number: number): void {
    const buffer = this.lent.get(number);
    if (buffer === undefined || --buffer.readers > 0) return;
    this.lent.delete(number);
    if (this.free.length < KEPT && buffer.data.length === NUMBERS) this.free.push(buffer.data);
  }
}

function newBuffer(numbers: number): Float64Array<SharedArrayBuffer> {
  return new Float64Array(new SharedArrayBuffer(numbers * Float64Array.BYTES_PER_ELEMENT));
}
