/** Walks over the rows beneath a row, through those that climbs pass. Cycles end it. */
import { SHAPE } from '../contract/observation.ts';
import { MAX_HOPS } from './chains.ts';
import type { Rows } from './rows.ts';

/** Visits after which rows are remembered, so that a cycle is noticed. */
const REMEMBER_AFTER = 64;

/**
 * Calls `visit` for every row beneath `top`, level by level, and goes on beneath those whose shape `passes`, as deep as
 * climbs go: once, but beneath rows that share an id once for each of these. Ends, and returns false, when `visit` does.
 * Rows not older than `age` are left out, with all beneath them.
 */
export function visitBelow(
  rows: Rows,
  top: number,
  passes: (shape: number) => boolean,
  visit: (row: number) => boolean,
  age = 0,
): boolean {
  if (rows.firstChild(top, age) < 0) return true;
  queues[walks] ??= [];
  const queue = queues[walks]!;
  walks++;
  try {
    return walk(rows, top, passes, visit, age, queue);
  } finally {
    walks--;
  }
}

/** Reused, one for each walk going on: a visit may begin another. */
const queues: number[][] = [];
let walks = 0;

function walk(
  rows: Rows,
  top: number,
  passes: (shape: number) => boolean,
  visit: (row: number) => boolean,
  age: number,
  queue: number[],
): boolean {
  let known: Set<number> | undefined;
  let visits = 0;
  let count = 1;
  queue[0] = top;
  for (let at = 0, depth = 0; at < count && depth < MAX_HOPS; depth++) {
    for (const levelEnd = count; at < levelEnd; at++) {
      const above = queue[at]!;
      for (let child = rows.firstChild(above, age); child >= 0; child = rows.nextChild(child, above)) {
        if (child === above || child === top) continue;
        if (++visits > REMEMBER_AFTER) {
          known ??= new Set();
          if (known.has(child)) continue;
          known.add(child);
        }
        if (!visit(child)) return false;
        if (passes(rows.words[child + SHAPE]!)) queue[count++] = child;
      }
    }
  }
  return true;
}
