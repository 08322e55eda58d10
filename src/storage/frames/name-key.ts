/** Words that say what something is, one by one in a fixed order: a key of a cache, and what a missed one is made of. */
import type { ByteMap } from '../../lib/byte-map.ts';

export class NameKey {
  private words = new Int32Array(64);
  private view = new DataView(this.words.buffer);
  private length = 0;
  private at = 0;

  empty(): this {
    this.length = this.at = 0;
    return this;
  }

  put(word: number): number {
    if (this.length === this.words.length) {
      const words = new Int32Array(2 * this.length);
      words.set(this.words);
      this.words = words;
      this.view = new DataView(words.buffer);
    }
    this.words[this.length++] = word;
    return word;
  }

  /** A word that was put. */
  get(at: number): number {
    return this.words[at]!;
  }

  get size(): number {
    return this.length;
  }

  /** From the beginning, word by word. */
  take(): number {
    return this.words[this.at++]!;
  }

  find(cache: ByteMap): number | undefined {
    const known = cache.get(this.view, 0, 4 * this.length);
    return known < 0 ? undefined : known;
  }

  keep(cache: ByteMap, number: number): number {
    cache.set(this.view, 0, 4 * this.length, number);
    return number;
  }
}
