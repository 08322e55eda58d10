/**
 * How far receivers have read, as the frames applied say: of each partition the newest. What it holds goes into
 * checkpoints with all else, so that after a start it is what the journal has.
 */
import type { ImageReader, ImageWriter, Kept } from '../../contract/image.ts';
import type { Progress } from '../../contract/record.ts';

/** Partitions that are known at once. The one that was not read for the longest time gives up its place. */
const MAX_PARTITIONS = 100_000;

export class ProgressTable implements Kept {
  /** Of those that gave up their place. */
  forgotten = 0;
  /** Of this process. */
  taken = 0;
  /** The one that was read last stands last. */
  private readonly newest = new Map<string, Progress>();
  private readonly limit: number;

  constructor(limit = MAX_PARTITIONS) {
    this.limit = limit;
  }

  take(progress: readonly Progress[]): void {
    this.taken += progress.length;
    for (const at of progress) {
      const key = `${at.receiver}\0${at.cluster}\0${at.topic}\0${at.partition}`;
      if (!this.newest.delete(key) && this.newest.size >= this.limit) this.forgetOldest();
      this.newest.set(key, at);
    }
  }

  of(receiver: string): readonly Progress[] {
    return [...this.newest.values()].filter(at => at.receiver === receiver);
  }

  *save(out: ImageWriter): Iterable<void> {
    const { forgotten, newest } = this;
    out.value('progress', { forgotten, newest: [...newest.values()] });
    yield;
  }

  *load(from: ImageReader): Iterable<void> {
    // Of a program that knew no records there is none.
    if (from.size('progress') < 0) return;
    const saved = from.value('progress') as { readonly forgotten: number; readonly newest: readonly Progress[] };
    this.forgotten = saved.forgotten;
    this.take(saved.newest);
    yield;
  }

  private forgetOldest(): void {
    this.forgotten++;
    for (const key of this.newest.keys()) {
      this.newest.delete(key);
      return;
    }
  }
}
