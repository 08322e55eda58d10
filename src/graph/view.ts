/**
 * The graph as of now, immutable and resolved. Ids, keys and order are kept from view to view and worked out anew only when the
 * structure changed; documents of edges are kept where the source can tell that nothing changed.
 */
import { type Diagnostic, EDGE_KINDS, type Edge, type Node, type Stats } from '../contract/graph-document.ts';
import type { GraphView, PathTable } from '../contract/graph-view.ts';
import { shortKey } from '../lib/identities.ts';
import type { EdgeContext, EdgeIdentity } from './edge-document.ts';
import { EdgeDocuments } from './edge-documents.ts';
import type { EdgeSource, GraphSource, NodeNumbers } from './graph-source.ts';
import type { MergedEdge } from './merged-edges.ts';
import { NamesIndex } from './names-index.ts';
import { identityToNode, type NodeIdentity, nodeToDocument } from './node-document.ts';
import { type Structure, Structures } from './structure.ts';

export interface ViewContext extends EdgeContext {
  readonly revision: number;
  readonly paths: PathTable;
  readonly stats: Stats;
  readonly diagnostics: readonly Diagnostic[];
}

export class ViewBuilder {
  private readonly source: GraphSource;
  private readonly fixedNodes: NodeIdentity[] = [];
  private readonly fixedEdges: EdgeIdentity[] = [];
  private readonly nodeNames = new NamesIndex(this.fixedNodes);
  private readonly edgeNames = new NamesIndex(this.fixedEdges);
  private readonly documents = new EdgeDocuments();
  private readonly structures = new Structures();
  private structure: Structure | undefined;

  constructor(source: GraphSource) {
    this.source = source;
  }

  build(context: ViewContext): GraphView {
    const structure = this.currentStructure();
    const { nodePlaces, edgePlaces, mergedNodes, mergedEdges, adjacency } = structure;
    const edges = structure.edges.map(edge => this.edgeDocument(edge, context));
    return {
      revision: context.revision,
      asOf: context.nowMs,
      nodes: this.nodeDocuments(structure, edges),
      edges,
      ...adjacency,
      paths: context.paths,
      stats: context.stats,
      diagnostics: [...context.diagnostics, ...structure.diagnostics],
      nodeIndex: name => mergedNodes.get(name) ?? nodePlaces[this.nodeNames.find(name)] ?? -1,
      edgeIndex: name => mergedEdges.get(name) ?? edgePlaces[this.edgeNames.find(name)] ?? -1,
      nodeOfRaw: raw => nodePlaces[raw] ?? -1,
      rawEdgeIds: edge => membersOf(structure.edges[edge]!).map(raw => this.fixedEdges[raw]!.id),
    };
  }

  private edgeDocument(edge: number | MergedEdge, context: EdgeContext): Edge {
    if (typeof edge !== 'number') return edge.documents.document(0, edge.fixed, edge.sum, context);
    return this.documents.document(edge, this.fixedEdges[edge]!, this.source.edges[edge]!, context);
  }

  private nodeDocuments(structure: Structure, edges: readonly Edge[]): Node[] {
    const first: (string | undefined)[] = structure.nodes.map(() => undefined);
    const last = first.slice();
    // Texts of times sort as the times do.
    const see = (n: number, { firstSeen, lastSeen }: Edge) => {
      if (first[n] === undefined || firstSeen < first[n]) first[n] = firstSeen;
      if (last[n] === undefined || lastSeen > last[n]) last[n] = lastSeen;
    };
    const { edgeSource, edgeTarget } = structure.adjacency;
    edges.forEach((edge, e) => {
      see(edgeSource[e]!, edge);
      see(edgeTarget[e]!, edge);
    });
    return structure.nodes.map((node, i) => {
      if (typeof node === 'number') {
        return nodeToDocument(this.fixedNodes[node]!, this.source.nodes[node]!, first[i], last[i]);
      }
      return nodeToDocument(node.fixed, numbersOf(node.members.map(n => this.source.nodes[n]!)), first[i], last[i]);
    });
  }

  private currentStructure(): Structure {
    const { source, fixedNodes, fixedEdges } = this;
    if (this.structure?.of === source.structure && this.structure.rules === source.rules) return this.structure;
    for (let n = fixedNodes.length; n < source.nodes.length; n++) fixedNodes.push(identityToNode(source.identityOf(n)));
    for (let e = fixedEdges.length; e < source.edges.length; e++) fixedEdges.push(this.edgeIdentity(source.edges[e]!));
    this.structure = this.structures.build(source, fixedNodes, fixedEdges);
    return this.structure;
  }

  private edgeIdentity(edge: EdgeSource): EdgeIdentity {
    const kind = EDGE_KINDS[edge.kind]!;
    const source = this.fixedNodes[edge.source]!.id;
    const target = this.fixedNodes[edge.target]!.id;
    const id = `${source}#${kind}#${target}`;
    return { id, key: shortKey(id), kind, source, target };
  }
}

function membersOf(shown: number | MergedEdge): readonly number[] {
  return typeof shown === 'number' ? [shown] : shown.members;
}

function numbersOf(nodes: readonly NodeNumbers[]): NodeNumbers {
  const sum = (of: (node: NodeNumbers) => number) => nodes.reduce((total, node) => total + of(node), 0);
  return {
    first: nodes.reduce((first, node) => Math.min(first, node.first), Number.POSITIVE_INFINITY),
    last: nodes.reduce((last, node) => Math.max(last, node.last), Number.NEGATIVE_INFINITY),
    entries: sum(node => node.entries),
    unresolved: sum(node => node.unresolved),
    outside: false,
  };
}
