/** Identities that could be several others, as diagnostics that name them: bounded, in order of their ids. */
import type { Diagnostic } from '../contract/graph-document.ts';
import type { Identity } from '../lib/identities.ts';

export interface Ambiguity {
  readonly of: Identity;
  /** Asked for only where they are told. */
  readonly candidates: () => readonly Identity[];
}

const MAX_DIAGNOSTICS = 100;
const MAX_CANDIDATES = 20;

export function ambiguities(found: readonly Ambiguity[]): Diagnostic[] {
  const sorted = found.toSorted((a, b) => (a.of.id < b.of.id ? -1 : 1));
  const told = sorted.slice(0, MAX_DIAGNOSTICS).map(ambiguity);
  if (sorted.length <= MAX_DIAGNOSTICS) return told;
  const message = `${sorted.length - MAX_DIAGNOSTICS} more nodes could each be several others`;
  return [...told, { code: 'ambiguous_identity', message, nodes: [] }];
}

function ambiguity({ of, candidates }: Ambiguity): Diagnostic {
  const ids = candidates()
    .map(one => one.id)
    .sort();
  const named = ids.slice(0, MAX_CANDIDATES);
  const rest = ids.length > named.length ? ` and ${ids.length - named.length} more` : '';
  return {
    code: 'ambiguous_identity',
    message: `${of.id} could be ${named.join(' or ')}${rest}, so it stays itself; name it in connectors.topology.identity, or let its spans say more`,
    nodes: [of.id, ...named],
  };
}
