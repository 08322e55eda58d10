/**
 * What is known of the life of nodes, or of edges, by number in the store: columns, about 80 bytes each. What several
 * numbers resolve to has one life, that of the smallest of them.
 */
import type { ImageReader, ImageWriter } from '../../contract/image.ts';

const FIRST = 256;

/** `flags`: it was seen when it happened, not only in data that was old when it came. */
export const FRESH = 1;

export class Subjects {
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

  /** Makes place for so many; those that are new have their own life. */
  reach(size: number): void {
    if (size > this.state.length) this.grow(Math.max(size, this.state.length * 2));
    for (; this.size < size; this.size++) this.leader[this.size] = this.size;
  }

  private grow(room: number): void {
    for (const name of COLUMNS) Object.assign(this, { [name]: grown(this[name], room) });
  }

  *save(family: string, out: ImageWriter): Iterable<void> {
    out.value(family, this.size);
    for (const name of COLUMNS) yield* out.memory(`${family}/${name}`, this[name].subarray(0, this.size));
  }

  *load(family: string, from: ImageReader): Iterable<void> {
    this.reach(from.value(family) as number);
    for (const name of COLUMNS) {
      from.memory(`${family}/${name}`, this[name].subarray(0, this.size));
      yield;
    }
  }
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
