/** The time of a process, and its event loop: the machine's own, or what a test says they are. */

export interface Turns {
  /** Milliseconds since anything; never goes back. */
  readonly monotonic: () => number;
  /** Runs something in a later turn of the event loop. */
  readonly later: (run: () => void) => void;
}

export const EVENT_LOOP: Turns = { monotonic: () => performance.now(), later: run => void setImmediate(run) };
