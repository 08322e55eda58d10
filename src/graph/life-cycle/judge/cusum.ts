/**
 * Two-sided cumulative sums (Page, Continuous Inspection Schemes, Biometrika 1954) of standardised differences: what is
 * off by less than `SLACK` standard deviations leaves nothing behind, what stays off for long is found.
 */

/** Half of the shift that is looked for, in standard deviations. */
const SLACK = 1;
const ALARM = 11;
/** One outlier is no change. */
const LEAST_STEPS = 2;
/** A single step counts as so many standard deviations at most. */
const MOST = 8;

const [UP, DOWN] = [0, 6];
/** Of a side: the sum, and what the run that built it saw. */
const [SUM, OBSERVED, EXPECTED, WEIGHT, MINUTES, STEPS] = [0, 1, 2, 3, 4, 5];
/** Numbers it takes in a row. */
export const CUSUM_WIDTH = 12;

/** What a window saw. */
export interface Step {
  readonly observed: number;
  readonly expected: number;
  /** Of how many. */
  readonly weight: number;
  readonly minutes: number;
}

/** What a run of differences in one direction saw, in all. */
export interface Run extends Step {
  readonly score: number;
}

/** @param at where its numbers begin. */
export function addToSums(row: Float32Array, at: number, z: number, step: Step): void {
  const bounded = Math.min(Math.max(z, -MOST), MOST);
  addToSide(row, at + UP, bounded, step);
  addToSide(row, at + DOWN, -bounded, step);
}

function addToSide(row: Float32Array, side: number, z: number, step: Step): void {
  const sum = Math.max(0, row[side + SUM]! + z - SLACK);
  if (sum === 0) {
    row.fill(0, side, side + CUSUM_WIDTH / 2);
    return;
  }
  row[side + SUM] = sum;
  row[side + OBSERVED]! += step.observed;
  row[side + EXPECTED]! += step.expected;
  row[side + WEIGHT]! += step.weight;
  row[side + MINUTES]! += step.minutes;
  row[side + STEPS]!++;
}

/** A run that is long and clear enough. */
export function alarmOf(row: Float32Array, at: number): Run | undefined {
  for (const side of [at + UP, at + DOWN]) {
    if (row[side + SUM]! <= ALARM || row[side + STEPS]! < LEAST_STEPS) continue;
    return {
      score: row[side + SUM]!,
      observed: row[side + OBSERVED]!,
      expected: row[side + EXPECTED]!,
      weight: row[side + WEIGHT]!,
      minutes: row[side + MINUTES]!,
    };
  }
  return undefined;
}

/** Something may be on its way: nothing is to be learned from it yet. */
export function isRising(row: Float32Array, at: number): boolean {
  return row[at + UP + SUM]! > ALARM / 2 || row[at + DOWN + SUM]! > ALARM / 2;
}

export function clearSums(row: Float32Array, at: number): void {
  row.fill(0, at, at + CUSUM_WIDTH);
}
