/**
 * Which slabs of a long list changed since they were last saved, so that an image needs only those anew: what changes
 * gets the version of now, and with every save there is a new now.
 */
import { ImageError, type ImageReader, type ImageWriter } from '../contract/image.ts';

const FIRST = 16;

export class SlabVersions {
  private readonly shift: number;
  private versions = new Float64Array(FIRST);
  private now = 1;

  /** @param shift a slab has 2^shift items. */
  constructor(shift: number) {
    this.shift = shift;
  }

  /** Makes place for the item with this number. */
  reach(item: number): void {
    const slab = item >>> this.shift;
    if (slab < this.versions.length) return;
    const versions = new Float64Array(slab * 2);
    versions.set(this.versions);
    this.versions = versions;
  }

  /** The item, for which there is place, is about to change. */
  touch(item: number): void {
    this.versions[item >>> this.shift] = this.now;
  }

  /** Slabs of so many items: number, version, first item, and the one after the last. */
  *slabs(items: number): Generator<readonly [slab: number, version: number, from: number, to: number]> {
    const size = 2 ** this.shift;
    for (let slab = 0, from = 0; from < items; slab++, from += size) {
      yield [slab, this.versions[slab]!, from, Math.min(from + size, items)];
    }
  }

  /** The versions themselves. Nothing may change from here on until all slabs are saved. */
  *save(name: string, items: number, out: ImageWriter): Iterable<void> {
    out.value(`${name}/slabs`, { size: 2 ** this.shift, now: this.now, items });
    yield* out.memory(`${name}/versions`, this.versions.subarray(0, Math.ceil(items / 2 ** this.shift)));
    this.now++;
  }

  /** Returns how many items there were. */
  load(name: string, from: ImageReader): number {
    const { size, now, items } = from.value(`${name}/slabs`) as { size: number; now: number; items: number };
    if (size !== 2 ** this.shift) throw new ImageError(`${name} has ${size} items a section, not ${2 ** this.shift}`);
    if (items > 0) this.reach(items - 1);
    from.memory(`${name}/versions`, this.versions);
    this.now = now + 1;
    return items;
  }
}
