/** Changes what a kept row counts as. */
import type { Fates } from './fates.ts';
import type { Rows } from './rows.ts';
import { FATED, fateOf, reasonOf, STATE, withFate } from './state.ts';

export function setFate(fates: Fates, rows: Rows, row: number, fate: number, reason: number): void {
  const { words } = rows;
  const state = words[row + STATE]!;
  if ((state & FATED) !== 0) {
    if (fateOf(state) === fate && reasonOf(state) === reason) return;
    fates.count(fateOf(state), reasonOf(state), -1);
  }
  fates.count(fate, reason, 1);
  words[row + STATE] = withFate(state, fate, reason);
  rows.changed(row);
}
