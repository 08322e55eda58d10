/**
 * Holds a graph against the truth, edge by edge: count, errors of both sides, messages and evidence must be equal, no
 * edge may be missing or left over, and every span must have one fate.
 */
import type { Edge, GraphDocument, Node } from '../../src/contract/graph-document.ts';
import { edgeKey, type TrueEdge, type Truth } from './truth.ts';

const MOST_PROBLEMS = 10;

export interface Judgement {
  /** True edges. */
  readonly edges: number;
  /** Of them, those with this part right. */
  readonly counts: number;
  readonly errors: number;
  readonly messages: number;
  readonly evidence: number;
  /** Right in all parts. */
  readonly exact: number;
  readonly missing: number;
  /** Edges of the graph that should not be there. */
  readonly unexpected: number;
  readonly entriesExact: boolean;
  /** What was received is the sum of what became of it. */
  readonly accounted: boolean;
  readonly receivedExact: boolean;
  readonly duplicatesExact: boolean;
  readonly right: boolean;
  /** The first few things that are wrong, for people. */
  readonly problems: readonly string[];
}

/** `received` is the number of spans the server accepted; nodes of the namespace `ignored` are not looked at. */
export function judgeGraph(graph: GraphDocument, truth: Truth, received: number, ignored?: string): Judgement {
  const problems: string[] = [];
  const found = findEdges(graph, ignored);
  const verdicts = truth.edges.map(expected => {
    const key = edgeKey(expected.kind, expected.source, expected.target);
    const edges = found.get(key) ?? [];
    found.delete(key);
    return judgeEdge(key, expected, edges, problems);
  });
  for (const key of found.keys()) problems.push(`${key}: no such edge is expected`);
  const checks = judgeRest(graph, truth, received, ignored, problems);
  const share = (part: keyof Verdict): number => verdicts.filter(verdict => verdict[part]).length;
  return {
    edges: truth.edges.length,
    counts: share('count'),
    errors: share('errors'),
    messages: share('messages'),
    evidence: share('evidence'),
    exact: verdicts.filter(verdict => Object.values(verdict).every(Boolean)).length,
    missing: verdicts.length - share('found'),
    unexpected: found.size,
    ...checks,
    right: problems.length === 0,
    problems: problems.slice(0, MOST_PROBLEMS),
  };
}

interface Verdict {
  readonly found: boolean;
  readonly count: boolean;
  readonly errors: boolean;
  readonly messages: boolean;
  readonly evidence: boolean;
}

const NOTHING_RIGHT: Verdict = { found: false, count: false, errors: false, messages: false, evidence: false };

function judgeEdge(key: string, expected: TrueEdge, edges: readonly Edge[], problems: string[]): Verdict {
  const edge = edges[0];
  if (edge === undefined) {
    problems.push(`${key}: missing; expected a count of ${expected.count}`);
    return NOTHING_RIGHT;
  }
  if (edges.length > 1)
    problems.push(`${key}: ${edges.length} edges instead of one: ${edges.map(e => e.id).join(', ')}`);
  const check = (part: string, want: unknown, got: unknown): boolean => {
    const equal = JSON.stringify(want) === JSON.stringify(got);
    if (!equal) problems.push(`${key}: ${part} is ${JSON.stringify(got)} instead of ${JSON.stringify(want)}`);
    return equal;
  };
  return {
    found: edges.length === 1,
    count: check('count', expected.count, edge.count),
    errors: check('errors', errorsOf(expected), errorsOf(edge)),
    messages: expected.messages === undefined || check('messages', expected.messages, edge.messages),
    evidence: check('evidence', sortedCounts(expected.evidence), sortedCounts(edge.evidence)),
  };
}

type Checks = Pick<Judgement, 'entriesExact' | 'accounted' | 'receivedExact' | 'duplicatesExact'>;

function judgeRest(
  graph: GraphDocument,
  truth: Truth,
  received: number,
  ignored: string | undefined,
  problems: string[],
): Checks {
  const check = (right: boolean, problem: string): boolean => {
    if (!right) problems.push(problem);
    return right;
  };
  const wanted = JSON.stringify(sortedCounts(truth.entries));
  const entries = JSON.stringify(sortedCounts(countEntries(graph.nodes, ignored)));
  const { received: stated, ...fates } = graph.stats.spans;
  const sum = Object.values(fates).reduce((total, count) => total + count, 0);
  return {
    entriesExact: check(entries === wanted, `entries are ${entries} instead of ${wanted}`),
    accounted: check(stated === sum, `${stated} spans received, but ${sum} with a fate: ${JSON.stringify(fates)}`),
    receivedExact: check(stated === received, `${stated} spans received, but ${received} were accepted`),
    duplicatesExact: check(
      fates.duplicates === truth.duplicates,
      `${fates.duplicates} spans known as duplicates, but ${truth.duplicates} were sent twice`,
    ),
  };
}

function findEdges(graph: GraphDocument, ignored: string | undefined): Map<string, Edge[]> {
  const nodes = new Map(graph.nodes.map(node => [node.id, node]));
  const found = new Map<string, Edge[]>();
  for (const edge of graph.edges) {
    const source = nodes.get(edge.source);
    if (ignored !== undefined && source?.namespace === ignored) continue;
    const key = edgeKey(edge.kind, nameOf(source, edge.source), nameOf(nodes.get(edge.target), edge.target));
    const same = found.get(key);
    if (same === undefined) found.set(key, [edge]);
    else same.push(edge);
  }
  return found;
}

function nameOf(node: Node | undefined, id: string): string {
  if (node === undefined) return id;
  return node.kind === 'table' ? `${node.database}.${node.name}` : node.name;
}

function countEntries(nodes: readonly Node[], ignored: string | undefined): Record<string, number> {
  const entries: Record<string, number> = {};
  for (const node of nodes) {
    if (node.entry === undefined || node.entry.count === 0 || (ignored !== undefined && node.namespace === ignored))
      continue;
    entries[node.name] = (entries[node.name] ?? 0) + node.entry.count;
  }
  return entries;
}

const errorsOf = (edge: Pick<TrueEdge, 'errors' | 'clientErrors' | 'serverErrors'>): readonly number[] => [
  edge.errors,
  edge.clientErrors,
  edge.serverErrors,
];

function sortedCounts(counts: Readonly<Record<string, number>>): readonly (readonly [string, number])[] {
  const nonZero = Object.entries(counts).filter(([, count]) => count !== 0);
  return nonZero.sort(([a], [b]) => (a < b ? -1 : 1));
}
