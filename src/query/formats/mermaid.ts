/**
 * Mermaid: nodes and edges in, a `flowchart LR` out, line by line. Ids are generated (`n1`, `n2`), and of a name only
 * letters, digits and a few harmless marks stay as they are: Mermaid finds directives and markup inside quotes too.
 */
import type { Edge, Node, NodeKind } from '../../contract/graph-document.ts';
import type { GraphParts } from '../select.ts';
import { labelsOf, printable, shortCount } from './labels.ts';

/** Mermaid refuses larger drawings unless its `maxEdges` is raised where it is embedded. */
const DEFAULT_MAX_EDGES = 500;

const SHAPES: Readonly<Record<NodeKind, readonly [open: string, close: string]>> = {
  service: ['["', '"]'],
  topic: ['(["', '"])'],
  table: ['[("', '")]'],
  database: ['[("', '")]'],
  external: ['["', '"]:::external'],
};

/** Lines with their line ends. */
export function* mermaidLines(graph: GraphParts): Generator<string> {
  yield 'flowchart LR\n';
  if (graph.edges.length > DEFAULT_MAX_EDGES) {
    yield `  %% ${graph.edges.length} edges: raise maxEdges (${DEFAULT_MAX_EDGES}) and maxTextSize to draw this\n`;
  }
  const labels = labelsOf(graph.nodes);
  const ids = new Map(graph.nodes.map((node, index) => [node.id, `n${index + 1}`]));
  for (const node of graph.nodes) yield nodeLine(node, ids.get(node.id)!, labels.get(node.id) ?? node.name);
  for (const edge of graph.edges) yield edgeLine(edge, ids);
  if (graph.nodes.some(node => node.kind === 'external')) yield '  classDef external stroke-dasharray: 4 3\n';
}

function nodeLine(node: Node, id: string, label: string): string {
  const [open, close] = SHAPES[node.kind];
  return `  ${id}${open}${escaped(label)}${close}\n`;
}

function edgeLine(edge: Edge, ids: ReadonlyMap<string, string>): string {
  const label = escaped(`${edge.kind} ${shortCount(edge.count)}`);
  return `  ${ids.get(edge.source)} -->|"${label}"| ${ids.get(edge.target)}\n`;
}

function escaped(value: string): string {
  return printable(value).replace(/[^\p{L}\p{M}\p{N}\p{So}\ufffd ._/-]/gu, mark => `#${mark.codePointAt(0)};`);
}
