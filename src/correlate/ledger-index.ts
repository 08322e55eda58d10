/** The newest entry of each bucket of the ledger ⇄ an image. */
import type { ImageReader, ImageWriter } from '../contract/image.ts';
import { ChangedEntries } from '../lib/changed-entries.ts';
import { sharedWords } from './pieces.ts';
import { repeatBuckets } from './ring-chains.ts';

const MAX_BUCKETS = 1 << 22;
/** Buckets of a piece of an image. */
const PIECE_SHIFT = 18;
const FAMILY = 'ledger-buckets';
const TABLE = `${FAMILY}/table`;

interface Saved {
  readonly buckets: number;
  /** Of a program from before: the table in one piece, and buckets that entries came to behind it. */
  readonly notes?: number;
}

export class LedgerIndex {
  /** Place + 1 of the newest entry; 0 none. Empty before the first. */
  buckets = sharedWords(0);
  private entries = entriesOf(this.buckets);

  get bytes(): number {
    return this.buckets.byteLength;
  }

  /** Sizes it for so many entries, when it is empty. */
  make(limit: number): void {
    this.setSize(bucketsFor(limit));
  }

  /** An entry came to a bucket. */
  changed(bucket: number): void {
    this.entries.touch(bucket);
  }

  /** Entries have other places. */
  moved(): void {
    this.entries.renew(this.entries);
  }

  ahead(out: ImageWriter, round: number): Iterable<void> {
    return this.entries.ahead(out, round);
  }

  *save(out: ImageWriter): Iterable<void> {
    out.value('ledger/index', { buckets: this.buckets.length } satisfies Saved);
    yield* this.entries.save(out);
  }

  /** As `Kept.read`, where the table is as large as it was. */
  read(from: ImageReader, limit: number): void {
    const saved = from.value('ledger/index') as Saved;
    if (saved.buckets === 0 || saved.buckets < bucketsFor(limit) || from.size(TABLE) >= 0) return;
    this.setSize(saved.buckets);
    this.entries.read(from);
  }

  /** @param head place that the next entry comes to, of so many. */
  *load(from: ImageReader, limit: number, head: number, capacity: number): Iterable<void> {
    const saved = from.value('ledger/index') as Saved;
    if (saved.buckets === 0) return;
    const buckets = Math.max(saved.buckets, bucketsFor(limit));
    if (buckets !== this.buckets.length) this.setSize(buckets);
    if (from.size(TABLE) >= 0) this.loadNoted(from, saved.notes ?? 0, head, capacity);
    yield* this.entries.load(from);
    if (this.buckets.length === saved.buckets) return;
    repeatBuckets(this.buckets, saved.buckets);
    this.moved();
  }

  private loadNoted(from: ImageReader, count: number, head: number, capacity: number): void {
    const { buckets } = this;
    from.memory(TABLE, buckets);
    const notes = new Int32Array(count);
    if (count > 0) from.memory('ledger/notes', notes);
    for (let i = 0; i < count; i++) buckets[notes[i]!] = ((head - count + i + capacity) % capacity) + 1;
  }

  private setSize(buckets: number): void {
    this.buckets = sharedWords(buckets);
    this.entries = entriesOf(this.buckets);
  }
}

function entriesOf(array: Int32Array): ChangedEntries {
  return new ChangedEntries(FAMILY, { name: TABLE, array, width: 1 }, PIECE_SHIFT);
}

function bucketsFor(limit: number): number {
  return Math.min(MAX_BUCKETS, 2 ** Math.max(10, Math.ceil(Math.log2(limit))));
}
