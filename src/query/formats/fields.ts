/** What node-link formats say of nodes and edges beside what they are: one list for all of them. */
import type { Edge, Node } from '../../contract/graph-document.ts';

export type FieldType = 'string' | 'long' | 'double' | 'boolean';
export type FieldValue = string | number | boolean;

export interface Field<T> {
  readonly name: string;
  readonly type: FieldType;
  /** Undefined where the item has none. */
  of(item: T): FieldValue | undefined;
}

function field<T>(type: FieldType, name: string, of: (item: T) => FieldValue | undefined): Field<T> {
  return { name, type, of };
}

const node = (type: FieldType, name: keyof Node & string): Field<Node> =>
  field(type, name, one => one[name] as FieldValue | undefined);

export const NODE_FIELDS: readonly Field<Node>[] = [
  node('string', 'kind'),
  node('string', 'name'),
  node('string', 'namespace'),
  node('string', 'environment'),
  node('string', 'system'),
  node('string', 'cluster'),
  node('string', 'instance'),
  node('string', 'database'),
  node('string', 'schema'),
  node('string', 'state'),
  node('boolean', 'virtual'),
  node('boolean', 'overflow'),
  field('long', 'entries', one => one.entry?.count),
  node('long', 'unresolved'),
  node('string', 'firstSeen'),
  node('string', 'lastSeen'),
];

const edge = (type: FieldType, name: keyof Edge & string): Field<Edge> =>
  field(type, name, one => one[name] as FieldValue | undefined);

export const EDGE_FIELDS: readonly Field<Edge>[] = [
  edge('string', 'kind'),
  edge('string', 'state'),
  edge('long', 'count'),
  edge('long', 'served'),
  edge('long', 'messages'),
  edge('long', 'batches'),
  edge('long', 'received'),
  edge('long', 'processed'),
  edge('long', 'redeliveries'),
  edge('long', 'rows'),
  edge('long', 'clientErrors'),
  edge('long', 'serverErrors'),
  edge('long', 'errors'),
  edge('double', 'estimated'),
  edge('double', 'rate'),
  edge('double', 'confidence'),
  field('double', 'clientP95', one => one.latency?.client?.p95),
  field('double', 'serverP95', one => one.latency?.server?.p95),
  field('double', 'lagP95', one => one.lag?.p95),
  field('string', 'operations', one => countsText(one.operations)),
  field('string', 'groups', one => countsText(one.groups)),
  edge('string', 'firstSeen'),
  edge('string', 'lastSeen'),
  edge('boolean', 'loop'),
];

/** `insert 3, select 4` */
function countsText(counts: Readonly<Record<string, number>> | undefined): string | undefined {
  if (counts === undefined) return undefined;
  return Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');
}

/** Field name → value, for those that the item has. */
export function valuesOf<T>(fields: readonly Field<T>[], item: T): Record<string, FieldValue> {
  const found: Record<string, FieldValue> = {};
  for (const { name, of } of fields) {
    const value = of(item);
    if (value !== undefined) found[name] = value;
  }
  return found;
}
