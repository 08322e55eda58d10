/** Things of a few words each, numbered from 0 in the order in which they came. */
import { finalize, mix } from '../../lib/bytes.ts';

export class WordList {
  count = 0;
  words: Int32Array;
  protected readonly width: number;

  constructor(width: number) {
    this.width = width;
    this.words = new Int32Array(width * 256);
  }

  /** Opens one and returns where its first word is; its words must be set. */
  add(): number {
    const at = this.count++ * this.width;
    if (at === this.words.length) {
      const words = new Int32Array(at * 2);
      words.set(this.words);
      this.words = words;
    }
    return at;
  }
}

const LEAST_SLOTS = 1 << 10;
const MOST_SLOTS = 1 << 18;
const SLOTS_EACH = 8;

/** A list that mostly finds again what was added: of what shares a slot it knows the last. */
export class FoundAgain extends WordList {
  /** Numbers by hash; those that are stale are told by what stands there. */
  private slots = new Int32Array(LEAST_SLOTS);
  private mask = 0;

  /** @param expected about how many will be added. */
  empty(expected: number): void {
    this.count = 0;
    let slots = LEAST_SLOTS;
    while (slots < MOST_SLOTS && slots < SLOTS_EACH * expected) slots *= 2;
    this.mask = slots - 1;
    if (slots > this.slots.length) this.slots = new Int32Array(slots);
  }

  /** The number of the words that stand at a place; -1 for new ones, which are added. */
  find(from: Int32Array, at: number): number {
    let hash = from[at]!;
    for (let i = 1; i < this.width; i++) hash = mix(hash, from[at + i]!);
    const slot = finalize(hash) & this.mask;
    const known = this.slots[slot]!;
    if (known < this.count && this.equals(known, from, at)) return known;
    this.slots[slot] = this.count;
    const added = this.add();
    for (let i = 0; i < this.width; i++) this.words[added + i] = from[at + i]!;
    return -1;
  }

  private equals(number: number, from: Int32Array, at: number): boolean {
    const own = number * this.width;
    for (let i = 0; i < this.width; i++) if (this.words[own + i] !== from[at + i]) return false;
    return true;
  }
}
