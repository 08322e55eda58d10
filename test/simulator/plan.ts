/**
 * What happens in a simulated world: steps by seed. Each has choices of its own, so a plan without some of its steps is
 * a plan as well, and one that fails can be made small.
 */
import { Random } from '../oracle/random.ts';

/** How often each kind of step comes. */
const WEIGHTS = {
  send: 14,
  deliver: 24,
  lose: 2,
  repeat: 1,
  garbage: 0.5,
  abandon: 0.2,
  disk: 24,
  turn: 10,
  keeper: 14,
  tick: 6,
  read: 0.5,
  checkpoint: 3,
  reload: 0.7,
  jump: 0.4,
  room: 0.4,
  faults: 0.3,
  fuse: 0.4,
  keeperEnds: 0.1,
  kill: 0.4,
  powerOff: 0.4,
  damage: 0.3,
  stop: 0.3,
  giveUp: 0.1,
} as const;

export type Operation = keyof typeof WEIGHTS;

export interface Step {
  readonly operation: Operation;
  /** Of its choices. */
  readonly seed: number;
}

const MOST_STEPS = 320;

export function planOf(seed: number): readonly Step[] {
  const random = new Random(seed ^ 0x51ed270b);
  const steps = 40 + random.below(MOST_STEPS - 40);
  return Array.from({ length: steps }, () => ({
    operation: random.weighted(WEIGHTS),
    seed: random.below(2 ** 31),
  }));
}

/** As few steps as can be found with which it still fails, in so many tries. */
export async function shrinkPlan(
  plan: readonly Step[],
  fails: (plan: readonly Step[]) => Promise<boolean>,
  tries: number,
): Promise<readonly Step[]> {
  let fewest = plan;
  let left = tries;
  for (let size = Math.ceil(plan.length / 2); size >= 1; size = size > 1 ? Math.ceil(size / 2) : 0) {
    for (let at = 0; at < fewest.length && left > 0; left--) {
      const fewer = fewest.toSpliced(at, size);
      if (await fails(fewer)) fewest = fewer;
      else at += size;
    }
  }
  return fewest;
}
