/** Things of a few words each, numbered from 0 in the order in which they came. */
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
  /** Of a hash, so that its high bits are left. */
  private shift = 0;

  /** @param expected about how many will be added. */
  empty(expected: number): void {
    this.count = 0;
    let slots = LEAST_SLOTS;
    while (slots < MOST_SLOTS && slots < SLOTS_EACH * expected) slots *= 2;
    this.shift = 32 - Math.log2(slots);
    if (slots > this.slots.length) this.slots = new Int32Array(slots);
  }

  /** The number of the words that stand at a place; -1 for new ones, which are added. */
  find(from: Int32Array, at: number): number {
    const { width, words, slots } = this;
    let hash = 0;
    for (let i = 0; i < width; i++) hash = (Math.imul(hash, 0x2c1b3c6d) + from[at + i]!) | 0;
    const slot = Math.imul(hash ^ (hash >>> 15), 0x9e3779b1) >>> this.shift;
    const known = slots[slot]!;
    if (known < this.count) {
      const own = known * width;
      let i = 0;
      while (i < width && words[own + i] === from[at + i]) i++;
      if (i === width) return known;
    }
    slots[slot] = this.count;
    this.addFrom(from, at);
    return -1;
  }

  private addFrom(from: Int32Array, at: number): void {
    const added = this.add();
    const { width, words } = this;
    for (let i = 0; i < width; i++) words[added + i] = from[at + i]!;
  }
}
