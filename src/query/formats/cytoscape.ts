/** Cytoscape.js elements JSON: nodes and edges in, `{elements: {nodes, edges}}` out, piece by piece. Source: js.cytoscape.org, "Elements JSON". */
import type { Edge, Node } from '../../contract/graph-document.ts';
import type { GraphParts } from '../select.ts';
import { EDGE_FIELDS, NODE_FIELDS, valuesOf } from './fields.ts';
import { listPieces } from './json-pieces.ts';
import { labelsOf } from './labels.ts';

export function* cytoscapePieces({ nodes, edges }: GraphParts): Generator<string> {
  const labels = labelsOf(nodes);
  yield '{"elements":{"nodes":';
  yield* listPieces(nodes, node => elementOfNode(node, labels.get(node.id) ?? node.name));
  yield ',"edges":';
  yield* listPieces(edges, elementOfEdge);
  yield '}}\n';
}

function elementOfNode(node: Node, label: string): object {
  return { data: { id: node.id, label, ...valuesOf(NODE_FIELDS, node) }, classes: node.kind };
}

function elementOfEdge(edge: Edge): object {
  const { id, source, target, kind } = edge;
  return { data: { id, source, target, ...valuesOf(EDGE_FIELDS, edge) }, classes: kind };
}
