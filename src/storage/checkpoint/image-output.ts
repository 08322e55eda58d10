/**
 * Parts of the program → an image: copies sections into the buffers of a pool, several to a buffer, and hands the full
 * ones over. When no buffer is free the steps of a part copy nothing until there is one. Shared memory that is handed
 * over ahead is not copied here: it may change before it was taken.
 */
import { serialize } from 'node:v8';
import type { ImageWriter } from '../../contract/image.ts';
import type { Piece } from './draft.ts';
import type { StandingSections } from './standing-sections.ts';

export interface SharedPool {
  /** The number of a buffer that is the taker's now; undefined when none is free. */
  take(): number | undefined;
  bytesOf(buffer: number): Uint8Array;
  /** Hands a buffer over, with pieces one behind the other. */
  send(buffer: number, pieces: readonly Piece[]): void;
  /** Hands over a whole section of shared memory. */
  sendShared(section: string, memory: Uint8Array<SharedArrayBuffer>): void;
}

interface Waiting {
  readonly name: string;
  readonly bytes: Uint8Array;
  done: number;
}

export class ImageOutput implements ImageWriter {
  /** Sections that are in it as they are in the one before. */
  readonly standing: string[] = [];
  /** Bytes of those that are not. */
  writtenBytes = 0;
  /** What is handed over may change. */
  isAhead = true;
  private readonly pool: SharedPool;
  private readonly sections: StandingSections;
  private readonly names = new Set<string>();
  /** Values that found no room. */
  private readonly waiting: Waiting[] = [];
  private buffer = -1;
  private target: Uint8Array = new Uint8Array(0);
  private used = 0;
  private pieces: Piece[] = [];

  constructor(pool: SharedPool, sections: StandingSections) {
    this.pool = pool;
    this.sections = sections;
  }

  stands(name: string, version: number): boolean {
    if (!this.sections.stands(name, version)) return false;
    this.enter(name);
    this.standing.push(name);
    return true;
  }

  *memory(name: string, memory: ArrayBufferView, version?: number): Iterable<void> {
    if (version !== undefined && this.stands(name, version)) return;
    const { buffer, byteOffset, byteLength } = memory;
    this.begin(name, byteLength, version);
    while (!this.flush()) yield;
    if (this.isAhead && buffer instanceof SharedArrayBuffer) {
      // Sections of a pack follow each other: what is in the buffer may end one.
      this.end();
      this.pool.sendShared(name, new Uint8Array(buffer, byteOffset, byteLength));
      return yield;
    }
    const bytes = new Uint8Array(buffer, byteOffset, byteLength);
    const section = { name, bytes, done: -1 };
    while (!this.copy(section)) yield;
    yield;
  }

  stored(name: string): void {
    this.enter(name);
    this.standing.push(name);
  }

  value(name: string, value: unknown, version?: number): void {
    if (version !== undefined && this.stands(name, version)) return;
    const bytes = serialize(value);
    this.begin(name, bytes.length, version);
    this.waiting.push({ name, bytes, done: -1 });
    this.flush();
  }

  /** Copies what waits; false when there is no room for all of it yet. */
  flush(): boolean {
    while (this.waiting.length > 0) {
      if (!this.copy(this.waiting[0]!)) return false;
      this.waiting.shift();
    }
    return true;
  }

  /** Hands over what is in the last buffer. */
  end(): void {
    if (this.buffer >= 0) this.send();
  }

  private begin(name: string, bytes: number, version: number | undefined): void {
    this.enter(name);
    this.sections.wrote(name, bytes, version);
    this.writtenBytes += bytes;
  }

  private enter(name: string): void {
    if (this.names.has(name)) throw new Error(`the section ${name} is written twice`);
    this.names.add(name);
  }

  /** Copies as much as there is room for in one buffer; true when it was all. */
  private copy(section: Waiting): boolean {
    if (!this.hasRoom()) return false;
    const from = Math.max(0, section.done);
    const count = Math.min(section.bytes.length - from, this.target.length - this.used);
    this.target.set(section.bytes.subarray(from, from + count), this.used);
    this.used += count;
    section.done = from + count;
    const ends = section.done === section.bytes.length;
    this.pieces.push({ section: section.name, bytes: count, ends });
    if (this.used === this.target.length) this.send();
    return ends;
  }

  private hasRoom(): boolean {
    if (this.buffer >= 0) return true;
    const buffer = this.pool.take();
    if (buffer === undefined) return false;
    this.buffer = buffer;
    this.target = this.pool.bytesOf(buffer);
    return true;
  }

  private send(): void {
    const { buffer, pieces } = this;
    this.buffer = -1;
    this.pieces = [];
    this.used = 0;
    this.pool.send(buffer, pieces);
  }
}
