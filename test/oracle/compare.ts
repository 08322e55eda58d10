/** Holds one graph document against another, field by field, and tells the differences in words. */
import type { OracleDocument, OracleNode } from './document.ts';
import type { Visits } from './paths.ts';
import type { OracleEdge } from './weights.ts';

const RELATIVE_TOLERANCE = 1e-9;

const NODE_FIELDS: readonly (keyof OracleNode)[] = [
  'kind',
  'name',
  'namespace',
  'environment',
  'system',
  'cluster',
  'instance',
  'database',
  'schema',
  'rawIds',
  'entry',
  'unresolved',
  'firstSeen',
  'lastSeen',
];

const EDGE_FIELDS: readonly (keyof OracleEdge)[] = [
  'kind',
  'source',
  'target',
  'count',
  'served',
  'messages',
  'batches',
  'received',
  'processed',
  'redeliveries',
  'groups',
  'rows',
  'operations',
  'clientErrors',
  'serverErrors',
  'errors',
  'estimated',
  'latency',
  'lag',
  'firstSeen',
  'lastSeen',
  'confidence',
  'evidence',
  'exemplars',
  'loop',
];

/** One line per difference: what, field, expected, got. An absent field equals 0, false and an empty object. */
export function compareDocuments(expected: OracleDocument, got: OracleDocument): string[] {
  return [
    ...compareLists('node', NODE_FIELDS, expected.nodes, got.nodes),
    ...compareLists('edge', EDGE_FIELDS, expected.edges, got.edges),
    ...compareField('diagnostics', 'ambiguous', ambiguousOf(expected), ambiguousOf(got)),
    ...compareField('stats', 'spans', expected.stats.spans, got.stats.spans),
    ...compareField('stats', 'reasons', expected.stats.reasons, got.stats.reasons),
  ];
}

function ambiguousOf({ diagnostics }: OracleDocument): readonly (readonly string[])[] {
  return diagnostics.filter(one => one.code === 'ambiguous_identity').map(one => one.nodes);
}

/** One line per chain of nodes that was not counted alike. Without expectation everything is right. */
export function comparePaths(
  expected: ReadonlyMap<string, Visits> | undefined,
  got: ReadonlyMap<string, Visits>,
): string[] {
  if (expected === undefined) return [];
  const texts = [...new Set([...expected.keys(), ...got.keys()])].sort();
  return texts.flatMap(text => compareField('path', text, expected.get(text), got.get(text)));
}

function compareLists<T extends { readonly id: string }>(
  what: string,
  fields: readonly (keyof T & string)[],
  expected: readonly T[],
  got: readonly T[],
): string[] {
  const ids = [...new Set([...expected, ...got].map(one => one.id))].sort();
  return ids.flatMap(id => {
    const [wanted, other] = [expected.find(one => one.id === id), got.filter(one => one.id === id)];
    if (other.length > 1) return [`${what} ${id}: is there ${other.length} times`];
    if (wanted === undefined) return [`${what} ${id}: not expected, got ${JSON.stringify(other[0])}`];
    if (other[0] === undefined) return [`${what} ${id}: missing, expected ${JSON.stringify(wanted)}`];
    return fields.flatMap(field => compareField(`${what} ${id}`, field, wanted[field], other[0]?.[field]));
  });
}

/** Descends into objects; lists and scalars are compared as they are. */
function compareField(where: string, field: string, expected: unknown, got: unknown): string[] {
  if (isRecord(expected) || isRecord(got)) {
    const [left, right] = [isRecord(expected) ? expected : {}, isRecord(got) ? got : {}];
    const names = [...new Set([...Object.keys(left), ...Object.keys(right)])];
    return names.flatMap(name => compareField(where, `${field}.${name}`, own(left, name), own(right, name)));
  }
  return isEqual(expected, got)
    ? []
    : [`${where}: ${field} expected ${JSON.stringify(expected)}, got ${JSON.stringify(got)}`];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function own(record: Record<string, unknown>, name: string): unknown {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

function isEqual(expected: unknown, got: unknown): boolean {
  const [left, right] = [expected || 0, got || 0];
  if (typeof left === 'number' && typeof right === 'number') {
    return Math.abs(left - right) <= RELATIVE_TOLERANCE * Math.max(Math.abs(left), Math.abs(right));
  }
  return canonical(left) === canonical(right);
}

/** Neither the order of a list nor that of an object's fields matters. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).sort()}]`;
  if (!isRecord(value)) return JSON.stringify(value);
  return `{${Object.keys(value)
    .sort()
    .map(name => `${JSON.stringify(name)}:${canonical(value[name])}`)}}`;
}
