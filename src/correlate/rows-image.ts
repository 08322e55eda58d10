/**
 * Kept rows and links ⇄ an image. The whole ring of rows is kept, since rows that have left are looked back at while
 * they stand in it; pieces of rows that had left by the last image, and got no place since, stand. Of links only those
 * that live. The index of rows is made anew at load, from the oldest on: what is missing in it then is gone.
 */
import type { ImageReader, ImageWriter, Kept } from '../contract/image.ts';
import { ROW_WORDS, SPAN } from '../contract/observation.ts';
import { sectionName } from '../lib/section-name.ts';
import { ownHash, parentHash } from './hash.ts';
import { KEPT_LINK_WORDS } from './kept-links.ts';
import { inSteps, loadPieces, savePieces } from './pieces.ts';
import { PIECE_SHIFT, Rows } from './rows.ts';

const PIECE = 1 << PIECE_SHIFT;
/** Rows whose places in the index are fetched together. */
const GROUP = 64;
/** Keeps the reads of `touchRows` from being left out. */
const reads = { touched: 0 };
/** Links in a piece. */
const PIECE_LINKS = 1 << 14;

interface Saved {
  readonly limit: number;
  /** Places of either ring. */
  readonly capacity: number;
  readonly linkCapacity: number;
  readonly oldest: number;
  readonly next: number;
  readonly oldestLink: number;
  readonly nextLink: number;
  readonly versions: Float64Array;
}

export class RowsImage implements Kept {
  private readonly rows: Rows;

  constructor(rows: Rows) {
    this.rows = rows;
  }

  save(out: ImageWriter): Iterable<void> {
    return saveRows(this.rows, out);
  }

  /** As they were saved, even if they are more than the limit, or their tables of another size: see `fit`. */
  load(from: ImageReader): Iterable<void> {
    return loadRows(this.rows, from);
  }

  /** Moves rows and links to tables of the size that the limits ask for; those that live find room there. */
  fit(): Iterable<void> {
    return fitRows(this.rows);
  }
}

function* saveRows(rows: Rows, out: ImageWriter): Iterable<void> {
  const { limit, oldest, next, oldestLink, nextLink } = rows;
  const versions = rows.pieces.settle();
  markLive(rows);
  const [capacity, linkCapacity] = [capacityOf(rows), linkCapacityOf(rows)];
  const saved = { limit, capacity, linkCapacity, oldest, next, oldestLink, nextLink, versions } satisfies Saved;
  out.value('rows/state', saved);
  yield* savePieces(out, 'rows/words', rows.words, PIECE * ROW_WORDS, versions);
  yield* savePieces(out, 'rows/above', rows.above, PIECE, versions);
  if (rows.linkCount > 0 || nextLink !== 1) yield* saveLinks(rows, out);
}

function* saveLinks(rows: Rows, out: ImageWriter): Iterable<void> {
  const { links, oldestLink, linkCount, linkBuckets } = rows;
  const capacity = linkCapacityOf(rows);
  for (let i = 0; i * PIECE_LINKS < capacity; i++) {
    if (!reaches(i * PIECE_LINKS, PIECE_LINKS, oldestLink, linkCount, capacity)) continue;
    const words = links.subarray(i * PIECE_LINKS * KEPT_LINK_WORDS, (i + 1) * PIECE_LINKS * KEPT_LINK_WORDS);
    yield* out.memory(sectionName('links/words', i), words);
  }
  yield* savePieces(out, 'links/buckets', linkBuckets, linkBuckets.length);
}

function* loadRows(rows: Rows, from: ImageReader): Iterable<void> {
  const saved = from.value('rows/state') as Saved;
  if (saved.capacity !== capacityOf(rows) || saved.linkCapacity !== linkCapacityOf(rows))
    rows.adopt(new Rows(saved.limit));
  const { oldest, next, oldestLink, nextLink } = saved;
  Object.assign(rows, { oldest, next, oldestLink, nextLink });
  rows.pieces.restore(saved.versions);
  markLive(rows);
  yield* loadPieces(from, 'rows/words', rows.words, PIECE * ROW_WORDS);
  yield* loadPieces(from, 'rows/above', rows.above, PIECE);
  yield* loadPieces(from, 'links/words', rows.links, PIECE_LINKS * KEPT_LINK_WORDS);
  yield* loadPieces(from, 'links/buckets', rows.linkBuckets, rows.linkBuckets.length);
  yield* indexRows(rows, false);
}

function* fitRows(rows: Rows): Iterable<void> {
  const fitting = new Rows(rows.limit);
  if (fitting.words.length === rows.words.length && fitting.links.length === rows.links.length) return;
  const { oldest, next, oldestLink, nextLink } = rows;
  Object.assign(fitting, { oldest, next, oldestLink, nextLink });
  yield* inSteps(capacityOf(rows), (a, b) => {
    for (let age = a + 1; age <= b && fitting.intact(next - age); age++) copyRow(rows, fitting, (next - age) | 0);
  });
  yield* inSteps(rows.linkCount, (a, b) => {
    for (let i = a; i < b; i++) copyLink(rows, fitting, (oldestLink + i) | 0);
  });
  fitting.linkBuckets.set(rows.linkBuckets);
  yield* indexRows(fitting, true);
  fitting.pieces.renew(rows.pieces.settle());
  rows.adopt(fitting);
}

function copyRow(from: Rows, to: Rows, sequence: number): void {
  const [source, target] = [from.base(sequence), to.base(sequence)];
  to.words.set(from.words.subarray(source, source + ROW_WORDS), target);
  to.above[target / ROW_WORDS] = from.above[source / ROW_WORDS]!;
}

function copyLink(from: Rows, to: Rows, sequence: number): void {
  const source = from.linkBase(sequence);
  to.links.set(from.links.subarray(source, source + KEPT_LINK_WORDS), to.linkBase(sequence));
}

/** Every row in the ring has a span id; places without one were never used. */
function* indexRows(rows: Rows, relink: boolean): Iterable<void> {
  const capacity = capacityOf(rows);
  yield* inSteps(capacity, (a, b) => {
    for (let from = a; from < b; from += GROUP) {
      const to = Math.min(from + GROUP, b);
      touchRows(rows, from, to);
      for (let i = from; i < to; i++) {
        const base = rows.base((rows.next + i) | 0);
        if ((rows.words[base + SPAN]! | rows.words[base + SPAN + 1]!) !== 0) rows.index(base / ROW_WORDS, relink);
      }
    }
  });
}

/** Close together the reads of the index wait for the memory at the same time. */
function touchRows(rows: Rows, from: number, to: number): void {
  let touched = 0;
  for (let i = from; i < to; i++) {
    const base = rows.base((rows.next + i) | 0);
    touched ^= rows.touch(ownHash(rows.words, base), parentHash(rows.words, base));
  }
  reads.touched = touched;
}

const capacityOf = (rows: Rows): number => rows.above.length;
const linkCapacityOf = (rows: Rows): number => rows.links.length / KEPT_LINK_WORDS;

/** Rows that live may change without a mark. */
function markLive(rows: Rows): void {
  const { marks } = rows;
  for (let i = 0; i < marks.length; i++) {
    if (reaches(i * PIECE, PIECE, rows.oldest, rows.count, capacityOf(rows))) marks[i] = 1;
  }
}

/** Some of so many entries from one with a sequence number on stand at these places of a ring. */
function reaches(place: number, places: number, first: number, count: number, capacity: number): boolean {
  const from = (first - place) & (capacity - 1);
  return count > 0 && (from < places || from + count > capacity);
}
