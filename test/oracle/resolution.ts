/**
 * What identities resolve to, by plain loops over all of them: those with unknown parts to the only one that knows more
 * and agrees, externals to the only service of their name and environment. No configured names.
 */
import type { Diagnostic, NodeKind } from '../../src/contract/graph-document.ts';
import { compareValues } from './chains.ts';
import type { NodeIdentity } from './names.ts';

export interface Resolved {
  /** Of every identity, by id. */
  readonly to: ReadonlyMap<string, NodeIdentity>;
  readonly ambiguous: readonly Pick<Diagnostic, 'code' | 'nodes'>[];
}

type Part = 'environment' | 'system' | 'cluster' | 'instance' | 'database' | 'schema' | 'name';

/** Parts that may be unknown or differ, by kind. */
const PARTS: Readonly<Partial<Record<NodeKind, readonly Part[]>>> = {
  topic: ['environment', 'system', 'cluster', 'name'],
  table: ['environment', 'system', 'instance', 'database', 'schema', 'name'],
  database: ['environment', 'system', 'instance', 'database'],
};

/** @param identities each once. */
export function resolveAll(identities: readonly NodeIdentity[]): Resolved {
  const to = new Map<string, NodeIdentity>();
  const ambiguous: Pick<Diagnostic, 'code' | 'nodes'>[] = [];
  const settle = (node: NodeIdentity, candidates: readonly NodeIdentity[]) => {
    to.set(node.id, candidates.length === 1 ? candidates[0]! : node);
    if (candidates.length < 2) return;
    const ids = candidates.map(one => one.id).sort(compareValues);
    ambiguous.push({ code: 'ambiguous_identity', nodes: [node.id, ...ids.slice(0, 20)] });
  };
  const byKnown = identities.toSorted((a, b) => known(b).length - known(a).length);
  for (const node of byKnown) {
    const representatives = byKnown.filter(one => to.get(one.id) === one);
    settle(
      node,
      representatives.filter(one => one.kind === node.kind && knowsMore(one, node)),
    );
  }
  const services = identities.filter(one => one.kind === 'service');
  for (const node of identities.filter(one => one.kind === 'external')) {
    const found = namesOf(node)
      .map(name => services.filter(one => one.name === name && one.environment === node.environment))
      .find(these => these.length > 0);
    settle(node, found ?? []);
  }
  return { to, ambiguous: ambiguous.sort((a, b) => compareValues(a.nodes[0]!, b.nodes[0]!)) };
}

function known(node: NodeIdentity): readonly Part[] {
  const parts = PARTS[node.kind] ?? [];
  return parts.filter(part => node[part] !== undefined);
}

function knowsMore(more: NodeIdentity, less: NodeIdentity): boolean {
  const [ofMore, ofLess] = [known(more), known(less)];
  if (ofMore.length <= ofLess.length) return false;
  return ofMore.every(part => !ofLess.includes(part) || more[part] === less[part]);
}

/** Itself, its host, and the first label of a name within a Kubernetes cluster. */
function namesOf({ name }: NodeIdentity): string[] {
  const [host = name, port, ...more] = name.split(':');
  const bare = port !== undefined && /^\d+$/.test(port) && more.length === 0 ? host : name;
  const labels = bare.split('.');
  return [name, bare, ...(labels.length > 2 && labels[2] === 'svc' ? [labels[0]!] : [])];
}
