/**
 * Images in memory, for tests of parts whose state is kept: as a checkpoint on disk stores and gives them back, and
 * stricter. A name is written once; a section that its version says is unchanged must be; memory is copied only as
 * far as its owner takes the steps.
 */
import { deserialize, serialize } from 'node:v8';
import { ImageError, type ImageReader, type ImageWriter, type Kept } from '../../src/contract/image.ts';

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

/** @param meanwhile what happens to the part between the rounds, and before it is saved. */
export function handOver(part: Kept, writer: ImageWriter, ...meanwhile: readonly (() => void)[]): void {
  for (const _ of part.ahead?.(writer, 0) ?? []);
  for (const [i, happens] of meanwhile.entries()) {
    happens();
    if (i + 1 < meanwhile.length) for (const _ of part.ahead?.(writer, i + 1) ?? []);
  }
  for (const _ of part.save(writer));
}

/** Loads a part that was made anew, and returns it. */
export function loadImage<T extends Kept>(part: T, image: MemoryImage): T {
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

  *memory(name: string, memory: ArrayBufferView, version?: number): Iterable<void> {
    this.put(name, Buffer.from(memory.buffer, memory.byteOffset, memory.byteLength), version);
    yield;
  }

  /** Whoever stored it has it. */
  stored(name: string): void {
    this.put(name, new Uint8Array(0), undefined);
  }

  value(name: string, value: unknown, version?: number): void {
    this.put(name, serialize(value), version);
  }

  private put(name: string, bytes: Uint8Array, version: number | undefined): void {
    if (this.sections.has(name)) throw new Error(`the section ${name} is written twice`);
    const before = version === undefined ? undefined : this.before.get(name);
    if (before !== undefined && before.version === version) {
      if (Buffer.compare(before.bytes, bytes) !== 0)
        throw new Error(`the section ${name} changed, and has its version ${version} still`);
      this.sections.set(name, before);
      return;
    }
    this.written += bytes.length;
    this.sections.set(name, { bytes: new Uint8Array(bytes), version });
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
