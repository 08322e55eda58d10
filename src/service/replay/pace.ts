/** When an item is to be sent: as long after the first as it was then, divided by the speed. */
export class Pace {
  private readonly speed: number;
  private readonly now: () => number;
  private firstMs = 0;
  private startedMs = 0;

  /** @param speed Infinity: without waiting. @param now ms, monotonic. */
  constructor(speed: number, now: () => number) {
    this.speed = speed;
    this.now = now;
  }

  /** How long to wait for an item of this time, ms; one of time 0 is due. */
  waitMs(timeMs: number): number {
    if (timeMs === 0) return 0;
    if (this.firstMs === 0) {
      this.firstMs = timeMs;
      this.startedMs = this.now();
    }
    return Math.max(0, this.startedMs + (timeMs - this.firstMs) / this.speed - this.now());
  }
}
