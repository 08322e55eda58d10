/**
 * Which entries of a large table changed since they were handed over for an image, for tables of which a little changes
 * all over. A piece of the table stands from one image to the next, and over it the entries that changed since, as a log
 * that each image adds to; when that would be as long as a fair part of the piece, the piece is handed over anew. What is
 * loaded is the pieces, the log, and what changed while all that was handed over, in this order.
 */
import { ChangedLines, type Reader, type Writer } from './changed-lines.ts';
import { sectionName } from './section-name.ts';

/** Entries of a word of marks, as a power of two. */
const WORD_SHIFT = 5;
/** Entries that are handed over in one step, or a few more. */
const STEP = 1 << 15;
/** Of the bytes of a piece, those that the log may have of it. */
const MOST_SHARE = 0.5;
/** Sections of the log. */
const MOST_SECTIONS = 128;
/** They never change. */
const VERSION = 1;
/** Of a piece of which the log has nothing. */
const NOWHERE = Number.POSITIVE_INFINITY;
/** Words of a line in images of programs that handed over lines, and wrote pieces anew where one had changed. */
const LINE_WORDS = 64;

interface Saved {
  /** Words of the table. */
  readonly length: number;
  readonly versions: Float64Array;
  readonly since: Float64Array;
  /** Numbers of the sections of the log. */
  readonly log: readonly number[];
  readonly next: number;
}

export interface EntryTable {
  /** Of its sections. */
  readonly name: string;
  /** All zero when nothing was entered yet. */
  readonly array: Int32Array;
  /** Words of an entry. */
  readonly width: 1 | 2;
}

export class ChangedEntries {
  /** A bit of each entry: it changed and was not handed over since. */
  private readonly marks: Int32Array;
  private readonly name: string;
  private readonly table: EntryTable;
  private readonly shift: number;
  /** By piece; 0: it was never written. */
  private readonly versions: Float64Array;
  /** By piece: the section of the log that has the first entries of it, and how many entries of it the log has. */
  private readonly since: Float64Array;
  private readonly logged: Float64Array;
  /** Numbers of the sections of the log, oldest first, and that of the next. */
  private log: number[] = [];
  private next = 0;
  /** What the image before has beside the log. */
  private beside: Int32Array[] = [];
  /** Lines of an older image that is being loaded. */
  private lines: ChangedLines | undefined;
  private isRead = false;
  /** Being read: sections of the log, then what is beside it. */
  private sections: Int32Array[] = [];

  /** @param shift a piece has 2^shift entries, 32 at least. */
  constructor(name: string, table: EntryTable, shift: number) {
    this.name = name;
    this.table = table;
    this.shift = shift;
    const entries = table.array.length / table.width;
    this.marks = new Int32Array(Math.ceil(entries / 2 ** WORD_SHIFT));
    const pieces = Math.ceil(entries / 2 ** shift);
    this.versions = new Float64Array(pieces);
    this.since = new Float64Array(pieces).fill(NOWHERE);
    this.logged = new Float64Array(pieces);
  }

  /** The entry changes. */
  touch(entry: number): void {
    this.marks[entry >>> WORD_SHIFT]! |= 1 << (entry & 31);
  }

  /** Round 0 hands over the pieces and the log, later ones what changed since. */
  *ahead(out: Writer, round: number): Iterable<void> {
    if (round > 0) return yield* this.handOver(out, false);
    this.markAgain();
    for (let piece = 0; piece < this.versions.length; piece++) {
      this.measure(piece);
      yield;
    }
    const lost = this.lost(out);
    for (let piece = 0; piece < this.versions.length; piece++) {
      const version = this.versions[piece]!;
      const isChanged = this.logged[piece]! > 0 || this.isMarked(piece);
      if (version === 0 && !isChanged) continue;
      const stays = this.mayStay(piece, lost) && out.stands(this.pieceName(piece), version);
      if (!stays) yield* this.write(out, piece, isChanged);
    }
    yield* this.handOver(out, true);
  }

  /** Nothing changes any more. */
  *save(out: Writer): Iterable<void> {
    yield* this.handOver(out, false);
    this.prune();
    const { versions, since, log, next } = this;
    const { length } = this.table.array;
    out.value(this.stateName, { length, versions, since, log, next } satisfies Saved);
  }

  /** As the first step of `load`, which does not read the pieces again. */
  read(from: Reader): void {
    this.isRead = true;
    const { name, table, shift, versions } = this;
    const { array, width } = table;
    if (from.size(this.stateName) < 0) {
      this.lines = new ChangedLines(name, array.length / LINE_WORDS, shift - Math.log2(LINE_WORDS / width));
      return this.lines.read(from, this.linedTables);
    }
    const { length, log } = from.value(this.stateName) as Saved;
    for (let piece = 0; piece < versions.length; piece++) this.readPiece(from, piece, length);
    const names = log.map(number => this.logName(number));
    for (let number = 0; from.size(this.besideName(number)) >= 0; number++) names.push(this.besideName(number));
    this.readSections(from, names);
  }

  /** Into one buffer: only of a large one does the memory come when it is read into, which may be off the thread. */
  private readSections(from: Reader, names: readonly string[]): void {
    const lengths = names.map(name => from.size(name) / Int32Array.BYTES_PER_ELEMENT);
    const room = new Int32Array(lengths.reduce((sum, length) => sum + length, 0));
    for (let i = 0, at = 0; i < names.length; at += lengths[i++]!) {
      const section = room.subarray(at, at + lengths[i]!);
      from.fill(names[i]!, section);
      this.sections.push(section);
    }
  }

  /** @param length of the table that was saved. */
  private readPiece(from: Reader, piece: number, length: number): void {
    const section = this.pieceName(piece);
    if (from.size(section) < 0) return;
    const { width, array } = this.table;
    const words = width << this.shift;
    const memory = array.subarray(piece * words, Math.min((piece + 1) * words, length));
    if (from.size(section) !== memory.byteLength)
      throw new RangeError(`the section ${section} has ${from.size(section)} bytes, not ${memory.byteLength}`);
    from.fill(section, memory);
  }

  /** Into a table of the size that was saved, or a larger one. */
  *load(from: Reader): Iterable<void> {
    if (!this.isRead) this.read(from);
    this.isRead = false;
    yield;
    if (this.lines !== undefined) return yield* this.loadLines(from, this.lines);
    const { versions, since, log, next } = from.value(this.stateName) as Saved;
    this.versions.set(versions);
    this.since.set(since);
    this.log = [...log];
    this.next = next;
    const { sections } = this;
    this.sections = [];
    for (const [i, number] of log.entries()) {
      this.applyLogged(sections[i]!, number);
      yield;
    }
    this.beside = sections.slice(log.length);
    for (const section of this.beside) {
      this.apply(section);
      yield;
    }
  }

  /** The table was made anew from one that had these: what was saved of that stands for nothing here. */
  renew(other: ChangedEntries): void {
    const version = Math.max(...other.versions);
    if (version === 0 && other.log.length === 0 && other.beside.length === 0 && other !== this) return;
    this.versions.fill(Math.max(version, 1));
    this.since.fill(NOWHERE);
    this.logged.fill(NOWHERE);
    this.next = other.next;
    this.log = [];
    this.beside = [];
  }

  private *loadLines(from: Reader, lines: ChangedLines): Iterable<void> {
    yield* lines.load(from, this.linedTables);
    this.lines = undefined;
    // Lines are no log: all there is is written anew, also where it was nothing but lines.
    for (let piece = 0; piece < this.versions.length; piece++) {
      if (this.memoryOf(piece).every(word => word === 0)) continue;
      this.versions[piece] = VERSION;
      this.leaveOut(piece);
      yield;
    }
  }

  private get linedTables(): readonly [{ name: string; array: Int32Array; width: number }] {
    const { name, array } = this.table;
    return [{ name, array, width: LINE_WORDS }];
  }

  /** What is beside the log in the image before is not in the next one unless it is handed over again. */
  private markAgain(): void {
    for (const section of this.beside)
      for (let at = 0; at < section.length; at += 1 + this.table.width) this.touch(section[at]!);
    this.beside = [];
  }

  /** The last section of the log that does not stand, or is one too many: pieces that need it are written anew. -1 none. */
  private lost(out: Writer): number {
    this.prune();
    let lost = this.log.at(-MOST_SECTIONS) ?? -1;
    for (const number of this.log) if (!out.stands(this.logName(number), VERSION)) lost = Math.max(lost, number);
    this.log = this.log.filter(number => number > lost);
    return lost;
  }

  /** Lets go of sections of the log that no piece needs. */
  private prune(): void {
    const first = this.since.reduce((least, one) => Math.min(least, one), NOWHERE);
    this.log = this.log.filter(number => number >= first);
  }

  /** Where the log would be too long it is not needed any more. */
  private measure(piece: number): void {
    const { logged, shift, table } = this;
    const words = (logged[piece]! + this.count(piece)) * (1 + table.width);
    if (words > MOST_SHARE * table.width * 2 ** shift) this.leaveOut(piece);
  }

  private leaveOut(piece: number): void {
    this.since[piece] = NOWHERE;
    this.logged[piece] = NOWHERE;
  }

  private mayStay(piece: number, lost: number): boolean {
    const { versions, since, logged } = this;
    return versions[piece]! > 0 && since[piece]! > lost && logged[piece] !== NOWHERE;
  }

  /** Hands over the whole piece. What changes from now on is marked again. */
  private write(out: Writer, piece: number, isChanged: boolean): Iterable<void> {
    const { versions, since, logged, marks } = this;
    marks.fill(0, ...this.marksOf(piece));
    since[piece] = NOWHERE;
    logged[piece] = 0;
    if (isChanged) versions[piece]!++;
    return out.memory(this.pieceName(piece), this.memoryOf(piece), versions[piece]);
  }

  /** @param isLogged what is handed over stands in images to come. */
  private *handOver(out: Writer, isLogged: boolean): Iterable<void> {
    const { marks } = this;
    if (nextMarked(marks, 0) === marks.length) return;
    const taken = new Int32Array(STEP + 2 ** WORD_SHIFT);
    const content = new Int32Array(taken.length * (1 + this.table.width));
    for (let from = nextMarked(marks, 0); from < marks.length; from = nextMarked(marks, from)) {
      const count = this.take(from, taken);
      from = (taken[count - 1]! >>> WORD_SHIFT) + 1;
      const entries = taken.subarray(0, count);
      const section = this.fill(content, entries);
      yield* isLogged ? this.addToLog(out, entries, section) : this.putBeside(out, section.slice());
    }
  }

  private addToLog(out: Writer, entries: Int32Array, section: Int32Array): Iterable<void> {
    const { since, logged, shift } = this;
    const number = this.next++;
    this.log.push(number);
    for (let i = 0, end = 0; i < entries.length; i = end) {
      const piece = entries[i]! >>> shift;
      while (end < entries.length && entries[end]! >>> shift === piece) end++;
      if (logged[piece] === 0) since[piece] = number;
      logged[piece]! += end - i;
    }
    return out.memory(this.logName(number), section, VERSION);
  }

  private putBeside(out: Writer, section: Int32Array): Iterable<void> {
    this.beside.push(section);
    return out.memory(this.besideName(this.beside.length - 1), section);
  }

  /** Takes the marks of a step off, from a word of marks on that marks something; returns how many entries those are. */
  private take(from: number, taken: Int32Array): number {
    const { marks } = this;
    let count = 0;
    for (let i = from; i < marks.length && count < STEP; i++) {
      let bits = marks[i]!;
      if (bits === 0) continue;
      marks[i] = 0;
      for (; bits !== 0; bits &= bits - 1) taken[count++] = (i << WORD_SHIFT) + 31 - Math.clz32(bits & -bits);
    }
    return count;
  }

  /** Entries, each as its number and its words: what is filled with them. */
  private fill(content: Int32Array, entries: Int32Array): Int32Array {
    const { array, width } = this.table;
    let at = 0;
    for (let i = 0; i < entries.length; i++, at += 1 + width) {
      const entry = entries[i]!;
      content[at] = entry;
      content[at + 1] = array[entry * width]!;
      if (width === 2) content[at + 2] = array[entry * width + 1]!;
    }
    return content.subarray(0, at);
  }

  /** Puts the entries in their places but for those of pieces that were handed over after it. */
  private applyLogged(section: Int32Array, number: number): void {
    const { since, logged, shift, table } = this;
    const { array, width } = table;
    for (let at = 0; at < section.length; at += 1 + width) {
      const entry = section[at]!;
      if (since[entry >>> shift]! > number) continue;
      logged[entry >>> shift]!++;
      array[entry * width] = section[at + 1]!;
      if (width === 2) array[entry * width + 1] = section[at + 2]!;
    }
  }

  private apply(section: Int32Array): void {
    const { array, width } = this.table;
    for (let at = 0; at < section.length; at += 1 + width)
      for (let word = 0; word < width; word++) array[section[at]! * width + word] = section[at + 1 + word]!;
  }

  /** Entries of the piece that are marked. */
  private count(piece: number): number {
    const { marks } = this;
    const [from, end] = this.marksOf(piece);
    let count = 0;
    for (let i = from; i < end; i++) if (marks[i] !== 0) count += bitsOf(marks[i]!);
    return count;
  }

  private isMarked(piece: number): boolean {
    const [from, end] = this.marksOf(piece);
    return nextMarked(this.marks, from, end) < end;
  }

  private marksOf(piece: number): readonly [from: number, end: number] {
    const words = 2 ** (this.shift - WORD_SHIFT);
    return [piece * words, Math.min((piece + 1) * words, this.marks.length)];
  }

  private memoryOf(piece: number): Int32Array {
    const { array, width } = this.table;
    const words = width << this.shift;
    return array.subarray(piece * words, (piece + 1) * words);
  }

  private get stateName(): string {
    return `${this.name}/entries`;
  }

  private pieceName(piece: number): string {
    return sectionName(this.table.name, piece);
  }

  private logName(number: number): string {
    return sectionName(`${this.table.name}/log`, number);
  }

  private besideName(number: number): string {
    return sectionName(`${this.table.name}/beside`, number);
  }
}

/** Where the next word is that marks something; the end when none does. */
function nextMarked(marks: Int32Array, from: number, end = marks.length): number {
  let i = from;
  while (i + 4 <= end && (marks[i]! | marks[i + 1]! | marks[i + 2]! | marks[i + 3]!) === 0) i += 4;
  while (i < end && marks[i] === 0) i++;
  return i;
}

/** How many bits of a word are set. */
function bitsOf(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
