/**
 * Slabs of memory that are on the disk by themselves: the keeper writes each into a pack of its own, block by block with
 * a checksum behind each, and syncs it; here they are read, a block at a time. Whoever stored them says which of them a
 * checkpoint has; packs that neither a checkpoint nor this process needs are removed by the keeper.
 */
import { crc32 } from 'node:zlib';
import type { SlabStore } from '../../contract/slab-store.ts';
import type { Disk, OpenFile } from '../disk.ts';
import { packPath, type SectionPlace } from './checkpoint.ts';
import type { ToKeeper } from './messages.ts';

/** Behind each block. */
export const SUM_BYTES = 4;
const MOST_OPEN = 256;

type Done = (isStored: boolean) => void;

export class StoredSlabs implements SlabStore {
  private readonly disk: Disk;
  private readonly places = new Map<string, SectionPlace>();
  private readonly waiting = new Map<string, Done>();
  /** What was used last is last. */
  private readonly files = new Map<string, OpenFile>();
  private block = Buffer.alloc(0);
  private send: ((message: ToKeeper) => void) | undefined;
  /** Told once of each slab that cannot be read as it was stored. */
  private readonly onDamage: (pack: string, reason: string) => void;
  private readonly damaged = new Set<string>();

  constructor(disk: Disk, onDamage: (pack: string, reason: string) => void) {
    this.disk = disk;
    this.onDamage = onDamage;
  }

  /** Those of the checkpoint that was found. */
  adopt(places: Iterable<SectionPlace>): void {
    for (const place of places) this.places.set(place.name, place);
  }

  /** Those that the process has. */
  get held(): readonly SectionPlace[] {
    return [...this.places.values()];
  }

  /** There is a keeper, or (undefined) there is none. */
  link(send: ((message: ToKeeper) => void) | undefined): void {
    this.send = send;
    if (send !== undefined) return;
    const waiting = [...this.waiting.values()];
    this.waiting.clear();
    for (const done of waiting) done(false);
  }

  store(name: string, memory: Int32Array<SharedArrayBuffer>, blockBytes: number, done: Done): void {
    if (this.send === undefined) return done(false);
    this.waiting.set(name, done);
    this.send({ type: 'store', name, memory, blockBytes });
  }

  /** What became of one that was to be stored. */
  stored(name: string, place: SectionPlace | undefined): void {
    const done = this.waiting.get(name);
    this.waiting.delete(name);
    if (place !== undefined) this.places.set(name, place);
    done?.(place !== undefined);
  }

  has(name: string): boolean {
    return this.places.has(name);
  }

  read(name: string, block: number, into: Uint8Array): boolean {
    const place = this.places.get(name);
    if (place === undefined) return false;
    const length = into.length + SUM_BYTES;
    if (this.block.length !== length) this.block = Buffer.alloc(length);
    const problem = this.readBlock(place, block * length);
    if (problem === '') into.set(this.block.subarray(0, into.length));
    else this.tell(place, problem);
    return problem === '';
  }

  release(name: string): void {
    const place = this.places.get(name);
    if (place === undefined) return;
    this.places.delete(name);
    this.files.get(place.pack)?.close();
    this.files.delete(place.pack);
    this.send?.({ type: 'release', name });
  }

  close(): void {
    for (const file of this.files.values()) file.close();
    this.files.clear();
  }

  /** What is wrong with it; empty when nothing is. */
  private readBlock({ pack, at, bytes }: SectionPlace, from: number): string {
    const { block } = this;
    if (from + block.length > bytes) return 'it is shorter than it was';
    try {
      const count = this.open(pack).read(at + from, block);
      if (count < block.length) return 'it is shorter than it was';
    } catch (error) {
      return (error as Error).message;
    }
    const end = block.length - SUM_BYTES;
    return crc32(block.subarray(0, end)) === block.readUInt32LE(end) ? '' : 'a block does not have its checksum';
  }

  private open(pack: string): OpenFile {
    const file = this.files.get(pack) ?? this.disk.open(packPath(pack));
    this.files.delete(pack);
    this.files.set(pack, file);
    if (this.files.size > MOST_OPEN) {
      const [oldest, other] = this.files.entries().next().value!;
      other.close();
      this.files.delete(oldest);
    }
    return file;
  }

  private tell({ pack }: SectionPlace, reason: string): void {
    if (this.damaged.has(pack)) return;
    this.damaged.add(pack);
    this.onDamage(packPath(pack), reason);
  }
}

/** Memory as it is stored: a checksum behind each block. */
export function withSums(memory: Uint8Array, blockBytes: number): Buffer {
  const blocks = memory.length / blockBytes;
  const stored = Buffer.allocUnsafe(memory.length + blocks * SUM_BYTES);
  for (let i = 0; i < blocks; i++) {
    const block = memory.subarray(i * blockBytes, (i + 1) * blockBytes);
    const at = i * (blockBytes + SUM_BYTES);
    stored.set(block, at);
    stored.writeUInt32LE(crc32(block), at + blockBytes);
  }
  return stored;
}
