/**
 * The newest entry of each bucket of the ledger ⇄ an image. The table is large, and a search needs all of it; so an image
 * has it as it was some time ago, and the buckets that entries came to since, in their order.
 */
import type { ImageReader, ImageWriter } from '../contract/image.ts';
import { repeatBuckets } from './ring-chains.ts';

const MAX_BUCKETS = 1 << 22;
/** Buckets for each that is noted, at most. */
const BUCKETS_PER_NOTE = 4;
const TABLE = 'ledger-buckets/table';
const NOTES = 'ledger/notes';

export interface SavedIndex {
  readonly buckets: number;
  readonly notes: number;
  readonly version: number;
}

export class LedgerIndex {
  /** Place + 1 of the newest entry; 0 none. Empty before the first. */
  buckets = new Int32Array(0);
  /** Buckets of the entries since the table was written. */
  private notes = new Int32Array(0);
  /** −1: more than are noted. */
  private noted = -1;
  /** Of the table that was written last. */
  private version = 0;

  get bytes(): number {
    return this.buckets.byteLength + this.notes.byteLength;
  }

  /** Sizes it for so many entries, when it is empty. */
  make(limit: number): void {
    this.setSize(bucketsFor(limit));
  }

  /** An entry came to a bucket. */
  note(bucket: number): void {
    if (this.noted < 0) return;
    if (this.noted === this.notes.length) this.noted = -1;
    else this.notes[this.noted++] = bucket;
  }

  *save(out: ImageWriter): Iterable<void> {
    const { buckets, notes } = this;
    if (buckets.length === 0) return out.value('ledger/index', { buckets: 0, notes: 0, version: 0 });
    const stands = this.noted >= 0 && out.stands(TABLE, this.version);
    if (!stands) {
      this.noted = 0;
      this.version++;
    }
    const { noted, version } = this;
    out.value('ledger/index', { buckets: buckets.length, notes: noted, version } satisfies SavedIndex);
    if (!stands) yield* out.memory(TABLE, buckets, version);
    if (noted > 0) yield* out.memory(NOTES, notes.subarray(0, noted));
  }

  /** @param head place that the next entry comes to, of so many. */
  *load(from: ImageReader, limit: number, head: number, capacity: number): Iterable<void> {
    const saved = from.value('ledger/index') as SavedIndex;
    this.version = saved.version;
    if (saved.buckets === 0) return;
    this.setSize(Math.max(saved.buckets, bucketsFor(limit)));
    const { buckets } = this;
    from.memory(TABLE, buckets);
    yield;
    this.noted = saved.notes;
    const notes = this.notes.length < saved.notes ? new Int32Array(saved.notes) : this.notes;
    if (saved.notes > 0) from.memory(NOTES, notes);
    for (let i = 0; i < saved.notes; i++) buckets[notes[i]!] = ((head - saved.notes + i + capacity) % capacity) + 1;
    if (buckets.length === saved.buckets) return;
    repeatBuckets(buckets, saved.buckets);
    this.changed();
  }

  /** Entries have other places. */
  changed(): void {
    this.noted = -1;
  }

  private setSize(buckets: number): void {
    this.buckets = new Int32Array(buckets);
    this.notes = new Int32Array(buckets / BUCKETS_PER_NOTE);
  }
}

function bucketsFor(limit: number): number {
  return Math.min(MAX_BUCKETS, 2 ** Math.max(10, Math.ceil(Math.log2(limit))));
}
