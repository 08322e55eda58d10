/**
 * Frames that cost work and bring nothing (pings, settings, resets, empty data and the like) are let pass at a rate
 * that no client in good faith comes near: answers earn them, and so does time.
 */
const CREDIT = 1000;
const EARNED_BY_CALL = 10;
/** The client had to open two windows for it. */
const EARNED_BY_FRAME = 3;
const EARNED_PER_SECOND = 100;

export class Patience {
  private credit = CREDIT;

  /** False when it has run out. */
  spend(): boolean {
    this.credit -= 1;
    return this.credit >= 0;
  }

  /** A call was answered. */
  earnCall(): void {
    this.credit = Math.min(CREDIT, this.credit + EARNED_BY_CALL);
  }

  /** Data went that had waited for the client's window. */
  earnFrame(): void {
    this.credit = Math.min(CREDIT, this.credit + EARNED_BY_FRAME);
  }

  pass(ms: number): void {
    this.credit = Math.min(CREDIT, this.credit + (ms / 1000) * EARNED_PER_SECOND);
  }
}
