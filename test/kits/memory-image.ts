/**
 * Images in memory, for tests of parts whose state is kept: as a checkpoint on disk stores and gives them back, and
 * stricter. A name is written once; a section that its version says is unchanged must be; memory is copied only as
 * far as its owner takes the steps, and what is handed over ahead late: the second half of it after other work had its
 * turn, and of shared memory when the round is over.
 */
import { deserialize, serialize } from 'node:v8';
import { ImageError, type ImageReader, type ImageWriter, type Kept } from '../../src/contract/image.ts';
import type { Random } from '../oracle/random.ts';

interface Section {
  readonly bytes: Uint8Array;
  readonly version: number | undefined;
}

export type MemoryImage = ReadonlyMap<string, Section>;

/** @param before the image before this one, whose sections may stand. */
export function saveImage(part: Kept, before?: MemoryImage): MemoryImage {
  const writer = new MemoryImageWriter(before);
  handOver(part, writer);
  return writer.sections;
}

/** @param happens what other work does when it has its turn: after each step of each round, and before the part is saved. */
export function handOver(part: Kept, writer: MemoryImageWriter, rounds = 1, happens: () => void = () => {}): void {
  for (let round = 0; round < rounds; round++) {
    writer.beginRound();
    for (const _ of part.ahead?.(writer, round) ?? []) happens();
    writer.endRound();
    happens();
  }
  for (const _ of part.save(writer));
}

/** Something for `handOver` that happens at few turns, or many, or all; each time once or so many times. */
export function meanwhile(random: Random, happens: (times: number) => void): () => void {
  const [share, most] = random.pick([[1, 1] as const, [0.3, 3] as const, [0.05, 20] as const, [0.01, 60] as const]);
  return () => {
    if (random.chance(share)) happens(1 + random.below(most));
  };
}

/** Loads a part that was made anew, and returns it. @param isReadAhead large tables are filled before. */
export function loadImage<T extends Kept>(part: T, image: MemoryImage, isReadAhead = true): T {
  if (isReadAhead) {
    const ahead = new MemoryImageReader(image);
    part.read?.(ahead);
    ahead.filled();
  }
  const reader = new MemoryImageReader(image);
  for (const _ of part.load(reader)) reader.filled();
  return part;
}

export class MemoryImageWriter implements ImageWriter {
  readonly sections = new Map<string, Section>();
  /** Bytes of the sections that did not stand in the image before. */
  written = 0;
  private readonly before: MemoryImage;
  private readonly trusts: boolean;
  private isAhead = false;
  /** Reads what is left of shared memory. */
  private unread: (() => void)[] = [];

  /** @param trusts takes a version's word for it; else what should stand is made and compared all the same. */
  constructor(before: MemoryImage = new Map(), trusts = false) {
    this.before = before;
    this.trusts = trusts;
  }

  stands(name: string, version: number): boolean {
    const before = this.before.get(name);
    if (!this.trusts || before === undefined || before.version !== version) return false;
    this.sections.set(name, before);
    return true;
  }

  /** What is handed over from now on may change. */
  beginRound(): void {
    this.isAhead = true;
  }

  endRound(): void {
    this.isAhead = false;
    for (const read of this.unread) read();
    this.unread = [];
  }

  *memory(name: string, memory: ArrayBufferView, version?: number): Iterable<void> {
    if (version !== undefined && this.stands(name, version)) return;
    const bytes = Buffer.from(memory.buffer, memory.byteOffset, memory.byteLength);
    const copy = this.put(name, bytes, version);
    yield;
    if (!this.isAhead || copy === undefined) return;
    const half = bytes.length >>> 1;
    const readOn = () => copy.set(bytes.subarray(half), half);
    if (memory.buffer instanceof SharedArrayBuffer) this.unread.push(readOn);
    else readOn();
    yield;
  }

  /** Whoever stored it has it. */
  stored(name: string): void {
    this.put(name, new Uint8Array(0), undefined);
  }

  value(name: string, value: unknown, version?: number): void {
    this.put(name, serialize(value), version);
  }

  /** The bytes that are in the image; undefined where those of the image before stand. */
  private put(name: string, bytes: Uint8Array, version: number | undefined): Uint8Array | undefined {
    if (this.sections.has(name)) throw new Error(`the section ${name} is written twice`);
    const before = version === undefined ? undefined : this.before.get(name);
    if (before !== undefined && before.version === version) {
      if (Buffer.compare(before.bytes, bytes) !== 0)
        throw new Error(`the section ${name} changed, and has its version ${version} still`);
      this.sections.set(name, before);
      return undefined;
    }
    this.written += bytes.length;
    const copy = new Uint8Array(bytes);
    this.sections.set(name, { bytes: copy, version });
    return copy;
  }
}

export class MemoryImageReader implements ImageReader {
  private readonly sections: MemoryImage;
  private filling: (() => void)[] = [];

  constructor(sections: MemoryImage) {
    this.sections = sections;
  }

  names(family: string): readonly string[] {
    return [...this.sections.keys()].filter(name => name === family || name.startsWith(`${family}/`)).sort();
  }

  size(name: string): number {
    return this.sections.get(name)?.bytes.length ?? -1;
  }

  memory(name: string, into: ArrayBufferView): void {
    const bytes = this.bytesOf(name);
    if (bytes.length > into.byteLength) throw new ImageError(`the section ${name} does not fit`);
    new Uint8Array(into.buffer, into.byteOffset, into.byteLength).set(bytes);
  }

  fill(name: string, into: ArrayBufferView): void {
    this.filling.push(() => this.memory(name, into));
  }

  /** A step of a load has ended. */
  filled(): void {
    for (const fill of this.filling) fill();
    this.filling = [];
  }

  value(name: string): unknown {
    return deserialize(this.bytesOf(name));
  }

  private bytesOf(name: string): Uint8Array {
    const section = this.sections.get(name);
    if (section === undefined) throw new ImageError(`the image has no section ${name}`);
    return section.bytes;
  }
}
