/**
 * Published changes → batches that arrive: in order, one at a time, each tried until it is taken, refused for good or
 * given up. The place in the feed is kept, and so is what is in a batch before it is first sent: after a crash or a change
 * of what is wanted the same batch goes out again under the same id. Nothing waits in memory but one batch; the rest waits in the feed.
 */
import type { ChangeSource } from '../../contract/component.ts';
import type { DeliveryStatus } from '../../contract/exporter-status.ts';
import type { Logger } from '../../contract/logger.ts';
import { RepeatedLog } from '../../telemetry/repeated-log.ts';
import { type Batch, BatchReader } from './batch-reader.ts';
import type { Cursor, Places } from './places.ts';
import { Waiting } from './waiting.ts';

export interface DeliveryOptions {
  readonly batch: number;
  readonly batchBytes: number;
  /** For how long a batch that is not full waits for more. */
  readonly waitMs: number;
  readonly firstBackoffMs: number;
  readonly longestBackoffMs: number;
  /** After which a batch is given up, from its first attempt on; 0: never. */
  readonly giveUpMs: number;
  /** False: a batch is given up when its first attempt fails. */
  readonly isRetried: boolean;
  readonly includeBaseline: boolean;
  /** Where a new exporter begins. */
  readonly from: 'newest' | 'oldest';
}

/**
 * `retry`: it may do later, at the earliest after `afterMs`; `refused`: never; `too_large`: perhaps in smaller parts.
 */
export type Outcome =
  | { readonly result: 'done' }
  | { readonly result: 'retry'; readonly afterMs?: number; readonly why: string }
  | { readonly result: 'refused'; readonly why: string }
  | { readonly result: 'too_large'; readonly why: string };

export interface DeliveryBatch {
  /** The same for every attempt: numbers of the first and the last change. */
  readonly id: string;
  /** JSON texts. */
  readonly changes: readonly string[];
  /** From 1. */
  readonly attempt: number;
}

export interface Delivery {
  start(): void;
  /** Lets a request that is under way finish, for a moment. */
  stop(): Promise<void>;
  status(): DeliveryStatus;
}

export interface DeliveryParts {
  readonly source: ChangeSource;
  /** Never rejects for what the other side does. */
  readonly send: (batch: DeliveryBatch, signal: AbortSignal) => Promise<Outcome>;
  /** Asked once, when the feed is ready. */
  readonly places: () => Places;
  /** Asked anew for each batch. */
  readonly options: () => DeliveryOptions;
  /** Milliseconds that only ever grow. */
  readonly elapsed: () => number;
  /** In [0, 1). */
  readonly random: () => number;
  readonly logger: Logger;
}

/** A request that is under way when the program stops gets so long. */
const LAST_REQUEST_MS = 3000;
/** So many changes that nobody wants may be looked at again after a crash. */
const UNWRITTEN_CHANGES = 1000;

export function createDelivery(parts: DeliveryParts): Delivery {
  return new FeedDelivery(parts);
}

class FeedDelivery implements Delivery {
  private readonly parts: DeliveryParts;
  private readonly log: RepeatedLog;
  private readonly waiting = new Waiting();
  private readonly requests = new AbortController();
  private readonly counts = { delivered: 0, batches: 0, failedAttempts: 0, deadLettered: 0, lost: 0 };
  private reader: BatchReader | undefined;
  private places: Places | undefined;
  private cursor: Cursor = { delivered: 0 };
  private written = 0;
  /** Changes of a batch, at most; fewer while they were too many. */
  private most = Number.POSITIVE_INFINITY;
  private problem = '';
  private running: Promise<void> | undefined;

  constructor(parts: DeliveryParts) {
    this.parts = parts;
    this.log = new RepeatedLog(parts.logger);
  }

  start(): void {
    this.running ??= this.run().catch(error => {
      if (!this.waiting.isOver)
        this.parts.logger.error({ error }, 'changes are not sent any more: a fault of the program');
    });
  }

  async stop(): Promise<void> {
    this.waiting.end();
    const cut = setTimeout(() => this.requests.abort(), LAST_REQUEST_MS);
    await this.running;
    clearTimeout(cut);
    this.log.flush();
  }

  status(): DeliveryStatus {
    const { newest } = this.parts.source.feed;
    const behind = this.reader === undefined ? 0 : Math.max(0, newest - this.cursor.delivered);
    const forgotten = this.places?.deadLetters.forgotten ?? 0;
    return { problem: this.problem, ...this.counts, forgotten, behind };
  }

  private async run(): Promise<void> {
    const { feed } = this.parts.source;
    await Promise.race([feed.ready(), this.waiting.over]);
    const unfollow = feed.follow(() => this.waiting.wake());
    try {
      if (!(await this.begin())) return;
      while (!this.waiting.isOver) {
        const batch = await this.nextBatch();
        if (batch !== undefined) await this.deliver(batch);
      }
      if (this.cursor.delivered !== this.written) await this.write(this.cursor);
    } finally {
      unfollow();
    }
  }

  /** Where it was, or where a new one begins: at once kept, so that a crash does not move it. False: stopped before. */
  private async begin(): Promise<boolean> {
    if (this.waiting.isOver) return false;
    const { source, logger, options, elapsed } = this.parts;
    this.places = this.parts.places();
    const { cursors } = this.places;
    const { newest, oldest } = source.feed;
    const first = Math.max(0, oldest - 1);
    let found: Cursor | undefined;
    const read = async () => {
      found = await cursors.read();
    };
    if (!(await this.insist('its place cannot be read', read))) return false;
    this.cursor = found ?? { delivered: options().from === 'oldest' ? first : newest };
    if (this.cursor.delivered > newest) {
      logger.warn({ delivered: this.cursor.delivered, newest }, 'these are other changes than before: all are sent');
      this.cursor = { delivered: first };
    }
    this.reader = new BatchReader(source, () => options().includeBaseline, elapsed);
    return this.insist('its place cannot be kept', () => this.write(this.cursor));
  }

  private async nextBatch(): Promise<Batch | undefined> {
    const { batch: most, batchBytes, waitMs } = this.parts.options();
    const { delivered, sending } = this.cursor;
    const limits = { most: Math.min(most, this.most), bytes: batchBytes };
    let batch: Batch | undefined;
    const read = async () => {
      batch = await this.reader!.read(delivered, sending, limits, waitMs, this.waiting);
    };
    if (!(await this.insist('changes cannot be read', read)) || batch === undefined) return undefined;
    if (batch.lost > 0) this.tellLost(batch.lost);
    if (batch.changes.length > 0) return this.waiting.isOver ? undefined : batch;
    this.cursor = { delivered: Math.max(delivered, batch.through) };
    const isFar = this.cursor.delivered - this.written >= UNWRITTEN_CHANGES;
    if (isFar) await this.insist('its place cannot be kept', () => this.write(this.cursor));
    return undefined;
  }

  private tellLost(lost: number): void {
    this.counts.lost += lost;
    this.parts.logger.warn({ lost }, 'changes were no longer kept when their turn came: they are not sent');
  }

  private async deliver(batch: Batch): Promise<void> {
    const { delivered } = this.cursor;
    const kept = { delivered, sending: { to: batch.through, numbers: batch.numbers } };
    if (this.cursor.sending?.to !== batch.through) {
      if (!(await this.insist('its place cannot be kept', () => this.write(kept)))) return;
    }
    this.cursor = kept;
    const outcome = await this.attempts(batch);
    if (outcome === undefined) return;
    const size = batch.changes.length;
    if (outcome.result === 'too_large' && size > 1) {
      this.most = Math.ceil(size / 2);
      this.cursor = { delivered };
      return;
    }
    if (outcome.result === 'done') {
      this.counts.delivered += size;
      this.counts.batches++;
      this.most *= 2;
    } else if (!(await this.bury(batch, outcome.why))) return;
    this.cursor = { delivered: batch.through };
    await this.insist('its place cannot be kept', () => this.write(this.cursor));
  }

  /** Undefined: stopped meanwhile. What comes back as `retry` was given up. */
  private async attempts(batch: Batch): Promise<Outcome | undefined> {
    const began = this.parts.elapsed();
    for (let attempt = 1; ; attempt++) {
      const outcome = await this.parts.send({ id: batch.id, changes: batch.changes, attempt }, this.requests.signal);
      this.problem = outcome.result === 'done' ? '' : outcome.why;
      if (outcome.result !== 'retry') return outcome;
      if (this.requests.signal.aborted) return undefined;
      this.counts.failedAttempts++;
      this.complain(outcome.why, `${batch.id} could not be sent: ${outcome.why}; it is tried again`);
      const { giveUpMs, isRetried } = this.parts.options();
      const isOver = giveUpMs > 0 && this.parts.elapsed() - began >= giveUpMs;
      if (!isRetried || isOver) return outcome;
      await this.waiting.pause(Math.max(this.backoffMs(attempt), outcome.afterMs ?? 0));
      if (this.waiting.isOver) return undefined;
    }
  }

  /** Full jitter: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/ */
  private backoffMs(attempt: number): number {
    const { firstBackoffMs, longestBackoffMs } = this.parts.options();
    return this.parts.random() * Math.min(longestBackoffMs, firstBackoffMs * 2 ** Math.min(attempt - 1, 30));
  }

  private async bury({ id, changes }: Batch, why: string): Promise<boolean> {
    const { logger } = this.parts;
    const { deadLetters } = this.places!;
    if (!(await this.insist('dead letters cannot be kept', () => deadLetters.add(id, why, changes)))) return false;
    this.counts.deadLettered += changes.length;
    logger.error({ batch: id, changes: changes.length, kept: deadLetters.place }, `changes were not taken: ${why}`);
    return true;
  }

  private async write(cursor: Cursor): Promise<void> {
    await this.places!.cursors.write(cursor);
    this.written = cursor.delivered;
  }

  /** Until it succeeds, since what follows would not be right without it. False: stopped before. */
  private async insist(what: string, work: () => Promise<void>): Promise<boolean> {
    for (let attempt = 1; ; attempt++) {
      try {
        await work();
        if (attempt > 1) this.problem = '';
        return true;
      } catch (error) {
        this.problem = `${what}: ${(error as Error).message}`;
        this.complain(what, `${what} (${(error as Error).message}); it is tried again`);
        await this.waiting.pause(this.backoffMs(attempt));
        if (this.waiting.isOver) return false;
      }
    }
  }

  private complain(kind: string, message: string): void {
    this.log.say({ level: 'warn', kind, sender: this.parts.source.key, fields: {}, message });
  }
}
