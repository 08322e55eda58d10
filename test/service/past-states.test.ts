/** States of earlier are those that were told then, whatever came since: quiet periods, own means and silences with them. */
import { expect, it } from 'vitest';
import { LIFE_CYCLE } from '../../src/contract/life-cycle.ts';
import { BEGIN_MS } from '../kits/live-subject.ts';
import { PastTopology } from '../kits/past-topology.ts';
import { client, server } from '../oracle/cases.ts';
import { Random } from '../oracle/random.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const SEEDS = [3, 17];
const STEP_MS = 5000;
const HOURS = 9;
/** Numbers of callers; the first one's callee is not instrumented. */
const [BEGINS_LATE, ENDS] = [8, 10];

/** As every minute began: the state of each node and edge by id. */
type Told = Map<number, Readonly<Record<string, string>>>;

function statesOf({ nodes, edges }: ReturnType<PastTopology['graph']>): Record<string, string> {
  return Object.fromEntries([...nodes, ...edges].map(({ id, state }) => [id, state]));
}

/** Calls between services, some every minute and some in fits; one begins late, one ends, and for an hour nothing comes at all. */
function live(subject: PastTopology, random: Random): Told {
  const told: Told = new Map();
  const everyMinutes = Array.from({ length: 12 }, () => random.pick([1, 1, 3, 12, 25, 40, 70]));
  everyMinutes[BEGINS_LATE] = everyMinutes[ENDS] = 1;
  const isThere = (n: number, atMs: number) =>
    n === BEGINS_LATE ? atMs > 8 * HOUR_MS : n === ENDS ? atMs < 2 * HOUR_MS : true;
  let id = 0;
  for (let atMs = 0; atMs < HOURS * HOUR_MS; atMs += STEP_MS) {
    const now = BEGIN_MS + atMs;
    const isSilent = atMs > 5 * HOUR_MS && atMs < 6 * HOUR_MS;
    const minute = Math.floor(now / MINUTE_MS);
    const isDue = (every: number, n: number) =>
      minute % every === n % every && (now / STEP_MS) % 12 === n && isThere(n, atMs);
    const due = everyMinutes.flatMap((every, n) => (isDue(every, n) ? [n] : []));
    if (!isSilent && due.length > 0) {
      const spans = due.flatMap(n => {
        const startUs = (now - random.below(4000)) * 1000;
        const caller = client(`s${n}`, ++id, 0, { traceId: random.hex(32), startUs, endUs: startUs + 500 });
        const isInferred = n % 4 === 0;
        if (isInferred) return [{ ...caller, attributes: { ...caller.attributes, 'peer.service': `peer-${n}` } }];
        return [caller, server(`s${n + 1}`, ++id, id - 1, { traceId: caller.traceId, startUs, endUs: startUs + 400 })];
      });
      subject.send(spans, atMs);
    }
    subject.tick(atMs);
    const nextMs = now + STEP_MS;
    if (nextMs % MINUTE_MS === 0) told.set(nextMs, statesOf(subject.graph()));
  }
  return told;
}

it.each(SEEDS)(
  'are told again as they were then (seed %i)',
  async seed => {
    const lifecycle = { ...LIFE_CYCLE, fadeAfterMs: 10 * MINUTE_MS, goneAfterMs: HOUR_MS, quietMs: 3 * MINUTE_MS };
    const history = { keepMs: 720 * HOUR_MS, minutesMs: 2 * HOUR_MS, tenMinutesMs: 4 * HOUR_MS, maxBytes: 2 ** 30 };
    const subject = await PastTopology.begin({ lifecycle, history });
    const told = live(subject, new Random(seed));
    const seen = new Set<string>();
    let compared = 0;
    for (const [ms, states] of told) {
      const got = await subject.at(ms).catch(() => undefined);
      if (got === undefined || Date.parse(got.asOf) !== ms) continue;
      // What came late counts at its own time, also where it was not there yet.
      const then = Object.fromEntries(Object.entries(statesOf(got)).filter(([id]) => id in states));
      const known = Object.fromEntries(Object.entries(states).filter(([id]) => id in then));
      expect(then, got.asOf).toEqual(known);
      for (const state of Object.values(then)) seen.add(state);
      compared++;
    }
    expect(compared).toBeGreaterThan(120);
    expect([...seen].sort()).toEqual(['active', 'candidate', 'fading', 'gone']);
  },
  120_000,
);
