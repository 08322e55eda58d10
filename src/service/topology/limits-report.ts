/** What the limits of a topology's tables came to: counts of what found no place, sizes, and what to do about it. */
import type { Diagnostic } from '../../contract/graph-document.ts';
import type { Topology } from './topology.ts';

/** Tables with a limit whose overflow is counted. */
type OverflowTable =
  | 'nodes'
  | 'edges'
  | 'exchanges'
  | 'paths'
  | 'path_depths'
  | 'identities'
  | 'plans'
  | 'groups'
  | 'edge_names'
  | 'durations'
  | 'times';

/** What found no place of its own, by what was full; it was counted under `(other)`, or more coarsely. */
export function overflowsOf(topology: Topology): Readonly<Record<OverflowTable, number>> {
  const { store, paths, identities, plans, normalizer } = topology;
  const { cells, times, names } = store.room.refused;
  return {
    ...store.overflowed,
    paths: paths.refused.full,
    path_depths: paths.refused.deep,
    identities: identities.refused,
    plans: plans.refused,
    groups: normalizer.messaging.groups.refused,
    edge_names: names,
    durations: cells,
    times,
  };
}

interface TableSize {
  readonly entries: number;
  readonly bytes: number;
}

/** Entries and, about, bytes of the tables of names. */
export function tableSizes(topology: Topology): Readonly<Record<'identities' | 'plans' | 'paths', TableSize>> {
  const { identities, plans, paths } = topology;
  return {
    identities: { entries: identities.size, bytes: identities.bytes },
    plans: { entries: plans.size, bytes: plans.bytes },
    paths: { entries: paths.size - 1, bytes: paths.bytes },
  };
}

export function limitDiagnostics({ store, paths, identities }: Topology): Diagnostic[] {
  const { nodes, edges } = store.overflowed;
  const found: Diagnostic[] = [];
  const say = (code: string, message: string) => found.push({ code, message, nodes: [] });
  const raise = (limit: string) => `raise connectors.topology.limits.${limit}`;
  for (const [what, count] of Object.entries({ nodes, edges })) {
    if (count === 0) continue;
    say(`${what}_limit`, `the limit of ${what} is reached: ${count} more went to the (other) ones; ${raise(what)}`);
  }
  if (identities.refused > 0)
    say(
      'names_limit',
      `there is no room for more names of nodes: ${identities.refused} lookups of others gave (other); ${raise('nodes')}`,
    );
  if (paths.refused.full > 0)
    say(
      'paths_limit',
      `the limit of paths is reached: chains of nodes that no trace took before are not counted, and paths through them answer as composed; ${raise('paths')}`,
    );
  return found;
}
