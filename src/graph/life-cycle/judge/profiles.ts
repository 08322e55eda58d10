/** Numbers kept for each subject, by its number: rows of one width, with room for so many and no more. */
import type { ImageReader, ImageWriter, Kept } from '../../../contract/image.ts';
import { ChangedLines, type LinedTable } from '../../../lib/changed-lines.ts';

/** 256 rows are handed over together. */
const PIECE_SHIFT = 8;
const FIRST = 2 ** PIECE_SHIFT;

export class Profiles implements Kept {
  refused = 0;
  private readonly width: number;
  private readonly limit: number;
  private readonly family: string;
  private numbers: Float32Array<ArrayBuffer>;
  /** Whose each row is, more by one; 0: nobody's. */
  private owners = new Int32Array(FIRST);
  private readonly lines: ChangedLines;
  /** Row of each subject. */
  private readonly rows = new Map<number, number>();
  private readonly free: number[] = [];

  /** @param width numbers of a row. */
  constructor(family: string, width: number, limit: number) {
    this.family = family;
    this.width = width;
    this.limit = limit;
    this.numbers = new Float32Array(FIRST * width);
    this.lines = new ChangedLines(family, FIRST, PIECE_SHIFT);
  }

  get size(): number {
    return this.rows.size;
  }

  /** The numbers of a subject, to be changed, all 0 when it is new; undefined when there is no room for it. */
  of(subject: number): Float32Array | undefined {
    const row = this.rows.get(subject) ?? this.take(subject);
    return row < 0 ? undefined : this.ofRow(row);
  }

  forget(subject: number): void {
    const row = this.rows.get(subject);
    if (row === undefined) return;
    this.rows.delete(subject);
    this.free.push(row);
    this.ofRow(row).fill(0);
    this.owners[row] = 0;
  }

  private take(subject: number): number {
    if (this.rows.size >= this.limit) {
      this.refused++;
      return -1;
    }
    const row = this.free.pop() ?? this.rows.size;
    this.reach(row);
    this.rows.set(subject, row);
    this.owners[row] = subject + 1;
    return row;
  }

  private ofRow(row: number): Float32Array {
    this.lines.touch(row);
    return this.numbers.subarray(row * this.width, (row + 1) * this.width);
  }

  private reach(row: number): void {
    const { width } = this;
    if ((row + 1) * width <= this.numbers.length) return;
    const numbers = new Float32Array(Math.max((row + 1) * width, this.numbers.length * 2));
    numbers.set(this.numbers);
    this.numbers = numbers;
    const owners = new Int32Array(numbers.length / width);
    owners.set(this.owners);
    this.owners = owners;
    this.lines.reach(owners.length - 1);
  }

  private get tables(): readonly [numbers: LinedTable, owners: LinedTable] {
    const { family, numbers, width, owners } = this;
    return [
      { name: family, array: numbers, width },
      { name: `${family}/owners`, array: owners, width: 1 },
    ];
  }

  ahead(out: ImageWriter, round: number): Iterable<void> {
    return this.lines.ahead(out, round, () => this.tables);
  }

  *save(out: ImageWriter): Iterable<void> {
    const { rows, free, refused, owners } = this;
    out.value(this.family, { refused, used: rows.size + free.length, room: owners.length } satisfies Saved);
    yield* this.lines.save(out, () => this.tables);
  }

  *load(from: ImageReader): Iterable<void> {
    if (from.size(this.family) < 0) return;
    const saved = from.value(this.family) as Saved | SavedBefore;
    this.refused = saved.refused;
    if ('rows' in saved) return yield* this.loadBefore(saved, from);
    this.reach(saved.room - 1);
    yield* this.lines.load(from, this.tables);
    for (let row = 0; row < saved.used; row++) {
      if (this.owners[row] === 0) this.free.push(row);
      else this.rows.set(this.owners[row]! - 1, row);
    }
  }

  private *loadBefore({ rows, free, room, slabs = 0 }: SavedBefore, from: ImageReader): Iterable<void> {
    this.free.push(...free);
    this.reach((room ?? slabs * FIRST) - 1);
    for (let i = 0; i < slabs; i++)
      from.memory(`${this.family}/${i}`, this.numbers.subarray(i * FIRST * this.width, (i + 1) * FIRST * this.width));
    yield* this.lines.load(from, [this.tables[0]]);
    for (let i = 0; i < rows.length; i += 2) {
      this.rows.set(rows[i]!, rows[i + 1]!);
      this.owners[rows[i + 1]!] = rows[i]! + 1;
      this.lines.touch(rows[i + 1]!);
    }
  }
}

interface Saved {
  readonly refused: number;
  /** Rows that are or were somebody's. */
  readonly used: number;
  readonly room: number;
}

/** Of a program that knew of no owners. */
interface SavedBefore {
  /** Pairs of a subject and its row. */
  readonly rows: readonly number[];
  readonly free: readonly number[];
  readonly refused: number;
  readonly room?: number;
  /** Of one that was older still: pieces of so many rows. */
  readonly slabs?: number;
}
