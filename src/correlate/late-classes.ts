/** Classes of late entries with their adjusted counts, by number: the distinct ones are few. */

/** Classes are numbered in 16 bits; those with adjusted counts leave room for all that have none. */
const MAX_SAMPLED_CLASSES = 32_768;
const MAX_RATIOS = 1024;
const RECENT = 256;

export interface SavedClasses {
  readonly classes: readonly number[];
  readonly ratios: readonly number[];
  /** Adjusted counts that have a number, in its order. */
  readonly known: readonly number[];
}

export class LateClasses {
  /** By number. */
  readonly classes: number[] = [];
  readonly ratios: number[] = [];
  private readonly recentClasses = new Int32Array(RECENT).fill(-1);
  private readonly recentNumbers = new Int32Array(RECENT);
  private readonly numbers = new Map<number, number>();
  private readonly ratioNumbers = new Map<number, number>([[1, 0]]);

  save(): SavedClasses {
    return { classes: this.classes, ratios: this.ratios, known: [...this.ratioNumbers.keys()] };
  }

  load({ classes, ratios, known }: SavedClasses): void {
    for (const ratio of known) this.ratioNumber(ratio);
    classes.forEach((cls, i) => {
      this.classes.push(cls);
      this.ratios.push(ratios[i]!);
      this.numbers.set(keyOf(cls, this.ratioNumber(ratios[i]!)), i);
    });
  }

  /** Classes met last are found without a search. */
  numberOf(cls: number, adjusted: number): number {
    const at = (Math.imul(cls, 0x9e3779b1) >>> 24) & (RECENT - 1);
    if (adjusted === 1 && this.recentClasses[at] === cls) return this.recentNumbers[at]!;
    const number = this.find(cls, adjusted);
    if (adjusted === 1) {
      this.recentClasses[at] = cls;
      this.recentNumbers[at] = number;
    }
    return number;
  }

  private find(cls: number, adjusted: number): number {
    const ratio = this.ratioNumber(adjusted);
    const known = this.numbers.get(keyOf(cls, ratio));
    if (known !== undefined) return known;
    // Adjusted counts are the only part with many values: beyond the room they count as unsampled.
    if (adjusted !== 1 && this.classes.length >= MAX_SAMPLED_CLASSES) return this.find(cls, 1);
    this.ratios.push(ratio === 0 ? 1 : adjusted);
    const number = this.classes.push(cls) - 1;
    this.numbers.set(keyOf(cls, ratio), number);
    return number;
  }

  private ratioNumber(adjusted: number): number {
    const known = this.ratioNumbers.get(adjusted);
    if (known !== undefined) return known;
    if (this.ratioNumbers.size >= MAX_RATIOS) return 0;
    this.ratioNumbers.set(adjusted, this.ratioNumbers.size);
    return this.ratioNumbers.size - 1;
  }
}

const keyOf = (cls: number, ratio: number): number => cls + ratio * 2 ** 28;
