/**
 * Numbers of this process → numbers in the frame that is being written, from 1 in the order of their first use. A new
 * frame forgets all at once, without touching them.
 */
const LAST_BASE = 2 ** 30;

export class FrameNumbers {
  /** Of the frame. */
  count = 0;
  /** What is not above the base is of an earlier frame. */
  private marks = new Int32Array(256);
  private base = 0;

  begin(): void {
    this.base += this.count;
    this.count = 0;
    if (this.base < LAST_BASE) return;
    this.base = 0;
    this.marks.fill(0);
  }

  /** 0 for a new one, which gets the next number. */
  find(number: number): number {
    const known = number < this.marks.length ? this.marks[number]! - this.base : this.grow(number);
    if (known > 0) return known;
    this.marks[number] = this.base + ++this.count;
    return 0;
  }

  private grow(number: number): number {
    const marks = new Int32Array(2 ** Math.ceil(Math.log2(number + 1)));
    marks.set(this.marks);
    this.marks = marks;
    return 0;
  }
}
