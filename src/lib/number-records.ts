/** Numbers one after the other in a flat array, written and read in the same order. */

export class NumberWriter {
  data: Float64Array = new Float64Array(0);
  length = 0;

  /** What follows goes here, from the beginning. */
  writeTo(data: Float64Array): void {
    this.data = data;
    this.length = 0;
  }

  /** There must be room. */
  put(value: number): void {
    this.data[this.length++] = value;
  }
}

export class NumberReader {
  data: Float64Array = new Float64Array(0);
  at = 0;

  take(): number {
    return this.data[this.at++]!;
  }

  /** The next `count` numbers, as long as nobody writes over them. */
  takeMany(count: number): Float64Array {
    const from = this.at;
    this.at += count;
    return this.data.subarray(from, this.at);
  }
}
