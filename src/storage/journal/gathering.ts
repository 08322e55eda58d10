/**
 * When the requests in the open batch go to the disk. A sync costs as much as dozens of spans, however few are in it, so
 * it is worth waiting for those who are about to send, where nobody loses by it. Who sends again as soon as there is an
 * answer loses by every wait: such senders wait for each other only, for as long as that takes them. All others get their
 * answer a little later, together with those that sent lately.
 */

/** Who sends within this after an answer … */
const AT_ONCE_MS = 2;
/** … so many times in a row is expected to do so again. */
const TIMES = 3;
/** Others wait no longer than this. */
const LONGEST_MS = 8;
/** Who was answered within this is waited for. */
const LATELY_MS = 20;
/** Rows that are worth a sync of their own. */
const ENOUGH_ROWS = 1000;

/** Requests that are answered together. */
interface Round {
  answeredMs: number;
  /** Senders that sent at once, and did not send again since. */
  hasty: number;
  /** Senders. */
  size: number;
}

interface Sender {
  /** Of its last request. */
  round: Round;
  /** How often in a row it sent at once. */
  times: number;
}

export class Gathering {
  /** Those that sent lately, in the order in which they will have been answered. */
  private readonly senders = new Map<object, Sender>();
  private open = newRound();
  /** On its way to the disk. */
  private sealed = newRound();
  private answered = newRound();
  private beganMs = 0;
  private mustGo = false;

  /** A request is in the open batch. One whose sender is not known is not kept waiting. */
  add(sender: object | undefined, nowMs: number): void {
    const { open } = this;
    if (open.size === 0) this.beganMs = nowMs;
    if (sender === undefined) {
      this.mustGo = true;
      return;
    }
    const known = this.senders.get(sender);
    if (known?.round === open) return;
    const times = known === undefined || nowMs - known.round.answeredMs > AT_ONCE_MS ? 0 : known.times + 1;
    if (known !== undefined) {
      if (known.times >= TIMES) known.round.hasty--;
      this.senders.delete(sender);
    }
    this.senders.set(sender, { round: open, times });
    open.size++;
    if (times >= TIMES) open.hasty++;
  }

  /** For how long the batch should wait; 0: no longer. */
  waitMs(rows: number, nowMs: number): number {
    const { open, answered } = this;
    if (this.mustGo || rows >= ENOUGH_ROWS) return 0;
    if (open.hasty > 0) return answered.hasty === 0 ? 0 : Math.max(0, answered.answeredMs + AT_ONCE_MS - nowMs);
    this.forget(nowMs - LATELY_MS);
    return open.size >= this.senders.size ? 0 : Math.max(0, this.beganMs + LONGEST_MS - nowMs);
  }

  /** The batch goes to the disk. */
  seal(): void {
    this.sealed = this.open;
    this.open = newRound();
    this.mustGo = false;
  }

  /** Its requests are about to be answered … */
  end(nowMs: number): void {
    this.answered = this.sealed;
    this.answer(nowMs);
  }

  /** … and now they are. */
  answer(nowMs: number): void {
    this.answered.answeredMs = nowMs;
    this.forget(nowMs - LATELY_MS);
  }

  private forget(beforeMs: number): void {
    for (const [sender, { round }] of this.senders) {
      if (round.answeredMs >= beforeMs) break;
      this.senders.delete(sender);
    }
  }
}

function newRound(): Round {
  return { answeredMs: Number.POSITIVE_INFINITY, hasty: 0, size: 0 };
}
