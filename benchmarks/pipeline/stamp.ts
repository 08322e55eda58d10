/** What makes the spans of one replay fresh: masks for ids, the start time, the base of offsets. */

/** Offsets have 13 decimal digits and 6 bytes as a varint, so that they can be set in place. */
const FIRST_SERIAL = 1_000_000_000_000;
const SERIALS_PER_REPLAY = 1_000_000;
const LAST_SERIAL = 2 ** 42;

export interface Stamp {
  /** Six words: two for each id part. */
  readonly masks: Int32Array;
  /** Start of the replay in nanoseconds since the epoch, as two words. */
  readonly startHigh: number;
  readonly startLow: number;
  /** The same in seconds and the nanoseconds within. */
  readonly startSeconds: number;
  readonly startNanos: number;
  readonly serialBase: number;
}

/** `run` tells one run of the generator from another; `replay` counts within it. */
export function createStamp(run: number, replay: number, startMs: number): Stamp {
  const masks = new Int32Array(6);
  let state = BigInt.asUintN(64, BigInt(run) * 0x2545f4914f6cdd1dn + BigInt(replay));
  for (let i = 0; i < 6; i++) {
    state = BigInt.asUintN(64, state + 0x9e3779b97f4a7c15n);
    masks[i] = Number(BigInt.asIntN(32, splitmix(state)));
  }
  const startNs = BigInt(Math.round(startMs * 1_000)) * 1_000n;
  const serialBase = FIRST_SERIAL + replay * SERIALS_PER_REPLAY;
  if (serialBase + SERIALS_PER_REPLAY > LAST_SERIAL) throw new RangeError(`replay ${replay} is out of offsets`);
  return {
    masks,
    startHigh: Number(startNs >> 32n),
    startLow: Number(startNs & 0xffffffffn),
    startSeconds: Number(startNs / 1_000_000_000n),
    startNanos: Number(startNs % 1_000_000_000n),
    serialBase,
  };
}

/** The finalizer of splitmix64. */
function splitmix(value: bigint): bigint {
  let x = value;
  x = BigInt.asUintN(64, (x ^ (x >> 30n)) * 0xbf58476d1ce4e5b9n);
  x = BigInt.asUintN(64, (x ^ (x >> 27n)) * 0x94d049bb133111ebn);
  return x ^ (x >> 31n);
}
