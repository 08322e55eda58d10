/**
 * Which nodes show under the `(other)` of their kind: those that have given up their place and, where the source says
 * how many may show, all but the most used. What resolves to one node is one.
 */
import type { Diagnostic } from '../contract/graph-document.ts';
import { type Identity, overflowIdentity } from '../lib/identities.ts';
import type { GraphSource } from './graph-source.ts';

/** What may show as one node. */
interface Candidate {
  readonly id: string;
  readonly kind: number;
  readonly members: number[];
  uses: number;
}

const NOBODY: ReadonlyMap<number, Identity> = new Map();

/**
 * @param shown nodes that show, and the edges between them.
 * @param moved what nodes resolve to, of those that do not stay what they are.
 */
export function crowdedOut(
  source: GraphSource,
  shown: { readonly nodes: readonly number[]; readonly edges: readonly number[] },
  moved: ReadonlyMap<number, Identity>,
): ReadonlyMap<number, Identity> {
  const mayBeTooMany = shown.nodes.length > source.shownNodes;
  if (!mayBeTooMany && !shown.nodes.some(n => source.nodes[n]!.outside)) return NOBODY;
  const candidates = candidatesOf(source, shown.nodes, moved);
  const within = candidates.filter(({ members }) => members.some(n => !source.nodes[n]!.outside));
  const out = candidates.filter(({ members }) => members.every(n => source.nodes[n]!.outside));
  if (within.length > source.shownNodes) {
    countUses(source, shown.edges, within);
    within.sort((a, b) => b.uses - a.uses || (a.id < b.id ? -1 : 1));
    out.push(...within.slice(source.shownNodes));
  }
  return new Map(out.flatMap(({ kind, members }) => members.map(n => [n, overflowIdentity(kind)] as const)));
}

function candidatesOf(
  source: GraphSource,
  nodes: readonly number[],
  moved: ReadonlyMap<number, Identity>,
): readonly Candidate[] {
  const found = new Map<string, Candidate>();
  for (const n of nodes) {
    const { id, kind, overflow } = moved.get(n) ?? source.identityOf(n);
    if (overflow) continue;
    const known = found.get(id);
    if (known === undefined) found.set(id, { id, kind, members: [n], uses: 0 });
    else known.members.push(n);
  }
  return [...found.values()];
}

/** How often each was named: by the interactions of its edges, as an entry, and as a client that nobody answered. */
function countUses(source: GraphSource, edges: readonly number[], candidates: readonly Candidate[]): void {
  const of = new Map<number, Candidate>();
  for (const candidate of candidates) {
    for (const n of candidate.members) {
      of.set(n, candidate);
      candidate.uses += source.nodes[n]!.entries + source.nodes[n]!.unresolved;
    }
  }
  for (const e of edges) {
    const edge = source.edges[e]!;
    const [from, to] = [of.get(edge.source), of.get(edge.target)];
    if (from !== undefined) from.uses += edge.count;
    if (to !== undefined && to !== from) to.uses += edge.count;
  }
}

/** Where the source itself limits its nodes, it says so itself. */
export function crowdDiagnostics({ shownNodes }: GraphSource, count: number): readonly Diagnostic[] {
  if (count === 0 || shownNodes === Number.POSITIVE_INFINITY) return [];
  const message = `the limit of nodes is reached: ${count} less used ones went to the (other) ones; raise connectors.topology.limits.nodes`;
  return [{ code: 'nodes_limit', message, nodes: [] }];
}
