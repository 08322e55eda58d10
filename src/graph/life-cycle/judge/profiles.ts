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
  }

  private take(subject: number): number {
    if (this.rows.size >= this.limit) {
      this.refused++;
      return -1;
    }
    const row = this.free.pop() ?? this.rows.size;
    this.reach(row);
    this.rows.set(subject, row);
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
    this.lines.reach(numbers.length / width - 1);
  }

  private get tables(): readonly LinedTable[] {
    return [{ name: this.family, array: this.numbers, width: this.width }];
  }

  ahead(out: ImageWriter, round: number): Iterable<void> {
    return this.lines.ahead(out, round, () => this.tables);
  }

  *save(out: ImageWriter): Iterable<void> {
    const { rows, free, refused, family } = this;
    const saved: Saved = { rows: [...rows].flat(), free, refused, room: this.numbers.length / this.width };
    out.value(family, saved);
    yield* this.lines.save(out, () => this.tables);
  }

  *load(from: ImageReader): Iterable<void> {
    if (from.size(this.family) < 0) return;
    const { rows, free, refused, room, slabs = 0 } = from.value(this.family) as Saved;
    this.refused = refused;
    this.free.push(...free);
    for (let i = 0; i < rows.length; i += 2) this.rows.set(rows[i]!, rows[i + 1]!);
    this.reach((room ?? slabs * FIRST) - 1);
    for (let i = 0; i < slabs; i++)
      from.memory(`${this.family}/${i}`, this.numbers.subarray(i * FIRST * this.width, (i + 1) * FIRST * this.width));
    yield* this.lines.load(from, this.tables);
  }
}

interface Saved {
  readonly rows: number[];
  readonly free: number[];
  readonly refused: number;
  readonly room?: number;
  /** Of a program from before: pieces of so many rows. */
  readonly slabs?: number;
}
