/**
 * Kept rows and links ⇄ an image. The whole ring of rows is kept, since rows that have left are looked back at while
 * they stand in it, and so is that of links. The index of rows is made anew at load, from the oldest on: what is missing
 * in it then is gone.
 */
import type { ImageReader, ImageWriter, Kept } from '../contract/image.ts';
import { ROW_WORDS } from '../contract/observation.ts';
import type { LinedTable } from '../lib/changed-lines.ts';
import { BUCKETS_A_LINE, KEPT_LINK_WORDS, LINKS_A_LINE, linkPlaces } from './kept-links.ts';
import { inSteps } from './pieces.ts';
import { ROWS_A_LINE, Rows, rowPlaces } from './rows.ts';
import { PLACED, STATE } from './state.ts';

interface Saved {
  readonly limit: number;
  /** Places of either ring. */
  readonly capacity: number;
  readonly linkCapacity: number;
  readonly oldest: number;
  readonly next: number;
  readonly oldestLink: number;
  readonly nextLink: number;
}

export class RowsImage implements Kept {
  private readonly rows: Rows;

  constructor(rows: Rows) {
    this.rows = rows;
  }

  ahead(out: ImageWriter, round: number): Iterable<void> {
    return saveAhead(this.rows, out, round);
  }

  save(out: ImageWriter): Iterable<void> {
    return saveRows(this.rows, out);
  }

  read(from: ImageReader): void {
    readRows(this.rows, from);
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

const rowTables = ({ words }: Rows): readonly LinedTable[] => [
  { name: 'rows/words', array: words, width: ROWS_A_LINE * ROW_WORDS },
];
const linkTables = ({ links }: Rows): readonly LinedTable[] => [
  { name: 'links/words', array: links, width: LINKS_A_LINE * KEPT_LINK_WORDS },
];
const linkBucketTables = ({ linkBuckets }: Rows): readonly LinedTable[] => [
  { name: 'links/buckets', array: linkBuckets, width: BUCKETS_A_LINE },
];

function* saveAhead(rows: Rows, out: ImageWriter, round: number): Iterable<void> {
  yield* rows.lines.ahead(out, round, () => rowTables(rows));
  yield* rows.places.lines.ahead(out, round, () => rows.places.tables);
  yield* rows.linkLines.ahead(out, round, () => linkTables(rows));
  yield* rows.linkBucketLines.ahead(out, round, () => linkBucketTables(rows));
}

function* saveRows(rows: Rows, out: ImageWriter): Iterable<void> {
  const { limit, oldest, next, oldestLink, nextLink } = rows;
  const [capacity, linkCapacity] = [capacityOf(rows), linkCapacityOf(rows)];
  out.value('rows/state', { limit, capacity, linkCapacity, oldest, next, oldestLink, nextLink } satisfies Saved);
  yield* rows.lines.save(out, () => rowTables(rows));
  yield* rows.places.lines.save(out, () => rows.places.tables);
  yield* rows.linkLines.save(out, () => linkTables(rows));
  yield* rows.linkBucketLines.save(out, () => linkBucketTables(rows));
}

function readRows(rows: Rows, from: ImageReader): void {
  makePlaces(rows, from);
  if (!hasPlaces(from)) return;
  rows.lines.read(from, rowTables(rows));
  rows.places.lines.read(from, rows.places.tables);
  rows.linkLines.read(from, linkTables(rows));
  rows.linkBucketLines.read(from, linkBucketTables(rows));
}

/** Tables of the sizes that were saved. */
function makePlaces(rows: Rows, from: ImageReader): Saved {
  const saved = from.value('rows/state') as Saved;
  if (saved.capacity !== capacityOf(rows) || saved.linkCapacity !== linkCapacityOf(rows))
    rows.adopt(new Rows(saved.limit));
  return saved;
}

function* loadRows(rows: Rows, from: ImageReader): Iterable<void> {
  const saved = makePlaces(rows, from);
  const { oldest, next, oldestLink, nextLink } = saved;
  Object.assign(rows, { oldest, next, oldestLink, nextLink });
  if (hasPlaces(from)) {
    yield* rows.lines.load(from, rowTables(rows));
    yield* rows.places.lines.load(from, rows.places.tables);
  } else yield* loadWithoutPlaces(rows, from);
  yield* rows.linkLines.load(from, linkTables(rows));
  yield* rows.linkBucketLines.load(from, linkBucketTables(rows));
  yield* rows.indexAll();
}

const hasPlaces = (from: ImageReader): boolean => from.size('rows/places/line-versions') >= 0;

/** Of a program in whose images words and places had the same lines, and a row said in its state that it is placed. */
function* loadWithoutPlaces(rows: Rows, from: ImageReader): Iterable<void> {
  const { words, places, lines } = rows;
  yield* lines.load(from, [...rowTables(rows), { name: 'rows/above', array: places.above, width: ROWS_A_LINE }]);
  yield* inSteps(capacityOf(rows), (a, b) => {
    for (let row = a * ROW_WORDS; row < b * ROW_WORDS; row += ROW_WORDS) {
      const isPlaced = (words[row + STATE]! & PLACED) !== 0;
      words[row + STATE]! &= ~PLACED;
      if (isPlaced) places.place(row, places.at(row));
      else places.setAbove(row, places.at(row));
    }
  });
}

function* fitRows(rows: Rows): Iterable<void> {
  if (rowPlaces(rows.limit) === capacityOf(rows) && linkPlaces(rows.limit) === linkCapacityOf(rows)) return;
  const fitting = new Rows(rows.limit);
  const { oldest, next, oldestLink, nextLink } = rows;
  Object.assign(fitting, { oldest, next, oldestLink, nextLink });
  yield* inSteps(capacityOf(rows), (a, b) => {
    for (let age = a + 1; age <= b && fitting.intact(next - age); age++) copyRow(rows, fitting, (next - age) | 0);
  });
  yield* inSteps(rows.linkCount, (a, b) => {
    for (let i = a; i < b; i++) copyLink(rows, fitting, (oldestLink + i) | 0);
  });
  fitting.linkBuckets.set(rows.linkBuckets);
  yield* inSteps(capacityOf(fitting), (a, b) => {
    for (let i = a; i < b; i++) fitting.index(fitting.base((next + i) | 0) / ROW_WORDS);
  });
  fitting.lines.renew(rows.lines);
  fitting.places.lines.renew(rows.places.lines);
  fitting.linkLines.renew(rows.linkLines);
  fitting.linkBucketLines.renew(rows.linkBucketLines);
  rows.adopt(fitting);
}

function copyRow(from: Rows, to: Rows, sequence: number): void {
  const [source, target] = [from.base(sequence), to.base(sequence)];
  to.words.set(from.words.subarray(source, source + ROW_WORDS), target);
  const above = from.places.at(source);
  if (from.places.isPlaced(source)) to.places.place(target, above);
  else to.places.setAbove(target, above);
}

function copyLink(from: Rows, to: Rows, sequence: number): void {
  const source = from.linkBase(sequence);
  to.links.set(from.links.subarray(source, source + KEPT_LINK_WORDS), to.linkBase(sequence));
}

const capacityOf = (rows: Rows): number => rows.words.length / ROW_WORDS;
const linkCapacityOf = (rows: Rows): number => rows.links.length / KEPT_LINK_WORDS;
