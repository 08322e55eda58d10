/**
 * Memory that does not change any more → the disk, and back block by block: for tables too large to be held. What is
 * stored is a section of the images made from then on (`ImageWriter.stored`), until it is released.
 */

/** Family of their sections, and of their names. */
export const SLABS = 'messages';

export interface SlabStore {
  /**
   * Stores memory under a name that was never used, off the thread. `done` is told whether it is on the disk now, and may
   * be called at once; until then nobody changes the memory. @param blockBytes of a block; the memory has whole ones.
   */
  store(
    name: string,
    memory: Int32Array<SharedArrayBuffer>,
    blockBytes: number,
    done: (isStored: boolean) => void,
  ): void;
  /** Stored, by this process or one before, and not released. */
  has(name: string): boolean;
  /** Fills `into` with the block of this number; false when that cannot be had as it was stored. */
  read(name: string, block: number, into: Uint8Array): boolean;
  /** Nobody reads it any more. */
  release(name: string): void;
}
