/** A store of slabs in memory that outlives its users, as a disk does: slow, full, or torn, as a test says. */
import type { SlabStore } from '../../src/contract/slab-store.ts';

export class SlabDisk implements SlabStore {
  readonly slabs = new Map<string, Uint8Array>();
  /** Bytes of a block of each: no others can be read, as with checksums. */
  private readonly blocks = new Map<string, number>();
  reads = 0;
  /** Nothing more fits. */
  isFull = false;
  /** Stores end when `finish` is called. */
  isSlow = false;
  private waiting: (() => void)[] = [];

  store(
    name: string,
    memory: Int32Array<SharedArrayBuffer>,
    blockBytes: number,
    done: (isStored: boolean) => void,
  ): void {
    if (this.slabs.has(name)) throw new Error(`the name ${name} was used before`);
    const end = () => {
      if (!this.isFull) {
        this.slabs.set(name, new Uint8Array(memory.buffer).slice());
        this.blocks.set(name, blockBytes);
      }
      done(!this.isFull);
    };
    if (this.isSlow) this.waiting.push(end);
    else end();
  }

  finish(): void {
    for (const end of this.waiting.splice(0)) end();
  }

  /** A process begins that knows these of the image it begins with. */
  restart(named: Iterable<string>): SlabDisk {
    const disk = new SlabDisk();
    for (const name of named) {
      const slab = this.slabs.get(name);
      if (slab === undefined) continue;
      disk.slabs.set(name, slab);
      disk.blocks.set(name, this.blocks.get(name)!);
    }
    return disk;
  }

  has(name: string): boolean {
    return this.slabs.has(name);
  }

  read(name: string, block: number, into: Uint8Array): boolean {
    this.reads++;
    const slab = this.slabs.get(name);
    if (slab === undefined || into.length !== this.blocks.get(name)) return false;
    into.set(slab.subarray(block * into.length, (block + 1) * into.length));
    return true;
  }

  release(name: string): void {
    if (!this.slabs.delete(name)) throw new Error(`there is no ${name}`);
  }
}
