/** A node of the store as readers meet it. */
import { NODE_KINDS, type Node, type State } from '../contract/graph-document.ts';
import type { NodeFacts } from '../contract/graph-view.ts';
import { DATABASE, EXTERNAL, type Identity, SERVICE, shortKey, TABLE, TOPIC } from '../lib/identities.ts';
import type { NodeNumbers } from './graph-source.ts';
import { isoTime } from './iso-time.ts';

/** Field names of an identity's parts, by kind. */
const PART_FIELDS: Readonly<Record<number, readonly string[]>> = {
  [SERVICE]: ['namespace', 'name'],
  [TOPIC]: ['system', 'cluster', 'name'],
  [TABLE]: ['system', 'instance', 'database', 'schema', 'name'],
  [DATABASE]: ['system', 'instance', 'database'],
  [EXTERNAL]: ['name'],
};

/** @param rawIds what is shown as this node, when it is not just itself. */
export function identityToNode(identity: Identity, rawIds: readonly string[] = [identity.id]): NodeFacts {
  const fields: Record<string, string> = {};
  if (identity.overflow) fields.name = identity.parts[0]!;
  else {
    PART_FIELDS[identity.kind]!.forEach((field, i) => {
      if (identity.parts[i] !== '') fields[field] = identity.parts[i]!;
    });
  }
  return {
    id: identity.id,
    key: shortKey(identity.id),
    kind: NODE_KINDS[identity.kind]!,
    name: fields.name ?? fields.database ?? '~',
    ...fields,
    ...(identity.environment !== '' && { environment: identity.environment }),
    virtual: identity.kind !== SERVICE,
    ...(identity.overflow && { overflow: true }),
    attributes: {},
    rawIds,
  };
}

/** @param first,last of the node's edges, as their documents say; undefined when it has none. */
export function nodeToDocument(
  fixed: NodeFacts,
  node: NodeNumbers,
  state: State,
  first: string | undefined,
  last: string | undefined,
): Node {
  const own = Number.isFinite(node.first);
  const ownFirst = isoTime(node.first);
  const ownLast = isoTime(node.last);
  return {
    ...fixed,
    state,
    firstSeen: first !== undefined && (!own || first < ownFirst) ? first : ownFirst,
    lastSeen: last !== undefined && (!own || last > ownLast) ? last : ownLast,
    ...(node.entries > 0 && { entry: { count: node.entries } }),
    ...(node.unresolved > 0 && { unresolved: node.unresolved }),
  };
}
