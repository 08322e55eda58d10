/**
 * A view over a graph document (from a file or another process), so that every question works on it offline.
 * Edges whose nodes the document does not hold are an error: such a document was cut by hand. Nodes have the numbers of
 * their places.
 */
import { EDGE_KINDS, type Edge, type GraphDocument, type Node, STATES } from '../contract/graph-document.ts';
import type { GraphView, Weights } from '../contract/graph-view.ts';
import { figuresOfDocuments } from '../graph/figures.ts';
import { tableOfColumns } from './path-columns.ts';

export class DanglingEdgeError extends Error {
  override readonly name = 'DanglingEdgeError';
}

export function viewOfDocument(document: GraphDocument): GraphView {
  const nodes = document.nodes.toSorted(byId);
  const edges = document.edges.toSorted(byId);
  const nodeIndexes = indexesOf(nodes);
  const edgeIndexes = indexesOf(edges);
  const indexOfNode = (id: string, edge: Edge): number => {
    const index = nodeIndexes.get(id);
    if (index === undefined) throw new DanglingEdgeError(`edge "${edge.id}" names the node "${id}", which is missing`);
    return index;
  };
  const edgeSource = Uint32Array.from(edges, edge => indexOfNode(edge.source, edge));
  const edgeTarget = Uint32Array.from(edges, edge => indexOfNode(edge.target, edge));
  const out = adjacencyOf(nodes.length, edgeSource);
  const into = adjacencyOf(nodes.length, edgeTarget);
  return {
    revision: document.revision,
    asOf: Date.parse(document.asOf),
    structure: {},
    nodeFacts: nodes,
    weights: weightsOf(nodes, edges),
    nodes,
    edges,
    node: place => nodes[place]!,
    edge: place => edges[place]!,
    figures: () => figuresOfDocuments(nodes, edges),
    outStart: out.start,
    outEdges: out.edges,
    inStart: into.start,
    inEdges: into.edges,
    edgeSource,
    edgeTarget,
    paths: tableOfColumns(document, node => nodeIndexes.get(document.nodes[node]?.id ?? '') ?? -1),
    stats: document.stats,
    diagnostics: document.diagnostics,
    nodeIndex: idOrKey => nodeIndexes.get(idOrKey) ?? -1,
    edgeIndex: idOrKey => edgeIndexes.get(idOrKey) ?? -1,
    nodeOfRaw: raw => (raw < nodes.length ? raw : -1),
    rawEdgeIds: edge => [edges[edge]!.id],
  };
}

function weightsOf(nodes: readonly Node[], edges: readonly Edge[]): Weights {
  return {
    kinds: Uint8Array.from(edges, ({ kind }) => EDGE_KINDS.indexOf(kind)),
    states: Uint8Array.from(edges, ({ state }) => STATES.indexOf(state)),
    counts: Float64Array.from(edges, ({ count }) => count),
    messages: Float64Array.from(edges, ({ messages }) => messages ?? Number.NaN),
    confidences: Float64Array.from(edges, ({ confidence }) => confidence),
    entries: Float64Array.from(nodes, ({ entry }) => entry?.count ?? 0),
  };
}

function byId(a: Node | Edge, b: Node | Edge): number {
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

/** Ids win over keys and over what was merged into another. */
function indexesOf(items: readonly (Node | Edge)[]): Map<string, number> {
  const indexes = new Map(items.map((item, index) => [item.key, index]));
  for (const [index, item] of items.entries()) {
    indexes.set(item.id, index);
    if ('rawIds' in item) for (const raw of item.rawIds) if (!indexes.has(raw)) indexes.set(raw, index);
  }
  return indexes;
}

/** Counting sort of edge indexes by the node at one of their ends. */
function adjacencyOf(nodeCount: number, endOfEdge: Uint32Array): { start: Uint32Array; edges: Uint32Array } {
  const start = new Uint32Array(nodeCount + 1);
  for (const node of endOfEdge) start[node + 1]!++;
  for (let i = 0; i < nodeCount; i++) start[i + 1]! += start[i]!;
  const cursor = start.slice();
  const edges = new Uint32Array(endOfEdge.length);
  for (const [edge, node] of endOfEdge.entries()) edges[cursor[node]!++] = edge;
  return { start, edges };
}
