/** Names of consumer groups, each distinct one numbered; those that find no place are one. */
import { OTHER_GROUP } from '../contract/interaction.ts';
import { OVERFLOW_NAME } from '../lib/identities.ts';
import { cleanName, ownText } from '../lib/names.ts';

/** Names that are told apart; more are one. */
const MAX_GROUPS = 16_384;

export class ConsumerGroups {
  /** By number; 0 is none. */
  readonly names: string[] = ['', OVERFLOW_NAME];
  /** Lookups of names that found no place. */
  refused = 0;
  private readonly numbers = new Map([[OVERFLOW_NAME, OTHER_GROUP]]);

  get size(): number {
    return this.names.length;
  }

  /** 0 for an empty name. */
  numberOf(given: string): number {
    const name = cleanName(given);
    if (name === '') return 0;
    const known = this.numbers.get(name);
    if (known !== undefined) return known;
    if (this.names.length >= MAX_GROUPS) {
      this.refused++;
      return OTHER_GROUP;
    }
    return this.add(ownText(name));
  }

  /** Names by their numbers, up to one of them, as what `restore` takes. */
  entries(from: number, to: number): readonly string[] {
    return this.names.slice(from, to);
  }

  /** Puts names behind those that are there. */
  restore(names: readonly string[]): void {
    for (const name of names) this.add(name);
  }

  private add(name: string): number {
    const number = this.names.push(name) - 1;
    this.numbers.set(name, number);
    return number;
  }
}
