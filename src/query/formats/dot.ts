/**
 * Graphviz: nodes and edges in, DOT text out, line by line. Ids and labels are quoted strings with every character
 * that could end or change them escaped, so no name can add to the drawing.
 */
import type { Edge, Node, NodeKind } from '../../contract/graph-document.ts';
import type { GraphParts } from '../select.ts';
import { labelsOf, printable, shortCount } from './labels.ts';

const SHAPES: Readonly<Record<NodeKind, string>> = {
  service: 'shape=box',
  topic: 'shape=cds',
  table: 'shape=cylinder',
  database: 'shape=cylinder,peripheries=2',
  external: 'shape=box,style=dashed',
};

/** Lines with their line ends. */
export function* dotLines(graph: GraphParts): Generator<string> {
  const labels = labelsOf(graph.nodes);
  yield 'digraph tacit {\n  rankdir=LR;\n  node [shape=box,fontname="sans-serif"];\n  edge [fontname="sans-serif",fontsize=10];\n';
  for (const node of graph.nodes) yield nodeLine(node, labels.get(node.id) ?? node.name);
  for (const edge of graph.edges) yield edgeLine(edge);
  yield '}\n';
}

function nodeLine(node: Node, label: string): string {
  const faded = node.state === 'gone' ? ',color=gray,fontcolor=gray' : '';
  return `  ${quoted(node.id)} [label=${text(label)},tooltip=${text(node.id)},${SHAPES[node.kind]}${faded}];\n`;
}

function edgeLine(edge: Edge): string {
  const color = edge.state === 'gone' ? ',color=gray' : edge.errors > 0 ? ',color=red3' : '';
  const width = (1 + Math.log10(Math.max(1, edge.count)) / 2).toFixed(1);
  const label = text(`${edge.kind} ${shortCount(edge.count)}`);
  return `  ${quoted(edge.source)} -> ${quoted(edge.target)} [label=${label},penwidth=${width}${color}];\n`;
}

function quoted(value: string): string {
  return `"${printable(value).replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

/** Shown text: Graphviz also reads HTML entities in it. */
function text(value: string): string {
  return quoted(value.replaceAll('&', '&amp;'));
}
