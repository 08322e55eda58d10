/** Numbers one after the other, however many come. */
import type { NumberSink } from '../../lib/number-records.ts';

const FIRST = 1 << 16;

export class GrowingNumbers implements NumberSink {
  private numbers = new Float64Array(FIRST);
  private length = 0;

  put(value: number): void {
    if (this.length === this.numbers.length) {
      const larger = new Float64Array(this.length * 2);
      larger.set(this.numbers);
      this.numbers = larger;
    }
    this.numbers[this.length++] = value;
  }

  /** A memory of their own. */
  get all(): Float64Array<ArrayBuffer> {
    return this.numbers.slice(0, this.length);
  }
}
