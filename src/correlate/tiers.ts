/** How full the correlator's memories are, and how far back each really reaches. */
import type { TierStatus } from '../contract/graph-view.ts';
import { ROW_WORDS } from '../contract/observation.ts';
import type { Correlator } from './correlator.ts';
import type { KeyedRing } from './keyed-ring.ts';

/** The row, and where it stands in the tree of paths. */
const ROW_BYTES = ROW_WORDS * 4 + 4;

export function tierStatus(correlator: Correlator, nowMs: number): readonly TierStatus[] {
  const { rows, late, seen, expiry, meetings, records, recordJoins, leads, logs } = correlator;
  const { once } = records;
  const { ledger } = meetings;
  const back = (since: number) => (since === 0 ? 0 : Math.max((nowMs - since) / 1000, 0));
  return [
    tier('rows', rows.count, rows.limit, ROW_BYTES, back(expiry.since), expiry.evicted),
    tier('links', rows.linkCount, rows.linkLimit, 48, back(expiry.since), expiry.linksDropped),
    tier('late', late.count, late.limit, 32, back(late.since), late.evicted),
    tier('messages', ledger.count, ledger.limit, 45, back(ledger.since), ledger.evicted + meetings.positions.dropped),
    tier('records', once.count, once.limit, 8, back(once.since), once.evicted),
    ringTier('record_contexts', recordJoins.ring, back),
    ringTier('change_writers', leads.writers.ring, back),
    ringTier('trace_writes', leads.writers.writes.ring, back),
    ringTier('outbox_events', leads.writers.events.ring, back),
    ringTier('transactions', leads.transactions.ring, back),
    tier('logs', logs.count, logs.limit, ROW_BYTES, back(logs.since), logs.evicted),
    tier('seen', seen.count, seen.limit, 8, back(seen.since), seen.evicted),
  ];
}

function ringTier(name: TierStatus['name'], ring: KeyedRing, back: (since: number) => number): TierStatus {
  return tier(name, ring.count, ring.limit, ring.bytesPerEntry, back(ring.since), ring.evicted);
}

function tier(
  name: TierStatus['name'],
  used: number,
  limit: number,
  bytesPerEntry: number,
  horizonSeconds: number,
  evicted: number,
): TierStatus {
  return { name, used, limit, bytesPerEntry, horizonSeconds, evicted };
}
