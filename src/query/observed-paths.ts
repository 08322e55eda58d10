/** Paths between two nodes that were seen whole: chains in the tree of paths that lead from one to the other. */
import type { Hops } from './hops.ts';
import { pathIndex } from './path-index.ts';
import type { SearchRules } from './path-search.ts';

/** Steps up the tree, at most. */
const MAX_STEPS = 5_000_000;

export interface ObservedPaths {
  /** Simple paths by their nodes; interactions that took exactly this way. */
  readonly paths: ReadonlyMap<string, { readonly nodes: readonly number[]; readonly count: number }>;
  /** Interactions that entered the first node and have a place. */
  readonly entered: number;
  readonly truncated: boolean;
}

export const pathKey = (nodes: readonly number[]): string => nodes.join(' ');

export function observedPaths(hops: Hops, rules: SearchRules): ObservedPaths {
  const index = pathIndex(hops.view);
  const paths = new Map<string, { nodes: readonly number[]; count: number }>();
  let steps = 0;
  for (let row = index.first[rules.to]!; row > 0; row = index.next[row]!) {
    if (index.visits[row] === 0) continue;
    if (steps > MAX_STEPS) return { paths, entered: index.entered[rules.from]!, truncated: true };
    const nodes: number[] = [rules.to];
    let at = index.above[row]!;
    while (at > 0 && nodes.length <= rules.maxHops && index.nodes[at] !== rules.from) {
      nodes.push(index.nodes[at]!);
      at = index.above[at]!;
    }
    steps += nodes.length;
    if (at <= 0 || index.nodes[at] !== rules.from || nodes.length > rules.maxHops) continue;
    nodes.push(rules.from);
    nodes.reverse();
    if (!isWanted(hops, rules, nodes)) continue;
    const key = pathKey(nodes);
    const known = paths.get(key);
    if (known === undefined) paths.set(key, { nodes, count: index.visits[row]! });
    else known.count += index.visits[row]!;
  }
  return { paths, entered: index.entered[rules.from]!, truncated: false };
}

/** Simple, by hops that may be taken, through all that is to be passed. */
function isWanted(hops: Hops, { via }: SearchRules, nodes: readonly number[]): boolean {
  if (nodes.includes(-1) || new Set(nodes).size < nodes.length) return false;
  for (let i = 1; i < nodes.length; i++) if (hops.between(nodes[i - 1]!, nodes[i]!) < 0) return false;
  return via.every(node => nodes.includes(node));
}
