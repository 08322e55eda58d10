/**
 * What the frames count → history, and questions about it. Nothing of a frame is written there before the journal has the
 * frame; after a start frames that are in it already are applied without being told again.
 */
import type { IncrementPart } from '../../contract/increments.ts';
import {
  type HistoryStatus,
  NO_PAST,
  type Past,
  type PastAnswer,
  type PastQuestion,
  type SeriesPoint,
  type SeriesQuestion,
} from '../../contract/past.ts';
import { IncrementRecorder } from '../../graph/increment-recorder.ts';
import type { GraphStore } from '../../graph/store.ts';
import { MINUTE_MS } from '../../lib/units.ts';
import type { HistoryOptions } from '../../storage/history/keeper.ts';
import type { History } from '../../storage/history/link.ts';

/** So many edges are told at once when somebody asks; more take their turns. */
const AT_ONCE = 2000;

export class HistoryFeed implements Past {
  private readonly store: GraphStore;
  private readonly recorder: IncrementRecorder;
  private history: History | undefined;
  private durable: (frame: number) => Promise<boolean> = () => Promise.resolve(true);
  private parts: IncrementPart[] = [];
  private sending: Promise<void> | undefined;
  /** Frames up to this one are in it. */
  private mutedTo = Number.POSITIVE_INFINITY;
  private isSettled = false;
  /** Last frame applied, and its stamp. */
  private frame = 0;
  private stampMs = 0;
  private drains: { readonly frame: number; readonly resolve: () => void }[] = [];

  constructor(store: GraphStore, groups: () => readonly string[]) {
    this.store = store;
    this.recorder = new IncrementRecorder(store, groups, part => this.add(part));
  }

  /** @param durable whether the journal has a frame for certain, by now or in a moment. */
  keepIn(history: History, durable: (frame: number) => Promise<boolean>): void {
    this.history = history;
    this.durable = durable;
  }

  /** The graph is what it was at this frame; frames after it follow. */
  begin(frame: number, stampMs: number): void {
    const { history } = this;
    if (history === undefined) return;
    this.frame = frame;
    this.stampMs = stampMs;
    if (history.through < frame) this.beginAnew();
    else if (history.through === frame) this.tell();
    else this.mutedTo = history.through;
  }

  /** All frames that there are were applied: what is told from now on goes out. */
  settle(): void {
    this.isSettled = true;
    if (this.history === undefined) return;
    // The journal lost frames that are in it: their numbers come again.
    if (this.store.recorder !== this.recorder) {
      this.tell();
      this.recorder.cut(this.frame);
    }
    this.kick();
  }

  setOptions(options: HistoryOptions): void {
    this.history?.setOptions(options);
  }

  /** At the end of every frame. */
  advance(frame: number, nowMs: number, isTick: boolean): void {
    this.frame = frame;
    this.stampMs = nowMs;
    if (this.history === undefined) return;
    if (this.store.recorder !== this.recorder) {
      if (frame >= this.mutedTo) this.tell();
      return;
    }
    if (this.history.isLost) this.beginAnew();
    this.recorder.advance(frame, nowMs, isTick);
    if (isTick && this.parts.length > 0) this.kick();
  }

  /** Everything up to the frame after which the application is paused is written. Rejects when it cannot be. */
  async cut(frame: number): Promise<void> {
    const { history } = this;
    if (history === undefined) return;
    this.recorder.cut(frame);
    await this.sent();
    await history.committed(frame);
  }

  /** Tells what was counted by now, in steps between which frames may be applied: a cut has little to do then. */
  *drain(): Iterable<void> {
    if (this.history !== undefined && this.store.recorder === this.recorder) yield* this.recorder.drain(this.frame);
  }

  async ask(question: PastQuestion): Promise<PastAnswer> {
    await this.bringUpTo(question.at ?? question.end ?? Number.POSITIVE_INFINITY);
    return this.past.ask(question);
  }

  async series(question: SeriesQuestion): Promise<readonly SeriesPoint[]> {
    await this.bringUpTo(question.end);
    return this.past.series(question);
  }

  status(): HistoryStatus {
    return this.past.status();
  }

  async close(): Promise<void> {
    await this.history?.close();
  }

  private get past(): Past {
    return this.history ?? NO_PAST;
  }

  /** From now on. */
  private tell(): void {
    this.mutedTo = 0;
    this.recorder.reset(this.stampMs);
    this.store.recorder = this.recorder;
  }

  /** With all that the graph holds, as of before. */
  private beginAnew(): void {
    this.parts = [];
    this.history!.beginAnew(Math.floor(this.stampMs / MINUTE_MS) + 1);
    this.tell();
    for (const _ of this.recorder.everything());
    this.recorder.cut(this.frame);
  }

  private add(part: IncrementPart): void {
    this.parts.push(part);
    const { through } = part;
    if (through === undefined) return;
    for (const { frame, resolve } of this.drains) if (frame <= through) resolve();
    this.drains = this.drains.filter(({ frame }) => frame > through);
    this.kick();
  }

  private kick(): void {
    if (!this.isSettled || this.sending !== undefined) return;
    this.sending = this.send().finally(() => {
      this.sending = undefined;
    });
  }

  /** What the journal does not have yet waits for the next tick. */
  private async send(): Promise<void> {
    for (let part = this.parts[0]; part !== undefined; part = this.parts[0]) {
      if (part.through !== undefined && !(await this.durable(part.through))) return;
      // It may have begun anew meanwhile.
      if (this.parts[0] !== part) continue;
      this.parts.shift();
      this.history!.take(part);
    }
  }

  private async sent(): Promise<void> {
    while (this.parts.length > 0) {
      this.kick();
      await this.sending;
      if (this.sending === undefined && this.parts.length > 0 && !(await this.durable(this.frame))) {
        throw new Error('what was counted cannot be kept before the journal can be written');
      }
    }
  }

  /** What was counted by now is in it, where somebody asks about a time that is not over for long. */
  private async bringUpTo(ms: number): Promise<void> {
    const { history, recorder } = this;
    if (history === undefined || !this.isSettled || ms < recorder.drainedMs) return;
    const { frame } = this;
    if (recorder.openEdges <= AT_ONCE) recorder.cut(frame);
    else {
      recorder.hurry();
      await new Promise<void>(resolve => this.drains.push({ frame, resolve }));
    }
    await this.sent();
    await history.committed(frame);
  }
}
