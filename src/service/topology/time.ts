/**
 * The time of a topology: what the frames did to the graph → its history, the states of nodes and edges, and changes
 * that are published once they are stored.
 */
import type { Change } from '../../contract/change.ts';
import { type ChangeFeed, NO_CHANGES } from '../../contract/change-feed.ts';
import type { FrameSettings } from '../../contract/frame.ts';
import { NO_RULES } from '../../contract/identity-rules.ts';
import type { ImageReader, ImageWriter, Kept } from '../../contract/image.ts';
import { LIFE_CYCLE } from '../../contract/life-cycle.ts';
import { NO_PAST, type Past } from '../../contract/past.ts';
import { NO_JUDGE } from '../../graph/life-cycle/judge/edge-judge.ts';
import { LifeCycle } from '../../graph/life-cycle/life-cycle.ts';
import type { GraphStore } from '../../graph/store.ts';

export class TopologyTime implements Kept {
  readonly lifeCycle: LifeCycle;
  changes: ChangeFeed = NO_CHANGES;
  past: Past = NO_PAST;

  /** Is told every change when it is derived: nobody else may hear of it before it is stored. */
  offer: (change: Change, frame: number) => void = () => {};

  constructor(store: GraphStore) {
    this.lifeCycle = new LifeCycle(store, NO_JUDGE, (change, frame) => this.offer(change, frame));
  }

  /** Frames of before these were thought of do not have them. */
  setSettings({ lifecycle = LIFE_CYCLE, rules = NO_RULES, lateMs, waitMs }: Partial<FrameSettings> & Windows): void {
    this.lifeCycle.setSettings(lifecycle, rules, lateMs, waitMs);
  }

  /** At the end of every frame. @param waitedMs the clock by which everything waits. */
  advance(frame: number, nowMs: number, waitedMs: number, _isTick: boolean): void {
    this.lifeCycle.advance(frame, nowMs, waitedMs);
  }

  *save(out: ImageWriter): Iterable<void> {
    yield* this.lifeCycle.save(out);
  }

  *load(from: ImageReader): Iterable<void> {
    yield* this.lifeCycle.load(from);
  }
}

type Windows = Pick<FrameSettings, 'lateMs' | 'waitMs'>;
