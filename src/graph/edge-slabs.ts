/**
 * Edges ⇄ image, in slabs by their numbers, and behind them those that changed after their slab was packed. A slab is
 * the contents of its edges, packed, then as JSON the names that they use, and its length; one in which nothing changed
 * stands.
 */
import type { ImageReader, ImageWriter } from '../contract/image.ts';
import { ChangedLines } from '../lib/changed-lines.ts';
import { PackedReader, PackedWriter } from '../lib/packed-numbers.ts';
import { sectionName } from '../lib/section-name.ts';
import { EdgeAggregate } from './edge-aggregate.ts';
import { type EdgeParts, readContent, writeContent } from './edge-record.ts';
import { Histogram } from './histogram.ts';
import type { Room } from './room.ts';
import { TimeBuckets } from './time-buckets.ts';

/** A slab has 2^8 edges, unless a test wants fewer: a millisecond or less to pack. */
export const SLAB_SHIFT = 8;
const FAMILY = 'edges';
const CHANGED = `${FAMILY}/changed`;
const LENGTH_BYTES = 4;

/** Edges that are handed over in one step because they changed. */
const STEP = 64;

export function newEdgeLines(slabShift: number): ChangedLines {
  return new ChangedLines(FAMILY, 2 ** slabShift, slabShift);
}

/** Slabs, then, in later rounds, edges that changed since. */
export function* saveEdgesAhead(
  edges: readonly EdgeAggregate[],
  lines: ChangedLines,
  out: ImageWriter,
  round: number,
): Iterable<void> {
  const packed = new PackedWriter();
  if (round > 0) return yield* saveChanged(edges, lines, packed, out);
  lines.begin();
  for (const [slab, from, to] of lines.pieces(edges.length)) {
    const name = sectionName(FAMILY, slab);
    const version = lines.settle(slab);
    if (!out.stands(name, version)) {
      pack(edges.slice(from, to), packed);
      yield* out.memory(name, packed.packed, version);
    }
    yield;
  }
}

export function* saveEdges(edges: readonly EdgeAggregate[], lines: ChangedLines, out: ImageWriter): Iterable<void> {
  yield* saveChanged(edges, lines, new PackedWriter(), out);
  lines.saveVersions(out);
  out.value(`${FAMILY}/count`, edges.length);
}

function* saveChanged(
  edges: readonly EdgeAggregate[],
  lines: ChangedLines,
  packed: PackedWriter,
  out: ImageWriter,
): Iterable<void> {
  for (let from = 0; ; ) {
    const changed = lines.take(STEP, from);
    if (changed.length === 0) return;
    from = changed.at(-1)! + 1;
    const section = lines.nextSection();
    pack(
      Array.from(changed, index => edges[index]!),
      packed,
    );
    yield* lines.saveNumbers(out, section, changed);
    yield* out.memory(sectionName(CHANGED, section), packed.packed);
  }
}

/** Their room is not taken here: it is as it was. */
export function* loadEdges(from: ImageReader, edges: EdgeAggregate[], lines: ChangedLines, room: Room): Iterable<void> {
  const isVersioned = lines.loadVersions(from);
  const count = countIn(from);
  const parts = new NewParts(room);
  for (const [slab, begin, end] of lines.pieces(count)) {
    const name = sectionName(FAMILY, slab);
    if (from.size(name) < 0) break;
    lines.reach(end - 1);
    if (!isVersioned) lines.touch(begin);
    const slabOfEdges = new PackedEdges(from, name);
    for (let index = begin; index < end && slabOfEdges.hasMore; index++)
      edges[index] = slabOfEdges.next(index, room, parts);
    yield;
  }
  for (let section = 0; ; section++) {
    const changed = lines.loadNumbers(from, section);
    if (changed === undefined) return;
    const packed = new PackedEdges(from, sectionName(CHANGED, section));
    for (const index of changed) edges[index] = packed.next(index, room, parts);
    yield;
  }
}

function countIn(from: ImageReader): number {
  if (from.size(`${FAMILY}/count`) >= 0) return from.value(`${FAMILY}/count`) as number;
  return (from.value(`${FAMILY}/slabs`) as { items: number }).items;
}

class PackedEdges {
  private readonly names: readonly string[];
  private readonly reader: PackedReader;
  private readonly end: number;

  constructor(from: ImageReader, name: string) {
    const bytes = new Uint8Array(from.size(name));
    from.memory(name, bytes);
    const buffer = Buffer.from(bytes.buffer);
    const end = buffer.length - LENGTH_BYTES;
    this.end = end - buffer.readUInt32LE(end);
    // Read as JSON so that they are the same text as those in the code, which is found by its address.
    this.names = JSON.parse(buffer.toString('utf8', this.end, end)) as string[];
    this.reader = new PackedReader(bytes);
  }

  get hasMore(): boolean {
    return this.reader.at < this.end;
  }

  next(index: number, room: Room, parts: EdgeParts): EdgeAggregate {
    const edge = new EdgeAggregate(index, 0, 0, 0, room);
    readContent(edge, this.reader, this.names, parts);
    return edge;
  }
}

function pack(edges: readonly EdgeAggregate[], packed: PackedWriter): void {
  packed.clear();
  const names = new Map<string, number>();
  const numberOf = (name: string) => {
    const known = names.get(name);
    if (known !== undefined) return known;
    names.set(name, names.size);
    return names.size - 1;
  };
  for (const edge of edges) writeContent(edge, packed, numberOf);
  const text = Buffer.from(JSON.stringify([...names.keys()]));
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32LE(text.length);
  packed.putBytes(text);
  packed.putBytes(length);
}

class NewParts implements EdgeParts {
  private readonly room: Room;
  private readonly lists = new Map<string, readonly string[]>();

  constructor(room: Room) {
    this.room = room;
  }

  /** Most edges have one verb, and many the same. */
  verbs(list: readonly string[]): readonly string[] {
    if (list.length !== 1) return list;
    const known = this.lists.get(list[0]!);
    if (known !== undefined) return known;
    this.lists.set(list[0]!, list);
    return list;
  }

  get client(): Histogram {
    return new Histogram(this.room);
  }

  get server(): Histogram {
    return new Histogram(this.room);
  }

  get lag(): Histogram {
    return new Histogram(this.room);
  }

  get processBuckets(): TimeBuckets {
    return new TimeBuckets(this.room);
  }
}
