/**
 * Places for a few numbers each in buffers that many share: an array of its own takes more than the few numbers in it, and
 * each is one more object to look through when garbage is collected. A buffer goes when nobody has a place in it any more.
 */
export class SharedNumbers<A extends Float64Array | Int32Array> {
  /** Where the place that was taken last is. */
  array: A;
  private readonly create: (length: number) => A;
  private readonly length: number;
  private used = 0;

  /** @param length numbers of a buffer; 0: everyone gets one of its own. */
  constructor(create: (length: number) => A, length: number) {
    this.create = create;
    this.length = length;
    this.array = create(0);
  }

  /** Where so many zeros begin in `array`. */
  take(count: number): number {
    if (this.array.length - this.used < count) {
      this.array = this.create(Math.max(count, this.length));
      this.used = 0;
    }
    this.used += count;
    return this.used - count;
  }
}
