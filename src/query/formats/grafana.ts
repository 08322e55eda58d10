/**
 * Grafana's node graph: nodes and edges in, `{nodes, edges}` out, the rows of the two frames of its panel, piece by
 * piece. Source: Grafana's documentation of the node graph panel, "Data requirements".
 */
import type { Edge, Node, NodeKind } from '../../contract/graph-document.ts';
import type { GraphParts } from '../select.ts';
import { EDGE_FIELDS, type Field, type FieldValue, NODE_FIELDS } from './fields.ts';
import { listPieces } from './json-pieces.ts';
import { labelsOf, printable } from './labels.ts';

const MAX_THICKNESS = 10;

export function* grafanaPieces(graph: GraphParts): Generator<string> {
  const { nodes, edges } = graph;
  const labels = labelsOf(nodes);
  const traffic = trafficOf(graph);
  yield '{"nodes":';
  yield* listPieces(nodes, node => rowOfNode(node, labels.get(node.id) ?? node.name, traffic.get(node.id)!));
  yield ',"edges":';
  yield* listPieces(edges, rowOfEdge);
  yield '}\n';
}

/** Interactions that a node takes part in as the one that serves, and how many of them failed. */
interface Traffic {
  count: number;
  errors: number;
}

/** A service answers for what comes in; whatever else for all that happens at it. */
function trafficOf({ nodes, edges }: GraphParts): ReadonlyMap<string, Traffic> {
  const found = new Map<string, Traffic & { readonly kind: NodeKind }>();
  for (const { id, kind } of nodes) found.set(id, { kind, count: 0, errors: 0 });
  const add = (id: string, count: number, errors: number) => {
    const traffic = found.get(id)!;
    traffic.count += count;
    traffic.errors += errors;
  };
  for (const { source, target, count, errors, serverErrors } of edges) {
    const served = found.get(target)!.kind === 'service';
    add(target, count, Math.min(count, served ? serverErrors : errors));
    if (source !== target && found.get(source)!.kind !== 'service') add(source, count, Math.min(count, errors));
  }
  return found;
}

/** The two arcs of a node's circle must sum to one. */
function rowOfNode(node: Node, title: string, { count, errors }: Traffic): object {
  const failed = count === 0 ? 0 : Number((errors / count).toFixed(6));
  return {
    id: node.id,
    title,
    subTitle: node.environment === undefined ? node.kind : printable(`${node.kind} in ${node.environment}`),
    mainStat: count,
    secondaryStat: `${Number((failed * 100).toFixed(2))} % errors`,
    arc__failed: failed,
    arc__passed: Number((1 - failed).toFixed(6)),
    ...detailsOf(NODE_FIELDS, node),
  };
}

function rowOfEdge(edge: Edge): object {
  const { id, source, target, kind, count, errors, state } = edge;
  const thickness = Math.min(MAX_THICKNESS, 1 + Math.log10(Math.max(1, count)));
  return {
    id,
    source,
    target,
    mainStat: count,
    secondaryStat: kind,
    thickness: Number(thickness.toFixed(2)),
    ...(errors > 0 ? { color: 'red' } : {}),
    ...(state === 'gone' ? { strokeDasharray: '4 3' } : {}),
    ...detailsOf(EDGE_FIELDS, edge),
  };
}

/** Details are texts or numbers, nothing else. */
function detailsOf<T>(fields: readonly Field<T>[], item: T): Record<string, FieldValue> {
  const found: Record<string, FieldValue> = {};
  for (const { name, of } of fields) {
    const value = of(item);
    if (value === undefined) continue;
    found[`detail__${name}`] = typeof value === 'number' ? value : printable(String(value));
  }
  return found;
}
