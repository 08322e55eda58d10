/** Numbers one after the other in a flat array, written and read in the same order. */

/** Takes numbers in an order that their reader knows. */
export interface NumberSink {
  put(value: number): void;
}

/** Gives them back. */
export interface NumberSource {
  take(): number;
  /** Where the next `count` numbers begin in `taken`. */
  takeMany(count: number): number;
  /** What was taken last as many is there. */
  readonly taken: Float64Array;
}

export class NumberWriter implements NumberSink {
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

export class NumberReader implements NumberSource {
  data: Float64Array = new Float64Array(0);
  at = 0;

  take(): number {
    return this.data[this.at++]!;
  }

  /** Valid as long as nobody writes over them. */
  takeMany(count: number): number {
    this.at += count;
    return this.at - count;
  }

  get taken(): Float64Array {
    return this.data;
  }
}
