/** The feed of changes from a place on → the next batch of those that are wanted, and the place behind it. */
import type { Change } from '../../contract/change.ts';
import type { ChangeSource } from '../../contract/component.ts';
import type { Cursor, NumberRanges } from './places.ts';
import type { Waiting } from './waiting.ts';

export interface Batch {
  readonly id: string;
  /** JSON texts; none: there was nothing to send up to `through`. */
  readonly changes: readonly string[];
  /** Those in it: the same for every attempt, whatever is wanted by then. */
  readonly numbers: NumberRanges;
  /** Number of the last change that was looked at. */
  readonly through: number;
  /** Changes that were no longer there. */
  readonly lost: number;
}

export interface BatchLimits {
  readonly most: number;
  readonly bytes: number;
}

const PAGE = 500;

class OpenBatch {
  readonly changes: string[] = [];
  through: number;
  lost = 0;
  private readonly begun: NumberRanges | undefined;
  private readonly numbers: [from: number, to: number][] = [];
  private bytes = 0;

  constructor(after: number, begun: NumberRanges | undefined) {
    this.through = after;
    this.begun = begun;
  }

  /** Undefined: it is not a batch that was begun. */
  isOf(seq: number): boolean | undefined {
    return this.begun?.some(([from, to]) => seq >= from && seq <= to);
  }

  /** False: there is no room for it. */
  add(seq: number, text: string, { most, bytes }: BatchLimits): boolean {
    const size = Buffer.byteLength(text);
    if (this.changes.length > 0 && (this.changes.length >= most || this.bytes + size > bytes)) return false;
    const last = this.numbers.at(-1);
    if (last !== undefined && last[1] === seq - 1) last[1] = seq;
    else this.numbers.push([seq, seq]);
    this.bytes += size;
    this.changes.push(text);
    return true;
  }

  finish(): Batch {
    const { changes, through, lost, numbers, begun } = this;
    const named = begun ?? numbers;
    return { id: `${named[0]?.[0] ?? 0}-${named.at(-1)?.[1] ?? 0}`, changes, numbers: named, through, lost };
  }
}

export class BatchReader {
  private readonly source: ChangeSource;
  private readonly includesBaseline: () => boolean;
  private readonly elapsed: () => number;

  constructor(source: ChangeSource, includesBaseline: () => boolean, elapsed: () => number) {
    this.source = source;
    this.includesBaseline = includesBaseline;
    this.elapsed = elapsed;
  }

  /**
   * Waits for the first change, and then for more until there are enough or `waitMs` have passed.
   * @param begun a batch that was begun is made again, whatever is wanted now and the limits are.
   */
  async read(
    after: number,
    begun: Cursor['sending'],
    limits: BatchLimits,
    waitMs: number,
    waiting: Waiting,
  ): Promise<Batch> {
    const to = begun?.to;
    const open = new OpenBatch(after, begun?.numbers);
    const within = to === undefined ? limits : { most: Number.POSITIVE_INFINITY, bytes: Number.POSITIVE_INFINITY };
    let began: number | undefined;
    while (!waiting.isOver) {
      waiting.look();
      const page = await this.source.feed.read(open.through, PAGE);
      const isFull = this.take(page.changes, open, to, within);
      if (isFull) break;
      if (page.changes.length > 0) continue;
      if (to !== undefined || (open.changes.length === 0 && open.through > after)) break;
      if (open.changes.length === 0) await waiting.news();
      else {
        began ??= this.elapsed();
        const left = waitMs - (this.elapsed() - began);
        if (left <= 0) break;
        await waiting.news(left);
      }
    }
    if (to !== undefined && !waiting.isOver) open.through = Math.max(open.through, to);
    return open.finish();
  }

  /** True: the batch is complete. */
  private take(texts: readonly string[], open: OpenBatch, to: number | undefined, limits: BatchLimits): boolean {
    for (const [i, text] of texts.entries()) {
      const change = JSON.parse(text) as Change;
      if (to !== undefined && change.seq > to) return true;
      if (i === 0 && open.through > 0) open.lost += this.lostBefore(open.through);
      if ((open.isOf(change.seq) ?? this.isWanted(change)) && !open.add(change.seq, text, limits)) return true;
      open.through = change.seq;
    }
    return open.changes.length >= limits.most;
  }

  private lostBefore(through: number): number {
    return Math.max(0, this.source.feed.oldest - 1 - through);
  }

  private isWanted(change: Change): boolean {
    return (this.includesBaseline() || !change.baseline) && this.source.wants(change);
  }
}
