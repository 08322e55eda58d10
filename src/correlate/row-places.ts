/**
 * Where kept rows stand in the tree of paths, beside their words: this changes once more when a row leaves, when hardly
 * anything else of it does, and is little to hand over again.
 */
import { ROW_WORDS } from '../contract/observation.ts';
import { ChangedLines, type LinedTable } from '../lib/changed-lines.ts';
import { sharedWords } from './pieces.ts';

/** Rows of a line of an image, as a power of two, and lines of a piece. */
const LINE_SHIFT = 5;
const PIECE_SHIFT = 10;
const LAST_BIT = (1 << LINE_SHIFT) - 1;

export class RowPlaces {
  /** By row: sequence number of the nearest ancestor with a service (0 none); once the row is placed, its path. */
  readonly above: Int32Array;
  readonly lines: ChangedLines;
  /** A bit of each row: its place is found, or being looked for in this turn. */
  private readonly placed: Int32Array;
  private readonly placing: Int32Array;

  /** @param capacity of the ring. */
  constructor(capacity: number) {
    const lines = Math.ceil(capacity / 2 ** LINE_SHIFT);
    this.above = sharedWords(lines << LINE_SHIFT);
    this.placed = sharedWords(lines);
    this.placing = new Int32Array(lines);
    this.lines = new ChangedLines('rows/places', lines, PIECE_SHIFT);
  }

  get tables(): readonly LinedTable[] {
    const { above, placed } = this;
    return [
      { name: 'rows/places/above', array: above, width: 1 << LINE_SHIFT },
      { name: 'rows/places/placed', array: placed, width: 1 },
    ];
  }

  /** A new row comes to the place with this number. */
  renew(slot: number): void {
    const bit = 1 << (slot & LAST_BIT);
    this.placed[slot >>> LINE_SHIFT]! &= ~bit;
    this.placing[slot >>> LINE_SHIFT]! &= ~bit;
    this.put(slot, 0);
  }

  /** The row with this base is placed. */
  isPlaced(row: number): boolean {
    const slot = row / ROW_WORDS;
    return ((this.placed[slot >>> LINE_SHIFT]! >>> (slot & LAST_BIT)) & 1) !== 0;
  }

  /** It is placed, or its place is being looked for. */
  isVisited(row: number): boolean {
    const slot = row / ROW_WORDS;
    const line = slot >>> LINE_SHIFT;
    return (((this.placed[line]! | this.placing[line]!) >>> (slot & LAST_BIT)) & 1) !== 0;
  }

  /** Its place is looked for until it is placed, in this turn. */
  visit(row: number): void {
    const slot = row / ROW_WORDS;
    this.placing[slot >>> LINE_SHIFT]! |= 1 << (slot & LAST_BIT);
  }

  place(row: number, path: number): void {
    const slot = row / ROW_WORDS;
    const bit = 1 << (slot & LAST_BIT);
    this.placing[slot >>> LINE_SHIFT]! &= ~bit;
    this.placed[slot >>> LINE_SHIFT]! |= bit;
    this.put(slot, path);
  }

  setAbove(row: number, sequence: number): void {
    this.put(row / ROW_WORDS, sequence);
  }

  at(row: number): number {
    return this.above[row / ROW_WORDS]!;
  }

  private put(slot: number, value: number): void {
    this.above[slot] = value;
    this.lines.touch(slot >>> LINE_SHIFT);
  }
}
