/**
 * The time of a topology: what the frames did to the graph → its history, the states of nodes and edges, and changes
 * that are published once they are stored.
 */
import type { Change } from '../../contract/change.ts';
import type { FrameSettings } from '../../contract/frame.ts';
import { NO_RULES } from '../../contract/identity-rules.ts';
import type { ImageReader, ImageWriter, Kept } from '../../contract/image.ts';
import { LIFE_CYCLE } from '../../contract/life-cycle.ts';
import { SeasonalJudge } from '../../graph/life-cycle/judge/seasonal-judge.ts';
import { LifeCycle } from '../../graph/life-cycle/life-cycle.ts';
import type { GraphStore } from '../../graph/store.ts';
import { PUBLISHED } from '../../storage/changes/change-files.ts';
import { ChangePublisher } from './change-publisher.ts';
import { HistoryFeed } from './history-feed.ts';

/** Changes that were derived and not stored yet. */
const OUTBOX = 'outbox/changes';

export class TopologyTime implements Kept {
  readonly lifeCycle: LifeCycle;
  readonly judge: SeasonalJudge;
  readonly history: HistoryFeed;
  readonly changes = new ChangePublisher();

  /** Is told every change when it is derived: nobody else may hear of it before it is stored. */
  offer: (change: Change, frame: number) => void = (change, frame) => this.changes.offer(change, frame);

  /** @param groups names of consumer groups by number. */
  constructor(store: GraphStore, groups: () => readonly string[], maxProfiles: number) {
    this.history = new HistoryFeed(store, groups);
    this.judge = new SeasonalJudge(maxProfiles);
    this.lifeCycle = new LifeCycle(store, this.judge, (change, frame) => this.offer(change, frame));
  }

  /** Frames of before these were thought of do not have them. */
  setSettings({ lifecycle = LIFE_CYCLE, rules = NO_RULES, lateMs, waitMs }: Partial<FrameSettings> & Windows): void {
    this.lifeCycle.setSettings(lifecycle, rules, lateMs, waitMs);
  }

  /** At the end of every frame. @param waitedMs the clock by which everything waits. */
  advance(frame: number, nowMs: number, waitedMs: number, isTick: boolean): void {
    this.lifeCycle.advance(frame, nowMs, waitedMs);
    this.history.advance(frame, nowMs, isTick);
    if (isTick) this.changes.tick(nowMs);
  }

  /** What was kept is there again: changes go on behind all that were ever published. */
  settle(): void {
    const { lifeCycle, changes, history } = this;
    lifeCycle.sequence = Math.max(lifeCycle.sequence, changes.newest);
    changes.settle();
    history.settle();
  }

  *ahead(out: ImageWriter, round: number): Iterable<void> {
    yield* this.lifeCycle.ahead(out, round);
    if (round === 1) yield* this.history.drain();
  }

  *save(out: ImageWriter): Iterable<void> {
    yield* this.lifeCycle.save(out);
    out.value(OUTBOX, this.changes.pending());
    out.value(PUBLISHED, this.changes.newest);
    yield;
  }

  *load(from: ImageReader): Iterable<void> {
    yield* this.lifeCycle.load(from);
    const outbox = from.names('outbox').length > 0 ? (from.value(OUTBOX) as readonly Change[]) : [];
    // The journal had their frames before the checkpoint was taken.
    for (const change of outbox) this.changes.offer(change, 0);
    yield;
  }
}

type Windows = Pick<FrameSettings, 'lateMs' | 'waitMs'>;
