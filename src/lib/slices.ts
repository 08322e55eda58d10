/** Turns for other work while something takes long: after each slice of time the event loop comes by. */
import type { Turns } from './turns.ts';

export class Slices {
  private readonly turns: Turns;
  private readonly lengthMs: number;
  private end: number;

  constructor(turns: Turns, lengthMs: number) {
    this.turns = turns;
    this.lengthMs = lengthMs;
    this.end = turns.monotonic() + lengthMs;
  }

  /** To be asked often. True when others had a turn. */
  async turn(): Promise<boolean> {
    if (this.turns.monotonic() < this.end) return false;
    await new Promise<void>(resolve => this.turns.later(resolve));
    this.end = this.turns.monotonic() + this.lengthMs;
    return true;
  }
}
