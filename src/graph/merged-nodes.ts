/** Nodes of the source that a view shows as one, or under another id than their own. */
import type { NodeFacts } from '../contract/graph-view.ts';
import type { Identity } from '../lib/identities.ts';
import { identityToNode } from './node-document.ts';

export interface MergedNode {
  readonly fixed: NodeFacts;
  /** Numbers in the source, in order of their ids. */
  readonly members: readonly number[];
}

/** @param shown in order of their ids. */
export function mergedNodes(
  moved: ReadonlyMap<number, Identity>,
  shown: readonly number[],
  nodeIds: readonly NodeFacts[],
): MergedNode[] {
  if (moved.size === 0) return [];
  const identities = new Map([...moved.values()].map(identity => [identity.id, identity] as const));
  const members = new Map<string, number[]>();
  for (const node of shown) {
    const { id } = moved.get(node) ?? nodeIds[node]!;
    if (!identities.has(id)) continue;
    const same = members.get(id);
    if (same === undefined) members.set(id, [node]);
    else same.push(node);
  }
  return [...members].map(([id, nodes]) => {
    const identity = identities.get(id)!;
    // Nobody reads the names of all that found no place.
    const rawIds = identity.overflow ? [id] : nodes.map(node => nodeIds[node]!.id);
    return { fixed: identityToNode(identity, rawIds), members: nodes };
  });
}
