/** Names change places by how often they are used and by their ids, whatever numbers a process gave them. */
import { expect, it } from 'vitest';
import { exchanges } from '../../src/graph/exchanges.ts';
import { Random } from '../oracle/random.ts';

const NAMES = 12;
const SEEDS = 300;

it(`are the same however identities are numbered (${SEEDS} seeds)`, () => {
  for (let seed = 0; seed < SEEDS; seed++) {
    const random = new Random(seed);
    const names = Array.from({ length: NAMES }, (_, i) => ({
      id: `service:${i}`,
      uses: random.pick([0, 1, 15, 40]),
      isIn: random.chance(0.5),
    }));
    const room = random.below(3);
    const numbered = (order: readonly (typeof names)[number][]) => {
      const numbers = (isIn: boolean) => [...order.keys()].filter(number => order[number]!.isIn === isIn);
      const usesOf = (number: number) => order[number]!.uses;
      const idOf = (number: number) => order[number]!.id;
      return exchanges(numbers(false), numbers(true), room, usesOf, idOf).map(({ enters, leaves }) => [
        idOf(enters),
        leaves === undefined ? undefined : idOf(leaves),
      ]);
    };
    const others = random.shuffle(names);
    expect({ seed, told: numbered(others) }).toEqual({ seed, told: numbered(names) });
  }
});
