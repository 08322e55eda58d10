/**
 * How a world is configured, and how its time goes. Most are wide: whatever happens does so within every window and below
 * every limit, so that the oracle knows the outcome. The others are narrow: spans are decided early, tables are full, and
 * only the frames themselves say what is to come out.
 */
import type { TopologyOptions } from '../../src/service/topology/config.ts';
import { SMALL } from '../kits/subject.ts';
import type { Random } from '../oracle/random.ts';

export interface Climate {
  readonly isWide: boolean;
  /** How far the clocks jump. */
  readonly jumpMs: number;
  /** How long it takes to look at a clock. */
  readonly lookMs: number;
  /** Of a start, or a reload. */
  options(random: Random): TopologyOptions;
}

const MINUTE = 60_000;
/** Most of the ledger is on the disk, and checkpoints hand over edges in many pieces. */
const SMALL_SLABS = { ledger: { slab: 4, inMemory: 0 }, edgeSlabShift: 1 };

export function climateOf(random: Random): Climate {
  const lookMs = random.pick([0, 0.3, 2, 2]);
  if (random.chance(0.7)) return { isWide: true, jumpMs: 20_000, lookMs, options: wide };
  const tables = {
    maxPending: random.pick([20, 100, 500]),
    maxLate: random.pick([0, 11, 500]),
    maxSeen: random.pick([0, 50, 1000]),
    maxMessages: random.pick([0, 7, 500]),
  };
  return { isWide: false, jumpMs: random.pick([5000, 600_000]), lookMs, options: one => narrow(one, tables) };
}

function wide(random: Random): TopologyOptions {
  return {
    ...SMALL,
    namesForNodes: 10_000,
    waitMs: random.pick([60, 90, 120]) * MINUTE,
    lateMs: random.pick([60, 90]) * MINUTE,
    messageWaitMs: random.pick([120, 1440]) * MINUTE,
    maxPending: random.pick([500, 600]),
    maxLate: random.pick([500, 600]),
    maxSeen: random.pick([1000, 2000]),
    maxMessages: random.pick([500, 600]),
    ...SMALL_SLABS,
    maxNodes: random.pick([5000, 20_000]),
    maxEdges: random.pick([5000, 200_000]),
    maxPaths: random.pick([5000, 100_000]),
  };
}

function narrow(random: Random, tables: Partial<TopologyOptions>): TopologyOptions {
  return {
    ...SMALL,
    ...tables,
    ...SMALL_SLABS,
    namesForNodes: 10_000,
    waitMs: random.pick([100, 1000, 10_000]),
    lateMs: random.pick([0, 2000, 60_000]),
    messageWaitMs: random.pick([1000, 60_000, 1440 * MINUTE]),
    maxNodes: random.pick([10, 20, 20_000]),
    maxEdges: random.pick([10, 20, 200_000]),
    maxPaths: random.pick([10, 100_000]),
  };
}
