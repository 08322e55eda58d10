/** GEXF 1.3: nodes and edges in, an XML document out, piece by piece. Source: gexf.net/schema.html. */
import type { Edge, Node } from '../../contract/graph-document.ts';
import type { GraphParts } from '../select.ts';
import { EDGE_FIELDS, type Field, NODE_FIELDS } from './fields.ts';
import { labelsOf } from './labels.ts';
import { xmlId, xmlText } from './xml.ts';

export function* gexfPieces(graph: GraphParts): Generator<string> {
  const labels = labelsOf(graph.nodes);
  yield '<?xml version="1.0" encoding="UTF-8"?>\n<gexf xmlns="http://gexf.net/1.3" version="1.3">\n';
  yield '  <meta><creator>tacit</creator></meta>\n  <graph mode="static" defaultedgetype="directed">\n';
  yield attributesOf('node', NODE_FIELDS);
  yield attributesOf('edge', EDGE_FIELDS);
  yield '    <nodes>\n';
  for (const node of graph.nodes) yield nodePiece(node, labels.get(node.id) ?? node.name);
  yield '    </nodes>\n    <edges>\n';
  for (const edge of graph.edges) yield edgePiece(edge);
  yield '    </edges>\n  </graph>\n</gexf>\n';
}

function attributesOf<T>(owner: 'node' | 'edge', fields: readonly Field<T>[]): string {
  const lines = fields.map(({ name, type }) => `      <attribute id="${name}" title="${name}" type="${type}"/>\n`);
  return `    <attributes class="${owner}">\n${lines.join('')}    </attributes>\n`;
}

function nodePiece(node: Node, label: string): string {
  const values = valuesOf(NODE_FIELDS, node);
  return `      <node id="${xmlId(node.id)}" label="${xmlText(label)}">${values}</node>\n`;
}

/** Several edges may join two nodes, each of a kind of its own. */
function edgePiece(edge: Edge): string {
  const ends = `source="${xmlId(edge.source)}" target="${xmlId(edge.target)}"`;
  const head = `id="${xmlId(edge.id)}" ${ends} kind="${edge.kind}" weight="${edge.count}"`;
  return `      <edge ${head}>${valuesOf(EDGE_FIELDS, edge)}</edge>\n`;
}

function valuesOf<T>(fields: readonly Field<T>[], item: T): string {
  const values = fields.map(({ name, of }) => {
    const value = of(item);
    return value === undefined ? '' : `<attvalue for="${name}" value="${xmlText(String(value))}"/>`;
  });
  return `<attvalues>${values.join('')}</attvalues>`;
}
