/** What a view shows to be missing or unsure, without a look at single spans: findings on nodes and edges. */
import type { Edge, Node } from '../../contract/graph-document.ts';
import type { GraphView } from '../../contract/graph-view.ts';
import { DOCTOR_CODES, type DoctorCode, isDoctorCode, sentence } from './codes.ts';
import { bareName, serviceNames } from './names.ts';
import type { FindingDraft } from './report.ts';

/** Ids in one finding. */
const MAX_IDS = 20;
const MAX_MESSAGES = 3;
/** An edge stands for so many times what was seen. */
const SAMPLED = 1.5;

/** @param scope indexes of nodes; empty: all. */
export function graphFindings(view: GraphView, scope: ReadonlySet<number>): FindingDraft[] {
  const near = surroundings(view, scope);
  const nodes = view.nodes.map((_, index) => index).filter(index => scope.size === 0 || near.has(index));
  const edges = view.edges.filter((_, index) => touches(view, index, scope));
  return [
    ...diagnosticFindings(view, scope),
    ...nodeFindings(view, nodes),
    edgeFinding('one_sided_edge', edges.filter(isOneSided)),
    edgeFinding('parent_child_only', edges.filter(isParentChildOnly)),
    edgeFinding('sampled', edges.filter(isSampled)),
  ].filter(finding => finding !== undefined);
}

function touches(view: GraphView, edge: number, scope: ReadonlySet<number>): boolean {
  return scope.size === 0 || scope.has(view.edgeSource[edge]!) || scope.has(view.edgeTarget[edge]!);
}

function surroundings(view: GraphView, scope: ReadonlySet<number>): ReadonlySet<number> {
  const near = new Set(scope);
  for (const node of scope) {
    for (let i = view.outStart[node]!; i < view.outStart[node + 1]!; i++) near.add(view.edgeTarget[view.outEdges[i]!]!);
    for (let i = view.inStart[node]!; i < view.inStart[node + 1]!; i++) near.add(view.edgeSource[view.inEdges[i]!]!);
  }
  return near;
}

function diagnosticFindings(view: GraphView, scope: ReadonlySet<number>): FindingDraft[] {
  const isWanted = (ids: readonly string[]) => scope.size === 0 || ids.some(id => scope.has(view.nodeIndex(id)));
  const byCode = Map.groupBy(
    view.diagnostics.filter(({ nodes }) => isWanted(nodes)),
    ({ code }) => code,
  );
  return Array.from(byCode, ([code, all]) => {
    const text = isDoctorCode(code) ? DOCTOR_CODES[code] : { severity: 'warning' as const, fix: '' };
    const told = all.slice(0, MAX_MESSAGES).map(({ message }) => message);
    const rest = all.length > told.length ? ` And ${all.length - told.length} more.` : '';
    return {
      ...NOTHING,
      code,
      severity: text.severity,
      count: all.length,
      message: `${told.join('. ')}.${rest}`,
      fix: text.fix,
      nodes: [...new Set(all.flatMap(({ nodes }) => nodes))].slice(0, MAX_IDS),
    };
  });
}

function nodeFindings(view: GraphView, indexes: readonly number[]): (FindingDraft | undefined)[] {
  const pick = (wanted: (node: Node, index: number) => boolean) =>
    indexes.filter(index => wanted(view.nodes[index]!, index)).map(index => view.nodes[index]!.id);
  const services = serviceNames(view);
  const isTopic = (node: Node) => node.kind === 'topic' && node.overflow !== true;
  const leaves = (index: number) => view.outStart[index + 1]! > view.outStart[index]!;
  const arrives = (index: number) => view.inStart[index + 1]! > view.inStart[index]!;
  const isLikeService = (node: Node) => node.kind === 'external' && services.has(bareName(node.name));
  return [
    nodeFinding('external_like_service', pick(isLikeService)),
    nodeFinding('partial_identity', pick(isPartial)),
    nodeFinding(
      'topic_without_publisher',
      pick((node, i) => isTopic(node) && leaves(i) && !arrives(i)),
    ),
    nodeFinding(
      'topic_without_consumer',
      pick((node, i) => isTopic(node) && arrives(i) && !leaves(i)),
    ),
    nodeFinding(
      'overflow',
      pick(node => node.overflow === true),
    ),
  ];
}

function isPartial({ kind, system, instance, overflow }: Node): boolean {
  if (overflow === true) return false;
  if (kind === 'topic') return system === undefined;
  return (kind === 'table' || kind === 'database') && (system === undefined || instance === undefined);
}

function isBetweenServices({ kind, source, target }: Edge): boolean {
  return kind === 'calls' && source.startsWith('service:') && target.startsWith('service:');
}

function isOneSided(edge: Edge): boolean {
  const { paired, parent_child, client_span, server_span } = edge.evidence;
  const seen = (client_span ?? 0) + (server_span ?? 0);
  return isBetweenServices(edge) && (paired ?? 0) === 0 && (parent_child ?? 0) === 0 && seen > 0;
}

function isParentChildOnly(edge: Edge): boolean {
  return isBetweenServices(edge) && (edge.evidence.paired ?? 0) === 0 && (edge.evidence.parent_child ?? 0) > 0;
}

export function isSampled({ estimated, count }: Edge): boolean {
  return estimated > count * SAMPLED;
}

const NOTHING = { share: null, services: [], nodes: [], edges: [], example: null } as const;

function nodeFinding(code: DoctorCode, ids: readonly string[]): FindingDraft | undefined {
  return ids.length === 0 ? undefined : plainFinding(code, ids.length, { nodes: ids.slice(0, MAX_IDS) });
}

function edgeFinding(code: DoctorCode, edges: readonly Edge[]): FindingDraft | undefined {
  if (edges.length === 0) return undefined;
  const sorted = edges.toSorted((a, b) => b.count - a.count || (a.id < b.id ? -1 : 1)).slice(0, MAX_IDS);
  const example = sorted.find(({ exemplars }) => exemplars.length > 0)?.exemplars[0] ?? null;
  return plainFinding(code, edges.length, { edges: sorted.map(({ id }) => id), example });
}

/** A finding in the words of its code; `detail` ends the sentence. */
export function plainFinding(
  code: DoctorCode,
  count: number,
  more: Partial<Pick<FindingDraft, 'nodes' | 'edges' | 'example'>> = {},
  detail = '',
): FindingDraft {
  const { severity, unit, what, fix } = DOCTOR_CODES[code];
  return {
    ...NOTHING,
    code,
    severity,
    count,
    message: `${sentence(unit)} that ${what}: ${count}${detail}.`,
    fix,
    ...more,
  };
}
