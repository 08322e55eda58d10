/** Paths and couplings as parts of the graph, to be drawn. */
import type { GraphView } from '../contract/graph-view.ts';
import type { CouplingsAnswer } from './couplings.ts';
import type { PathsAnswer } from './paths.ts';
import type { Selection } from './select.ts';

export function pathsToGraph(view: GraphView, { paths, truncated }: PathsAnswer): Selection {
  const nodes = new Set(paths.flatMap(path => path.nodes));
  const edges = new Set(paths.flatMap(path => path.edges));
  return {
    nodes: view.nodes.filter(node => nodes.has(node.id)),
    edges: view.edges.filter(edge => edges.has(edge.id)),
    truncated,
  };
}

/** The services and what is between them, and of the edges among these all but calls of pairs that are not shown. */
export function couplingsToGraph(view: GraphView, { couplings, truncated }: CouplingsAnswer): Selection {
  const between = new Set(couplings.flatMap(coupling => coupling.via));
  const nodes = new Set([...between, ...couplings.flatMap(({ source, target }) => [source, target])]);
  const pairs = new Set(couplings.map(({ source, target }) => `${source} ${target}`));
  return {
    nodes: view.nodes.filter(node => nodes.has(node.id)),
    edges: view.edges.filter(({ source, target }) => {
      if (!nodes.has(source) || !nodes.has(target)) return false;
      return between.has(source) || between.has(target) || pairs.has(`${source} ${target}`);
    }),
    truncated,
  };
}
