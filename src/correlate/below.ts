/** Walks over the rows beneath a row, through those that climbs pass. Cycles end it. */
import { SHAPE } from '../contract/observation.ts';
import { MAX_HOPS } from './chains.ts';
import type { Rows } from './rows.ts';

/** Visits after which rows are remembered, so that a cycle is noticed. */
const REMEMBER_AFTER = 64;

/**
 * Calls `visit` for every row beneath `top`, once, level by level, and goes on beneath those whose shape `passes`, as
 * deep as climbs go. Ends, and returns false, when `visit` does.
 */
export function visitBelow(
  rows: Rows,
  top: number,
  passes: (shape: number) => boolean,
  visit: (row: number) => boolean,
): boolean {
  if (rows.firstChild(top) < 0) return true;
  let level = [top];
  let known: Set<number> | undefined;
  let visits = 0;
  for (let depth = 0; level.length > 0 && depth < MAX_HOPS; depth++) {
    const below: number[] = [];
    for (const at of level) {
      for (let child = rows.firstChild(at); child >= 0; child = rows.nextChild(child, at)) {
        if (child === at || child === top) continue;
        if (++visits > REMEMBER_AFTER) {
          known ??= new Set();
          if (known.has(child)) continue;
          known.add(child);
        }
        if (!visit(child)) return false;
        if (passes(rows.words[child + SHAPE]!)) below.push(child);
      }
    }
    level = below;
  }
  return true;
}
