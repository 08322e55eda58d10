/**
 * Changes as the life cycle derives them → stored, and then told to whoever follows, in the order of their numbers.
 * What a start derives again and was published before is dropped. Nothing that came of a frame is stored before the
 * journal has that frame: numbers of ticks that a crash lost are used again.
 */
import type { Change } from '../../contract/change.ts';
import type { ChangeFeed, ChangePage, ChangesStatus } from '../../contract/change-feed.ts';
import type { Logger } from '../../contract/logger.ts';
import { Queue } from '../../lib/queue.ts';
import { HOUR_MS } from '../../lib/units.ts';
import type { ChangeLog, ChangeLogOptions, StoredChange } from '../../storage/changes/change-log.ts';

/** Requests have been refused for long when so many wait for the disk. */
const MOST_PENDING = 100_000;
/** One write. */
const GROUP_CHANGES = 1000;
const GROUP_BYTES = 1 << 20;

const PRUNE_MS = HOUR_MS;

export interface ChangeKeeping {
  readonly log: ChangeLog;
  /** Whether the journal has a frame for certain, by now or in a moment. */
  readonly durable: (frame: number) => Promise<boolean>;
  readonly logger: Logger;
}

type Heard = (texts: readonly string[], first: number) => void;

export class ChangePublisher implements ChangeFeed {
  /** By type, since the start. */
  readonly published = new Map<string, number>();
  /** Not told, since too many waited for the disk. */
  dropped = 0;
  /** Why nothing can be stored now; empty while it can. */
  message = '';
  private kept: ChangeKeeping | undefined;
  private readonly waiting = new Queue<{ readonly change: Change; readonly frame: number }>();
  private readonly followers = new Set<Heard>();
  private readonly settled = Promise.withResolvers<void>();
  private isSettled = false;
  private prunedMs = Number.NEGATIVE_INFINITY;
  private publishing: Promise<void> | undefined;

  /** Until then nothing is told, and nothing waits. To be called before what was kept is there again. */
  keepIn(kept: ChangeKeeping): void {
    this.kept = kept;
  }

  get newest(): number {
    return this.kept?.log.newest ?? 0;
  }

  get oldest(): number {
    return this.kept?.log.oldest ?? 0;
  }

  get bytes(): number {
    return this.kept?.log.bytes ?? 0;
  }

  offer(change: Change, frame: number): void {
    if (this.kept === undefined || change.seq <= (this.waiting.last?.change.seq ?? this.newest)) return;
    this.waiting.push({ change, frame });
    if (this.waiting.length > MOST_PENDING) {
      this.waiting.shift();
      this.dropped++;
    }
    this.kick();
  }

  /** Derived and not stored yet: what a checkpoint has to keep. */
  pending(): readonly Change[] {
    return [...this.waiting].map(({ change }) => change).filter(({ seq }) => seq > this.newest);
  }

  /** After recovery: what is pending goes out from now on. */
  settle(): void {
    this.isSettled = true;
    this.settled.resolve();
    this.kick();
  }

  /** From time to time: what could not be stored is tried again, and what is too old is let go. */
  tick(nowMs: number): void {
    if (!this.isSettled) return;
    this.kick();
    if (nowMs - this.prunedMs >= PRUNE_MS && this.publishing === undefined) this.prune(nowMs);
  }

  setOptions(options: ChangeLogOptions): void {
    this.kept?.log.setOptions(options);
    this.prunedMs = Number.NEGATIVE_INFINITY;
  }

  /** Nothing more is offered. What is not stored now is derived again at the next start. */
  async close(): Promise<void> {
    await this.flush();
    this.isSettled = false;
    this.kept?.log.close();
  }

  private kick(): void {
    const { kept } = this;
    if (kept === undefined || !this.isSettled || this.publishing !== undefined || this.waiting.length === 0) return;
    this.publishing = this.publish(kept);
  }

  /** Resolves when what was offered is published, or cannot be now. */
  async flush(): Promise<void> {
    this.kick();
    await this.publishing;
  }

  async read(after: number, limit: number): Promise<ChangePage> {
    const { kept, newest, oldest } = this;
    return kept?.log.read(after, limit) ?? { changes: [], next: newest, oldest, newest };
  }

  follow(heard: Heard): () => void {
    this.followers.add(heard);
    return () => void this.followers.delete(heard);
  }

  ready(): Promise<void> {
    return this.settled.promise;
  }

  status(): ChangesStatus {
    const { newest, oldest, bytes, dropped, message } = this;
    const at = (seq: number, ms = 0) => (ms === 0 ? null : { seq, at: new Date(ms).toISOString() });
    const { log } = this.kept ?? {};
    const waiting = this.waiting.length;
    return { oldest: at(oldest, log?.oldestMs), newest: at(newest, log?.newestMs), bytes, waiting, dropped, message };
  }

  private prune(nowMs: number): void {
    this.prunedMs = nowMs;
    try {
      this.kept?.log.prune(nowMs);
    } catch (error) {
      this.kept?.logger.warn({ error }, 'old changes could not be removed; it is tried again in an hour');
    }
  }

  /** Never rejects. */
  private async publish(kept: ChangeKeeping): Promise<void> {
    await this.publishAll(kept);
    this.publishing = undefined;
  }

  private async publishAll({ log, durable, logger }: ChangeKeeping): Promise<void> {
    while (this.waiting.length > 0) {
      const { group, frame } = this.nextGroup();
      try {
        if (!(await durable(frame))) return;
        await log.append(group.map(({ stored }) => stored));
      } catch (error) {
        const { message } = error as Error;
        if (this.message === '') logger.error({}, `changes cannot be stored (${message}); it is tried again`);
        this.message = message;
        return;
      }
      this.message = '';
      // Of too many, the oldest may have gone meanwhile.
      while (this.waiting.length > 0 && this.waiting.at(0)!.change.seq <= log.newest) this.waiting.shift();
      this.tell(group, logger);
    }
  }

  private nextGroup(): { readonly group: readonly Grouped[]; readonly frame: number } {
    const group: Grouped[] = [];
    let bytes = 0;
    let last = 0;
    for (const { change, frame } of this.waiting) {
      const text = JSON.stringify(change);
      bytes += text.length;
      const isGap = group.length > 0 && change.seq !== group.at(-1)!.stored.seq + 1;
      if (isGap || group.length >= GROUP_CHANGES || (group.length > 0 && bytes > GROUP_BYTES)) break;
      group.push({ type: change.type, stored: { seq: change.seq, timeMs: Date.parse(change.time), text } });
      last = frame;
    }
    return { group, frame: last };
  }

  private tell(group: readonly Grouped[], logger: Logger): void {
    for (const { type } of group) this.published.set(type, (this.published.get(type) ?? 0) + 1);
    const texts = group.map(({ stored }) => stored.text);
    for (const heard of this.followers) {
      try {
        heard(texts, group[0]!.stored.seq);
      } catch (error) {
        logger.error({ error }, 'a follower of changes failed');
      }
    }
  }
}

interface Grouped {
  readonly type: string;
  readonly stored: StoredChange;
}
