/** Small graphs of services, topics and tables with counts, and traces that took ways through them, by a seed. */
import type { Edge, EdgeKind, Node, PathColumns } from '../../src/contract/graph-document.ts';
import type { GraphView } from '../../src/contract/graph-view.ts';
import { viewOfDocument } from '../../src/query/document-view.ts';
import type { Random } from '../oracle/random.ts';
import { documentOf, edgeOf, nodeOf } from './view.ts';

/** What an edge from one kind of node to another may be. */
const KINDS: Readonly<Record<string, readonly EdgeKind[]>> = {
  'service service': ['calls', 'calls', 'messages'],
  'service topic': ['publishes'],
  'topic service': ['consumes'],
  'topic topic': ['routes'],
  'service table': ['writes'],
  'table service': ['reads'],
  'table topic': ['captures'],
};

export function randomView(random: Random, size: number, density: number): GraphView {
  const nodes: Node[] = Array.from({ length: size }, (_, n) => {
    const kind = random.pick(['service', 'service', 'topic', 'table'] as const);
    return nodeOf(kind, `n${n}`, kind === 'service' && random.chance(0.4) ? { entry: { count: random.below(9) } } : {});
  });
  const edges: Edge[] = [];
  for (const source of nodes) {
    for (const target of nodes) {
      for (const kind of new Set(KINDS[`${source.kind} ${target.kind}`] ?? [])) {
        if (source.kind === 'topic' && source === target) continue;
        if (random.chance(density)) edges.push(edgeOf(source, kind, target, weightsOf(random, kind)));
      }
    }
  }
  return viewOfDocument(documentOf(nodes, edges, { paths: randomPaths(random, nodes, edges) }));
}

function weightsOf(random: Random, kind: EdgeKind): Partial<Edge> {
  const count = 1 + random.below(8);
  const messages = kind === 'publishes' || kind === 'consumes' ? { messages: count * (1 + random.below(3)) } : {};
  return { count, ...messages, confidence: random.pick([0.2, 0.5, 0.9]) };
}

/** Walks along edges, each counted at every node it passes. */
function randomPaths(random: Random, nodes: readonly Node[], edges: readonly Edge[]): PathColumns {
  const columns = { parents: [] as number[], nodes: [] as number[], counts: [] as number[] };
  const visit = (parent: number, node: number): number => {
    let row = columns.parents.findIndex((above, i) => above === parent && columns.nodes[i] === node);
    if (row < 0) {
      row = columns.parents.push(parent) - 1;
      columns.nodes.push(node);
      columns.counts.push(0);
    }
    columns.counts[row]!++;
    return row;
  };
  for (let walk = 0; walk < nodes.length; walk++) {
    let node = random.below(nodes.length);
    let row = visit(random.chance(0.8) ? -1 : -2, node);
    while (random.chance(0.8)) {
      const out = edges.filter(edge => edge.source === nodes[node]!.id && edge.kind !== 'reads');
      if (out.length === 0) break;
      const { target } = random.pick(out);
      node = nodes.findIndex(({ id }) => id === target);
      row = visit(row, node);
    }
  }
  return columns;
}
