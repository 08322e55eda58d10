/**
 * Which lines of a large table changed since they were handed over for an image: pieces of the table are handed over
 * while it goes on changing (`ahead`), then, round by round, the lines that changed since, and the last of them when
 * nothing changes any more (`save`). What is loaded is the pieces with the lines over them, in their order.
 */
import { sectionName } from './section-name.ts';

type Numbers = Uint8Array | Int32Array | Float32Array | Float64Array;

/** What is used of an image that is written, and of one that is read. */
export interface Writer {
  stands(name: string, version: number): boolean;
  memory(name: string, memory: ArrayBufferView, version?: number): Iterable<void>;
  value(name: string, value: unknown): void;
}

export interface Reader {
  size(name: string): number;
  memory(name: string, into: ArrayBufferView): void;
  fill(name: string, into: ArrayBufferView): void;
  value(name: string): unknown;
}

/** A table, or one of several that have the same lines. */
export interface LinedTable {
  /** Of its sections. */
  readonly name: string;
  readonly array: Numbers;
  /** Numbers of a line. */
  readonly width: number;
}

/** Of a line: it changed since its piece was handed over, and is not handed over as it is now; or is, by itself. */
export const CHANGED = 1;
const TOLD = 2;
/** Lines that are handed over in one step. */
const STEP = 1024;
/** Numbers that are copied sooner as a block than one by one. */
const LONG_RUN = 16;

export class ChangedLines {
  /** By line. Whoever changes one sets `CHANGED`. */
  marks: Uint8Array;
  /** By piece; 0: nothing was ever written there. */
  private versions: Float64Array;
  private readonly name: string;
  private readonly shift: number;
  /** Sections of changed lines in the image under way. */
  private sections = 0;
  /** The pieces are being read, or were. */
  private isRead = false;

  /** @param shift a piece has 2^shift lines. */
  constructor(name: string, lines: number, shift: number) {
    this.name = name;
    this.shift = shift;
    this.marks = new Uint8Array(lines);
    this.versions = new Float64Array(this.pieceOf(lines - 1) + 1);
  }

  /** Makes place for the line with this number. */
  reach(line: number): void {
    if (line < this.marks.length) return;
    const marks = new Uint8Array(Math.max(line + 1, this.marks.length * 2));
    marks.set(this.marks);
    this.marks = marks;
    const versions = new Float64Array(this.pieceOf(marks.length - 1) + 1);
    versions.set(this.versions);
    this.versions = versions;
  }

  /** The line, for which there is place, changes. */
  touch(line: number): void {
    this.marks[line] = CHANGED;
  }

  /**
   * Numbers of the pieces of so many lines, and the lines they begin with and end before: the last is whole, too, since
   * lines may come to it before it is handed over.
   */
  *pieces(lines: number): Generator<readonly [piece: number, from: number, to: number]> {
    const size = 2 ** this.shift;
    for (let piece = 0, from = 0; from < lines; piece++, from += size) yield [piece, from, from + size];
  }

  /** The piece is about to be handed over: its version; 0 when there is nothing in it. */
  settle(piece: number): number {
    const { marks, versions, shift } = this;
    const from = piece << shift;
    const lines = marks.subarray(from, from + 2 ** shift);
    if (lines.includes(CHANGED) || lines.includes(TOLD)) {
      versions[piece]!++;
      lines.fill(0);
    }
    return versions[piece]!;
  }

  /** Lines that changed and were not handed over, from one on: so many at most, which are from now on. */
  take(most: number, from = 0): Int32Array {
    const { marks } = this;
    const lines = new Int32Array(most);
    let count = 0;
    for (let line = marks.indexOf(CHANGED, from); line >= 0 && count < most; ) {
      lines[count++] = line;
      marks[line] = TOLD;
      line = marks[line + 1] === CHANGED ? line + 1 : marks.indexOf(CHANGED, line + 1);
    }
    return lines.subarray(0, count);
  }

  /** Name of the next section of changed lines, of those that have this name. */
  nextSection(): number {
    return this.sections++;
  }

  /** Round 0 hands over the pieces, later ones the lines that changed since. */
  *ahead(out: Writer, round: number, tables: () => readonly LinedTable[]): Iterable<void> {
    if (round > 0) return yield* this.handOver(out, tables);
    this.begin();
    for (const [piece, from, to] of this.pieces(this.marks.length)) {
      const version = this.settle(piece);
      if (version === 0) continue;
      for (const { name, array, width } of tables())
        yield* out.memory(sectionName(name, piece), array.subarray(from * width, to * width), version);
    }
  }

  /** An image begins. */
  begin(): void {
    this.sections = 0;
  }

  /** Nothing changes any more. */
  *save(out: Writer, tables: () => readonly LinedTable[]): Iterable<void> {
    yield* this.handOver(out, tables);
    this.saveVersions(out);
  }

  saveNumbers(out: Writer, section: number, lines: Int32Array): Iterable<void> {
    return out.memory(this.numbersName(section), lines);
  }

  saveVersions(out: Writer): void {
    out.value(`${this.name}/line-versions`, this.versions.subarray(0, this.versions.findLastIndex(one => one > 0) + 1));
  }

  private *handOver(out: Writer, tables: () => readonly LinedTable[]): Iterable<void> {
    for (let from = 0; ; ) {
      const lines = this.take(STEP, from);
      if (lines.length === 0) return;
      from = lines.at(-1)! + 1;
      const section = this.nextSection();
      const copies = tables().map(({ name, array, width }) => [name, copyOf(array, width, lines)] as const);
      yield* this.saveNumbers(out, section, lines);
      for (const [name, copy] of copies) yield* out.memory(changedName(name, section), copy);
    }
  }

  /** As the first step of `load`, which does not read the pieces again. */
  read(from: Reader, tables: readonly LinedTable[]): void {
    this.isRead = true;
    const isVersioned = this.loadVersions(from);
    for (const [piece, first, end] of this.pieces(this.marks.length)) {
      for (const { name, array, width } of tables) {
        const section = sectionName(name, piece);
        if (from.size(section) < 0) continue;
        // Of a program that has no versions: it is to be written anew.
        if (!isVersioned) this.marks[first] = TOLD;
        fill(from, section, array.subarray(first * width, end * width), width);
      }
    }
  }

  /** Into tables of the sizes that were saved. */
  *load(from: Reader, tables: readonly LinedTable[]): Iterable<void> {
    if (!this.isRead) this.read(from, tables);
    this.isRead = false;
    yield;
    for (let section = 0; ; section++) {
      const lines = this.loadNumbers(from, section);
      if (lines === undefined) return;
      for (const { name, array, width } of tables) {
        const copy = new (array.constructor as new (length: number) => Numbers)(lines.length * width);
        from.memory(changedName(name, section), copy);
        for (let i = 0; i < lines.length; i++) array.set(copy.subarray(i * width, (i + 1) * width), lines[i]! * width);
      }
      yield;
    }
  }

  /** Numbers of the lines of a section of changed ones; undefined when there is none. */
  loadNumbers(from: Reader, section: number): Int32Array | undefined {
    const name = this.numbersName(section);
    if (from.size(name) < 0) return undefined;
    const lines = new Int32Array(from.size(name) / Int32Array.BYTES_PER_ELEMENT);
    from.memory(name, lines);
    for (const line of lines) {
      this.reach(line);
      this.marks[line] = TOLD;
    }
    return lines;
  }

  /** False when a program wrote the image that has none. */
  loadVersions(from: Reader): boolean {
    const name = `${this.name}/line-versions`;
    if (from.size(name) < 0) return false;
    const versions = from.value(name) as Float64Array;
    if (versions.length > 0) this.reach((versions.length - 1) << this.shift);
    this.versions.set(versions);
    return true;
  }

  /** The table was made anew from one that had these: what was saved of that stands for nothing here. */
  renew(other: ChangedLines): void {
    const version = other.versions.reduce((most, one) => Math.max(most, one), 0);
    if (version === 0 && !other.marks.includes(CHANGED) && !other.marks.includes(TOLD) && other !== this) return;
    this.versions.fill(version);
    this.marks.fill(CHANGED);
  }

  private pieceOf(line: number): number {
    return line >>> this.shift;
  }

  private numbersName(section: number): string {
    return sectionName(`${this.name}/changed-lines`, section);
  }
}

function changedName(name: string, section: number): string {
  return sectionName(`${name}/changed`, section);
}

function copyOf(array: Numbers, width: number, lines: Int32Array): Numbers {
  const copy = new (array.constructor as new (length: number) => Numbers)(lines.length * width);
  for (let i = 0, end = 1; i < lines.length; i = end++) {
    while (end < lines.length && lines[end] === lines[end - 1]! + 1) end++;
    copyRun(array, lines[i]! * width, copy, i * width, (end - i) * width);
  }
  return copy;
}

function copyRun(from: Numbers, at: number, to: Numbers, toAt: number, count: number): void {
  if (count >= LONG_RUN) to.set(from.subarray(at, at + count), toAt);
  else for (let i = 0; i < count; i++) to[toAt + i] = from[at + i]!;
}

/** A piece of a table that has grown since is the beginning of what it is now. */
function fill(from: Reader, name: string, piece: Numbers, width: number): void {
  const bytes = from.size(name);
  if (bytes > piece.byteLength || bytes % (width * piece.BYTES_PER_ELEMENT) !== 0)
    throw new RangeError(`the section ${name} has ${bytes} bytes, not ${piece.byteLength}`);
  from.fill(name, piece.subarray(0, bytes / piece.BYTES_PER_ELEMENT));
}
