/** How much came a second, over the last ten whole seconds. Times are those of a clock that never goes back, in ms. */
const SECONDS = 10;
/** The second that has not passed yet is beside them. */
const LENGTH = SECONDS + 1;

export class Rate {
  private readonly counts = new Float64Array(LENGTH);
  private second = 0;

  add(count: number, nowMs: number): void {
    this.turnTo(nowMs);
    this.counts[this.second % LENGTH]! += count;
  }

  perSecond(nowMs: number): number {
    this.turnTo(nowMs);
    const passed = this.counts.reduce((sum, count) => sum + count) - this.counts[this.second % LENGTH]!;
    return passed / SECONDS;
  }

  private turnTo(nowMs: number): void {
    const second = Math.floor(nowMs / 1000);
    const first = Math.max(this.second + 1, second - SECONDS);
    for (let passed = first; passed <= second; passed++) this.counts[passed % LENGTH] = 0;
    this.second = Math.max(this.second, second);
  }
}
