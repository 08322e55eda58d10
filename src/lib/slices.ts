/** Turns for other work while something takes long: after each slice of time the event loop comes by. */
import { setImmediate as nextTurn } from 'node:timers/promises';

export class Slices {
  private readonly monotonic: () => number;
  private readonly lengthMs: number;
  private end: number;

  /** @param monotonic milliseconds since anything; never goes back. */
  constructor(monotonic: () => number, lengthMs: number) {
    this.monotonic = monotonic;
    this.lengthMs = lengthMs;
    this.end = monotonic() + lengthMs;
  }

  /** To be asked often. True when others had a turn. */
  async turn(): Promise<boolean> {
    if (this.monotonic() < this.end) return false;
    await nextTurn();
    this.end = this.monotonic() + this.lengthMs;
    return true;
  }
}
