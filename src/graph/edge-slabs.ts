/**
 * Edges ⇄ image, in slabs by their numbers. A slab is the contents of its edges, packed, then as JSON the names that
 * they use, and its length; one in which nothing changed stands.
 */
import type { ImageReader, ImageWriter } from '../contract/image.ts';
import { PackedReader, PackedWriter } from '../lib/packed-numbers.ts';
import { sectionName } from '../lib/section-name.ts';
import { EdgeAggregate } from './edge-aggregate.ts';
import { type EdgeParts, readContent, writeContent } from './edge-record.ts';
import { Histogram } from './histogram.ts';
import type { Room } from './room.ts';
import { SlabVersions } from './slab-versions.ts';
import { TimeBuckets } from './time-buckets.ts';

/** 256 edges: a millisecond or less to pack. */
const SLAB_SHIFT = 8;
const FAMILY = 'edges';
const LENGTH_BYTES = 4;

export function newEdgeVersions(): SlabVersions {
  return new SlabVersions(SLAB_SHIFT);
}

export function* saveEdges(edges: readonly EdgeAggregate[], versions: SlabVersions, out: ImageWriter): Iterable<void> {
  yield* versions.save(FAMILY, edges.length, out);
  const packed = new PackedWriter();
  for (const [slab, version, from, to] of versions.slabs(edges.length)) {
    const name = sectionName(FAMILY, slab);
    if (!out.stands(name, version)) {
      pack(edges.slice(from, to), packed);
      yield* out.memory(name, packed.packed, version);
    }
    yield;
  }
}

/** Their room is not taken here: it is as it was. */
export function* loadEdges(
  from: ImageReader,
  edges: EdgeAggregate[],
  versions: SlabVersions,
  room: Room,
): Iterable<void> {
  const parts = new NewParts(room);
  for (const [slab, , begin, end] of versions.slabs(versions.load(FAMILY, from))) {
    const name = sectionName(FAMILY, slab);
    const bytes = new Uint8Array(from.size(name));
    from.memory(name, bytes);
    const names = namesAtEnd(bytes);
    const reader = new PackedReader(bytes);
    for (let index = begin; index < end; index++) {
      const edge = new EdgeAggregate(index, 0, 0, 0, room);
      readContent(edge, reader, names, parts);
      edges.push(edge);
    }
    yield;
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

/** Read as JSON so that they are the same text as those in the code, which is found by its address. */
function namesAtEnd(bytes: Uint8Array<ArrayBuffer>): readonly string[] {
  const buffer = Buffer.from(bytes.buffer);
  const end = buffer.length - LENGTH_BYTES;
  return JSON.parse(buffer.toString('utf8', end - buffer.readUInt32LE(end), end)) as string[];
}

class NewParts implements EdgeParts {
  private readonly room: Room;

  constructor(room: Room) {
    this.room = room;
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
