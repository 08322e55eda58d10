/** Numbers one after the other, however many come. */
export class GrowingNumbers {
  numbers: Float64Array<ArrayBuffer>;
  length = 0;

  /** @param expected how many may come. */
  constructor(expected: number) {
    this.numbers = new Float64Array(Math.max(expected, 1));
  }

  /** For so many more. */
  makeRoom(count: number): void {
    if (this.length + count <= this.numbers.length) return;
    const larger = new Float64Array(Math.max(this.length + count, this.numbers.length * 2));
    larger.set(this.numbers.subarray(0, this.length));
    this.numbers = larger;
  }

  get all(): Float64Array<ArrayBuffer> {
    return this.numbers.subarray(0, this.length);
  }
}
