/**
 * Two nodes → the edges between them, and where there are none: what comes near, and what the spans of both say about
 * why. Works on what a view shows; nothing is guessed beyond names.
 */
import type { ServiceCheckup } from '../../contract/checkup.ts';
import type { Node } from '../../contract/graph-document.ts';
import type { GraphView } from '../../contract/graph-view.ts';
import { bareName } from '../doctor/names.ts';
import { labelsOf } from '../formats/labels.ts';

export const REASON_CODES = [
  'through',
  'longer_path',
  'other_direction',
  'external_like_target',
  'other_scope',
  'could_be_another',
  'unresolved_calls',
  'target_callers_missing',
  'target_silent',
  'source_silent',
  'nothing_in_common',
] as const;

export interface Reason {
  readonly code: (typeof REASON_CODES)[number];
  readonly message: string;
  readonly nodes: readonly string[];
  readonly edges: readonly string[];
}

export interface Between {
  readonly from: string;
  readonly to: string;
  /** Ids of the edges from one to the other. */
  readonly edges: readonly string[];
  readonly reasons: readonly Reason[];
}

const MAX_HOPS = 8;
const MAX_IDS = 10;

/** @param services checkups, as far as they are known, under the ids that the view shows. */
export function whyNot(view: GraphView, from: number, to: number, services: readonly ServiceCheckup[]): Between {
  const [source, target] = [view.nodes[from]!, view.nodes[to]!];
  const edges = edgesBetween(view, from, to);
  const base = { from: source.id, to: target.id, edges };
  if (edges.length > 0) return { ...base, reasons: [] };
  const ways = [...alongPath(view, from, to), ...reverse(view, from, to)];
  const names = [
    ...externalsLike(view, from, target),
    ...otherScopes(view, source, target),
    ...candidates(view, source, target),
  ];
  const spans = spanReasons(source, target, services);
  const reasons = [...ways, ...names, ...spans];
  return { ...base, reasons: reasons.length > 0 ? reasons : [apart(source, target)] };
}

function edgesBetween(view: GraphView, from: number, to: number): string[] {
  return [...leaving(view, from)].filter(edge => view.edgeTarget[edge] === to).map(edge => view.edges[edge]!.id);
}

function* leaving(view: GraphView, node: number): Generator<number> {
  for (let i = view.outStart[node]!; i < view.outStart[node + 1]!; i++) yield view.outEdges[i]!;
}

/** The shortest way along the data, as edges; undefined when there is none within the hops. */
function shortestPath(view: GraphView, from: number, to: number): number[] | undefined {
  const arrivedBy = new Map<number, number>();
  let frontier = [from];
  for (let hops = 0; hops < MAX_HOPS && frontier.length > 0 && !arrivedBy.has(to); hops++) {
    const next: number[] = [];
    for (const node of frontier) {
      for (const edge of leaving(view, node)) {
        const reached = view.edgeTarget[edge]!;
        if (reached === from || arrivedBy.has(reached)) continue;
        arrivedBy.set(reached, edge);
        next.push(reached);
      }
    }
    frontier = next;
  }
  if (!arrivedBy.has(to)) return undefined;
  const path: number[] = [];
  for (let node = to; node !== from; node = view.edgeSource[path[0]!]!) path.unshift(arrivedBy.get(node)!);
  return path;
}

function alongPath(view: GraphView, from: number, to: number): Reason[] {
  const path = shortestPath(view, from, to);
  if (path === undefined) return [];
  const nodes = path.slice(0, -1).map(edge => view.nodes[view.edgeTarget[edge]!]!);
  const labels = labelsOf([view.nodes[from]!, ...nodes, view.nodes[to]!]);
  const named = [...labels.values()].join(' → ');
  const [only] = nodes;
  const isThrough = nodes.length === 1 && only!.kind !== 'service' && only!.kind !== 'external';
  const message = isThrough
    ? `Data goes from one to the other through the ${only!.kind} ${labels.get(only!.id)}: ${named}. There is no direct edge beside it.`
    : `Data goes from one to the other in ${path.length} hops: ${named}.`;
  const edges = path.map(edge => view.edges[edge]!.id);
  return [{ code: isThrough ? 'through' : 'longer_path', message, nodes: nodes.map(({ id }) => id), edges }];
}

function reverse(view: GraphView, from: number, to: number): Reason[] {
  const direct = edgesBetween(view, to, from);
  if (direct.length > 0) {
    const kinds = direct.map(id => view.edges[view.edgeIndex(id)]!.kind).join(', ');
    const message = `There is an edge the other way (${kinds}); edges point the way the data goes, from a caller to its callee and from a table or topic to its reader.`;
    return [{ code: 'other_direction', message, nodes: [], edges: direct }];
  }
  const path = shortestPath(view, to, from);
  if (path === undefined) return [];
  const message = `Data goes the other way, in ${path.length} hops.`;
  return [{ code: 'other_direction', message, nodes: [], edges: path.map(edge => view.edges[edge]!.id) }];
}

function externalsLike(view: GraphView, from: number, target: Node): Reason[] {
  const wanted = bareName(target.name);
  if (target.kind !== 'service' || wanted === '') return [];
  const found = [...leaving(view, from)].filter(edge => {
    const { kind, name } = view.nodes[view.edgeTarget[edge]!]!;
    return kind === 'external' && bareName(name) === wanted;
  });
  if (found.length === 0) return [];
  const nodes = found.map(edge => view.nodes[view.edgeTarget[edge]!]!.id).slice(0, MAX_IDS);
  const message = `It calls ${nodes.join(', ')}, named almost like ${target.id}; if they are the same, say so under connectors.topology.identity.aliases.`;
  return [{ code: 'external_like_target', message, nodes, edges: found.map(edge => view.edges[edge]!.id) }];
}

/** Nodes of the same names in other environments or namespaces, between which there is an edge. */
function otherScopes(view: GraphView, source: Node, target: Node): Reason[] {
  const isSame = (a: Node, b: Node) => a.kind === b.kind && a.name === b.name;
  const found = view.edges.filter((_, e) => {
    const [a, b] = [view.nodes[view.edgeSource[e]!]!, view.nodes[view.edgeTarget[e]!]!];
    return isSame(a, source) && isSame(b, target) && (a.id !== source.id || b.id !== target.id);
  });
  if (found.length === 0) return [];
  const edges = found.map(({ id }) => id).slice(0, MAX_IDS);
  const message = `There is such an edge between nodes of the same names in another environment, namespace, system or instance: ${edges.slice(0, 3).join(', ')}.`;
  return [{ code: 'other_scope', message, nodes: [], edges }];
}

/** Nodes that could each be several others stay themselves, and so do their edges. */
function candidates(view: GraphView, source: Node, target: Node): Reason[] {
  const isAbout = (nodes: readonly string[]) => nodes.includes(source.id) || nodes.includes(target.id);
  return view.diagnostics
    .filter(({ code, nodes }) => code === 'ambiguous_identity' && isAbout(nodes))
    .slice(0, MAX_IDS)
    .map(({ message, nodes }) => ({ code: 'could_be_another', message: `${message}.`, nodes, edges: [] }));
}

function spanReasons(source: Node, target: Node, services: readonly ServiceCheckup[]): Reason[] {
  const of = (node: Node) => services.filter(({ service }) => service === node.id);
  const count = (node: Node, code: string) =>
    of(node)
      .flatMap(({ findings }) => findings)
      .reduce((sum, one) => sum + (one.code === code ? one.count : 0), 0);
  const has = (node: Node, ...classes: string[]) =>
    of(node).some(({ spans }) => classes.some(cls => Object.hasOwn(spans, cls)));
  const reasons: Reason[] = [];
  const add = (code: Reason['code'], message: string, node: Node) =>
    reasons.push({ code, message, nodes: [node.id], edges: [] });
  const unresolved = source.unresolved ?? 0;
  const orphans = count(target, 'missing_parent') + count(target, 'missing_producer');
  if (unresolved > 0)
    add('unresolved_calls', `${unresolved} calls of ${source.id} went nobody knows where; it may be there.`, source);
  if (orphans > 0)
    add(
      'target_callers_missing',
      `${orphans} spans of ${target.id} have a caller that never came; it may be this one.`,
      target,
    );
  if (of(source).length > 0 && !has(source, 'client', 'producer', 'database'))
    add(
      'source_silent',
      `${source.id} sends no client, producer or database spans, so nothing tells what it uses.`,
      source,
    );
  if (of(target).length > 0 && !has(target, 'server', 'consumer'))
    add('target_silent', `${target.id} sends no server or consumer spans, so nothing tells who uses it.`, target);
  return reasons;
}

function apart(source: Node, target: Node): Reason {
  const message = `Nothing that was seen leads from ${source.id} to ${target.id}, directly or within ${MAX_HOPS} hops.`;
  return { code: 'nothing_in_common', message, nodes: [], edges: [] };
}
