/** GraphML: nodes and edges in, an XML document out, piece by piece. Source: graphml.graphdrawing.org/specification. */
import type { Edge, Node } from '../../contract/graph-document.ts';
import type { GraphParts } from '../select.ts';
import { EDGE_FIELDS, type Field, NODE_FIELDS } from './fields.ts';
import { labelsOf } from './labels.ts';
import { xmlId, xmlText } from './xml.ts';

export function* graphmlPieces(graph: GraphParts): Generator<string> {
  const labels = labelsOf(graph.nodes);
  yield '<?xml version="1.0" encoding="UTF-8"?>\n<graphml xmlns="http://graphml.graphdrawing.org/xmlns">\n';
  yield '  <key id="node-label" for="node" attr.name="label" attr.type="string"/>\n';
  for (const field of NODE_FIELDS) yield keyOf('node', field);
  for (const field of EDGE_FIELDS) yield keyOf('edge', field);
  yield '  <graph id="tacit" edgedefault="directed">\n';
  for (const node of graph.nodes) yield nodePiece(node, labels.get(node.id) ?? node.name);
  for (const edge of graph.edges) yield edgePiece(edge);
  yield '  </graph>\n</graphml>\n';
}

function keyOf<T>(owner: 'node' | 'edge', { name, type }: Field<T>): string {
  return `  <key id="${owner}-${name}" for="${owner}" attr.name="${name}" attr.type="${type}"/>\n`;
}

function nodePiece(node: Node, label: string): string {
  const data = `<data key="node-label">${xmlText(label)}</data>${dataOf('node', NODE_FIELDS, node)}`;
  return `    <node id="${xmlId(node.id)}">${data}</node>\n`;
}

function edgePiece(edge: Edge): string {
  const ends = `source="${xmlId(edge.source)}" target="${xmlId(edge.target)}"`;
  return `    <edge id="${xmlId(edge.id)}" ${ends}>${dataOf('edge', EDGE_FIELDS, edge)}</edge>\n`;
}

function dataOf<T>(owner: 'node' | 'edge', fields: readonly Field<T>[], item: T): string {
  return fields
    .map(({ name, of }) => {
      const value = of(item);
      return value === undefined ? '' : `<data key="${owner}-${name}">${xmlText(String(value))}</data>`;
    })
    .join('');
}
