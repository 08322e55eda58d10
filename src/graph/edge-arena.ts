/**
 * Records of edges in large flat chunks: the newest of each edge. What was replaced is garbage until its whole chunk
 * is, or until there is more garbage than records.
 */
import { RECORD_INDEX, RECORD_LENGTH } from './edge-record.ts';

/** Numbers of a chunk: the first is small. */
const FIRST = 16_384;
const CHUNK = 524_288;
const NONE = -1;

interface Chunk {
  readonly data: Float64Array;
  used: number;
  live: number;
}

export class EdgeArena {
  private chunks: (Chunk | undefined)[] = [newChunk(FIRST)];
  /** Chunk and place of each edge's record, by index. */
  private readonly chunkOf: number[] = [];
  private readonly starts: number[] = [];
  private used = 0;
  private live = 0;

  /** Makes place for so many edges. */
  expect(edges: number): void {
    while (this.starts.length < edges) {
      this.chunkOf.push(NONE);
      this.starts.push(NONE);
    }
  }

  data(edge: number): Float64Array {
    return this.chunks[this.chunkOf[edge]!]!.data;
  }

  /** Where the record of an edge begins in its `data`. */
  start(edge: number): number {
    return this.starts[edge]!;
  }

  /** Takes the record that begins at `at` of `from`; it replaces the edge's older one. */
  put(from: Float64Array, at: number): void {
    const edge = from[at + RECORD_INDEX]!;
    if (this.chunkOf[edge] !== NONE) this.drop(edge);
    this.append(edge, from.subarray(at, at + from[at + RECORD_LENGTH]!));
    if (this.used > 2 * this.live + CHUNK) this.clean();
  }

  private drop(edge: number): void {
    const number = this.chunkOf[edge]!;
    const chunk = this.chunks[number]!;
    const length = chunk.data[this.starts[edge]! + RECORD_LENGTH]!;
    chunk.live -= length;
    this.live -= length;
    if (chunk.live > 0 || number === this.chunks.length - 1) return;
    this.used -= chunk.used;
    this.chunks[number] = undefined;
  }

  private append(edge: number, record: Float64Array): void {
    let chunk = this.chunks.at(-1)!;
    if (chunk.used + record.length > chunk.data.length) {
      chunk = newChunk(Math.max(CHUNK, record.length));
      this.chunks.push(chunk);
    }
    chunk.data.set(record, chunk.used);
    this.chunkOf[edge] = this.chunks.length - 1;
    this.starts[edge] = chunk.used;
    for (const count of ['used', 'live'] as const) {
      chunk[count] += record.length;
      this[count] += record.length;
    }
  }

  private clean(): void {
    const old = this.chunks;
    this.chunks = [newChunk(CHUNK)];
    this.used = this.live = 0;
    for (let edge = 0; edge < this.starts.length; edge++) {
      if (this.chunkOf[edge] === NONE) continue;
      const { data } = old[this.chunkOf[edge]!]!;
      const start = this.starts[edge]!;
      this.append(edge, data.subarray(start, start + data[start + RECORD_LENGTH]!));
    }
  }
}

function newChunk(size: number): Chunk {
  return { data: new Float64Array(size), used: 0, live: 0 };
}
