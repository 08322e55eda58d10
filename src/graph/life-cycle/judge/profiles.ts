/** Numbers kept for each subject, by its number: rows of one width in slabs, with room for so many and no more. */
import type { ImageReader, ImageWriter, Kept } from '../../../contract/image.ts';

const ROWS = 256;

export class Profiles implements Kept {
  refused = 0;
  private readonly width: number;
  private readonly limit: number;
  private readonly family: string;
  private readonly slabs: Float32Array<ArrayBuffer>[] = [];
  /** Row of each subject. */
  private readonly rows = new Map<number, number>();
  private readonly free: number[] = [];

  /** @param width numbers of a row. */
  constructor(family: string, width: number, limit: number) {
    this.family = family;
    this.width = width;
    this.limit = limit;
  }

  get size(): number {
    return this.rows.size;
  }

  /** The numbers of a subject, all 0 when it is new; undefined when there is no room for it. */
  of(subject: number): Float32Array | undefined {
    const row = this.rows.get(subject) ?? this.take(subject);
    return row < 0 ? undefined : this.numbers(row);
  }

  forget(subject: number): void {
    const row = this.rows.get(subject);
    if (row === undefined) return;
    this.rows.delete(subject);
    this.free.push(row);
    this.numbers(row).fill(0);
  }

  private take(subject: number): number {
    if (this.rows.size >= this.limit) {
      this.refused++;
      return -1;
    }
    const row = this.free.pop() ?? this.rows.size;
    if (row >= this.slabs.length * ROWS) this.slabs.push(new Float32Array(ROWS * this.width));
    this.rows.set(subject, row);
    return row;
  }

  private numbers(row: number): Float32Array {
    const at = (row % ROWS) * this.width;
    return this.slabs[Math.floor(row / ROWS)]!.subarray(at, at + this.width);
  }

  *save(out: ImageWriter): Iterable<void> {
    const { slabs, rows, free, refused, family } = this;
    out.value(family, { slabs: slabs.length, rows: [...rows].flat(), free, refused });
    for (const [i, slab] of slabs.entries()) yield* out.memory(`${family}/${i}`, slab);
  }

  *load(from: ImageReader): Iterable<void> {
    if (from.size(this.family) < 0) return;
    const saved = from.value(this.family) as { slabs: number; rows: number[]; free: number[]; refused: number };
    this.refused = saved.refused;
    this.free.push(...saved.free);
    for (let i = 0; i < saved.rows.length; i += 2) this.rows.set(saved.rows[i]!, saved.rows[i + 1]!);
    for (let i = 0; i < saved.slabs; i++) {
      const slab = new Float32Array(ROWS * this.width);
      from.memory(`${this.family}/${i}`, slab);
      this.slabs.push(slab);
      yield;
    }
  }
}
