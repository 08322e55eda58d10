/** Of the rows under the id of a context, the one that says best whose service was at work. */
import {
  CLASS_MASK,
  CLIENT,
  CONSUMER,
  CREATE,
  DATABASE,
  INTERNAL,
  PRODUCER,
  SERVER,
  SERVICE,
  SETTLE,
  SHAPE,
  SPAN,
} from '../contract/observation.ts';
import type { Chains } from './chains.ts';
import type { Rows } from './rows.ts';
import { isTransparent } from './state.ts';

const RANKS: Readonly<Record<number, number>> = {
  [PRODUCER]: 0,
  [CREATE]: 0,
  [SERVER]: 1,
  [CONSUMER]: 2,
  [INTERNAL]: 3,
  [SETTLE]: 3,
  [CLIENT]: 4,
  [DATABASE]: 5,
};

/** @param words a trace id and a span id, at `at`. Returns -1 where no row has a service. */
export function speakerOf(rows: Rows, chains: Chains, words: Int32Array, at: number): number {
  const w = rows.words;
  const [s0, s1] = [words[at + SPAN]!, words[at + SPAN + 1]!];
  let best = -1;
  for (let row = rows.firstRow(words, at, s0, s1); row >= 0; row = rows.nextRow(row, words, at, s0, s1)) {
    if (isTransparent(w[row + SHAPE]!) || w[row + SERVICE] === 0) continue;
    if (best < 0 || isBetter(rows, chains, row, best)) best = row;
  }
  return best;
}

function isBetter(rows: Rows, chains: Chains, row: number, best: number): boolean {
  const rank = (one: number) => RANKS[rows.words[one + SHAPE]! & CLASS_MASK]!;
  return rank(row) !== rank(best) ? rank(row) < rank(best) : chains.isSmaller(row, best);
}
