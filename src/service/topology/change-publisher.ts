/**
 * Changes as the life cycle derives them → stored, and then told to whoever follows, in the order of their numbers.
 * What a start derives again and was published before is dropped. Nothing that came of a frame is stored before the
 * journal has that frame: numbers of ticks that a crash lost are used again.
 */
import type { Change } from '../../contract/change.ts';
import type { ChangeFeed, ChangePage } from '../../contract/change-feed.ts';
import type { Logger } from '../../contract/logger.ts';
import { Queue } from '../../lib/queue.ts';
import type { ChangeLog, StoredChange } from '../../storage/changes/change-log.ts';

/** Requests have been refused for long when so many wait for the disk. */
const MOST_PENDING = 100_000;
/** One write. */
const GROUP_CHANGES = 1000;
const GROUP_BYTES = 1 << 20;

type Heard = (texts: readonly string[], first: number) => void;

export class ChangePublisher implements ChangeFeed {
  /** By type, since the start. */
  readonly published = new Map<string, number>();
  /** Not told, since too many waited for the disk. */
  dropped = 0;
  /** Why nothing can be stored now; empty while it can. */
  message = '';
  private readonly log: ChangeLog;
  private readonly durable: (frame: number) => Promise<boolean>;
  private readonly logger: Logger;
  private readonly waiting = new Queue<{ readonly change: Change; readonly frame: number }>();
  private readonly followers = new Set<Heard>();
  private readonly settled = Promise.withResolvers<void>();
  private isSettled = false;
  private publishing: Promise<void> | undefined;

  /** @param durable whether the journal has a frame for certain, by now or in a moment. */
  constructor(log: ChangeLog, durable: (frame: number) => Promise<boolean>, logger: Logger) {
    this.log = log;
    this.durable = durable;
    this.logger = logger;
  }

  get newest(): number {
    return this.log.newest;
  }

  get oldest(): number {
    return this.log.oldest;
  }

  get waitingChanges(): number {
    return this.waiting.length;
  }

  offer(change: Change, frame: number): void {
    if (change.seq <= (this.waiting.last?.change.seq ?? this.log.newest)) return;
    this.waiting.push({ change, frame });
    if (this.waiting.length > MOST_PENDING) {
      this.waiting.shift();
      this.dropped++;
    }
    this.kick();
  }

  /** Derived and not stored yet: what a checkpoint has to keep. */
  pending(): readonly Change[] {
    return [...this.waiting].map(({ change }) => change).filter(({ seq }) => seq > this.log.newest);
  }

  /** After recovery: what is pending goes out from now on. */
  settle(): void {
    this.isSettled = true;
    this.settled.resolve();
    this.kick();
  }

  /** From time to time: what could not be stored is tried again. */
  kick(): void {
    if (!this.isSettled || this.publishing !== undefined || this.waiting.length === 0) return;
    this.publishing = this.publish().finally(() => {
      this.publishing = undefined;
    });
  }

  /** Resolves when what was offered is published, or cannot be now. */
  async flush(): Promise<void> {
    this.kick();
    await this.publishing;
  }

  read(after: number, limit: number): Promise<ChangePage> {
    try {
      return Promise.resolve(this.log.read(after, limit));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  follow(heard: Heard): () => void {
    this.followers.add(heard);
    return () => void this.followers.delete(heard);
  }

  ready(): Promise<void> {
    return this.settled.promise;
  }

  /** Never rejects. */
  private async publish(): Promise<void> {
    while (this.waiting.length > 0) {
      const { group, frame } = this.nextGroup();
      try {
        if (!(await this.durable(frame))) return;
        await this.log.append(group.map(({ stored }) => stored));
      } catch (error) {
        this.tellFailure(error as Error);
        return;
      }
      this.message = '';
      // Of too many, the oldest may have gone meanwhile.
      while (this.waiting.length > 0 && this.waiting.at(0)!.change.seq <= this.log.newest) this.waiting.shift();
      this.tell(group);
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

  private tell(group: readonly Grouped[]): void {
    for (const { type } of group) this.published.set(type, (this.published.get(type) ?? 0) + 1);
    const texts = group.map(({ stored }) => stored.text);
    for (const heard of this.followers) {
      try {
        heard(texts, group[0]!.stored.seq);
      } catch (error) {
        this.logger.error({ error }, 'a follower of changes failed');
      }
    }
  }

  private tellFailure({ message }: Error): void {
    if (this.message === '') this.logger.error({}, `changes cannot be stored (${message}); it is tried again`);
    this.message = message;
  }
}

interface Grouped {
  readonly type: string;
  readonly stored: StoredChange;
}
