/**
 * What is known of the life of nodes, or of edges, by number in the store: columns, about 80 bytes each. What several
 * numbers resolve to has one life, that of the smallest of them. Whoever writes what is known of one touches it.
 */
import type { ImageReader, ImageWriter, Kept } from '../../contract/image.ts';
import { ChangedLines, type LinedTable } from '../../lib/changed-lines.ts';

const FIRST = 256;
/** 8192 are handed over together. */
const PIECE_SHIFT = 13;

/** `flags`: it was seen when it happened, not only in data that was old when it came. */
export const FRESH = 1;

export class Subjects implements Kept {
  size = 0;
  /** Indexes into `STATES`; `told` is the one that was told last, `CANDIDATE` when nothing was. */
  state = new Uint8Array(FIRST);
  told = new Uint8Array(FIRST);
  flags = new Uint8Array(FIRST);
  input = new Uint8Array(FIRST);
  /** Looks that found it seen since the one before, up to 255. */
  sightings = new Uint8Array(FIRST);
  /** Edges of a node that were told and are not gone. */
  open = new Int32Array(FIRST);
  /** Of those that share a life, the one that has it. */
  leader = new Int32Array(FIRST);
  /** When it was last seen, on the clock of its input. */
  lastSeen = new Float64Array(FIRST);
  /** Mean time between sightings, of those that are more than a minute; 0: there was none. */
  mean = new Float32Array(FIRST);
  /** When it came, on the clock of waits, and when something was told of it last. */
  since = new Float64Array(FIRST);
  toldAt = new Float64Array(FIRST);
  /** What it counted when it was looked at last; of a node, the time of its newest span. */
  counted = new Float64Array(FIRST);
  /** What an edge weighed when it was told last. */
  toldCount = new Float64Array(FIRST);
  toldErrors = new Float64Array(FIRST);
  toldRate = new Float64Array(FIRST);
  private readonly family: string;
  private readonly lines: ChangedLines;

  constructor(family: string) {
    this.family = family;
    this.lines = new ChangedLines(family, FIRST, PIECE_SHIFT);
  }

  touch(at: number): void {
    this.lines.touch(at);
  }

  /** Makes place for so many; those that are new have their own life. */
  reach(size: number): void {
    if (size > this.state.length) this.grow(Math.max(size, this.state.length * 2));
    for (; this.size < size; this.size++) {
      this.touch(this.size);
      this.leader[this.size] = this.size;
    }
  }

  private grow(room: number): void {
    for (const name of COLUMNS) Object.assign(this, { [name]: grown(this[name], room) });
    this.lines.reach(room - 1);
  }

  ahead(out: ImageWriter, round: number): Iterable<void> {
    return this.lines.ahead(out, round, () => this.tables);
  }

  *save(out: ImageWriter): Iterable<void> {
    out.value(this.family, { size: this.size, room: this.state.length } satisfies Saved);
    yield* this.lines.save(out, () => this.tables);
  }

  *load(from: ImageReader): Iterable<void> {
    const saved = from.value(this.family) as Saved | number;
    if (typeof saved === 'number') return yield* this.loadWhole(saved, from);
    if (saved.room > this.state.length) this.grow(saved.room);
    this.size = saved.size;
    yield* this.lines.load(from, this.tables);
  }

  /** A program from before wrote each column in one piece. */
  private *loadWhole(size: number, from: ImageReader): Iterable<void> {
    this.reach(size);
    for (const name of COLUMNS) {
      from.memory(`${this.family}/${name}`, this[name].subarray(0, size));
      yield;
    }
  }

  private get tables(): readonly LinedTable[] {
    return COLUMNS.map(name => ({ name: `${this.family}/${name}`, array: this[name], width: 1 }));
  }
}

interface Saved {
  readonly size: number;
  /** Of the columns. */
  readonly room: number;
}

const COLUMNS = [
  ...(['state', 'told', 'flags', 'input', 'sightings', 'open', 'leader', 'lastSeen', 'mean'] as const),
  ...(['since', 'toldAt', 'counted', 'toldCount', 'toldErrors', 'toldRate'] as const),
] as const;

type Column = Uint8Array<ArrayBuffer> | Int32Array<ArrayBuffer> | Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>;

function grown(column: Column, room: number): Column {
  const larger = new (column.constructor as new (size: number) => Column)(room);
  larger.set(column);
  return larger;
}
