/**
 * The graph as of now, resolved. Ids, keys and order are kept from view to view and worked out anew only when the structure
 * changed, weights where an edge changed, and documents are made for who asks; but all at once where the source goes on by
 * itself.
 */
import { type Diagnostic, EDGE_KINDS, type Node, STATES, type Stats } from '../contract/graph-document.ts';
import type { EdgeFacts, GraphView, NodeFacts, PathTable } from '../contract/graph-view.ts';
import { shortKey } from '../lib/identities.ts';
import type { EdgeContext } from './edge-document.ts';
import { EdgeDocuments, type Seen } from './edge-documents.ts';
import { figuresOf } from './figures.ts';
import type { EdgeSource, GraphSource, NodeNumbers } from './graph-source.ts';
import { LazyView } from './lazy-view.ts';
import type { MergedEdge } from './merged-edges.ts';
import type { MergedNode } from './merged-nodes.ts';
import { NamesIndex } from './names-index.ts';
import { identityToNode, nodeToDocument } from './node-document.ts';
import { edgeState, nodeState } from './shown-states.ts';
import { type Structure, Structures } from './structure.ts';
import { WeightColumns } from './weight-columns.ts';

export interface ViewContext extends EdgeContext {
  readonly revision: number;
  readonly paths: PathTable;
  readonly stats: Stats;
  readonly diagnostics: readonly Diagnostic[];
}

export class ViewBuilder {
  private readonly source: GraphSource;
  private readonly fixedNodes: NodeFacts[] = [];
  private readonly fixedEdges: EdgeFacts[] = [];
  private readonly nodeNames = new NamesIndex(this.fixedNodes);
  private readonly edgeNames = new NamesIndex(this.fixedEdges);
  private readonly documents = new EdgeDocuments();
  private readonly structures = new Structures();
  private readonly columns = new WeightColumns();
  private structure: Structure | undefined;
  private nodeFacts: readonly NodeFacts[] = [];
  private view: LazyView | undefined;

  constructor(source: GraphSource) {
    this.source = source;
  }

  build(context: ViewContext): GraphView {
    const { source } = this;
    this.outdate();
    const structure = this.currentStructure();
    const { nodePlaces, edgePlaces, mergedNodes, mergedEdges } = structure;
    const changed = source.takeChanged();
    const view = new LazyView(
      {
        revision: context.revision,
        asOf: context.nowMs,
        structure,
        nodeFacts: this.nodeFacts,
        weights: this.columns.read(structure, source, changed),
        paths: context.paths,
        stats: context.stats,
        diagnostics: [...context.diagnostics, ...structure.diagnostics],
        nodeIndex: name => mergedNodes.get(name) ?? nodePlaces[this.nodeNames.find(name)] ?? -1,
        edgeIndex: name => mergedEdges.get(name) ?? edgePlaces[this.edgeNames.find(name)] ?? -1,
        nodeOfRaw: raw => nodePlaces[raw] ?? -1,
        rawEdgeIds: edge => membersOf(structure.edges[edge]!).map(raw => this.fixedEdges[raw]!.id),
      },
      {
        edge: place => this.readEdge('document', structure.edges[place]!, context),
        seen: place => this.readEdge('seen', structure.edges[place]!, context),
        node: (place, first, last) => this.nodeDocument(structure.nodes[place]!, first, last),
        figures: () => figuresOf({ source, structure, nodes: view.nodeFacts, edgeFacts: this.fixedEdges }, context),
      },
    );
    if (changed === undefined) void view.nodes;
    else this.view = view;
    return view;
  }

  /** What the last view did not make yet cannot be made any more: the source is about to change. */
  outdate(): void {
    this.view?.outdate();
  }

  private readEdge<How extends 'document' | 'seen'>(
    how: How,
    edge: number | MergedEdge,
    context: EdgeContext,
  ): ReturnType<EdgeDocuments[How]>;
  private readEdge(how: 'document' | 'seen', edge: number | MergedEdge, context: EdgeContext): Seen {
    const state = STATES[edgeState(this.source, edge)]!;
    if (typeof edge !== 'number') return edge.documents[how](0, edge.fixed, edge.sum, state, context);
    return this.documents[how](edge, this.fixedEdges[edge]!, this.source.edges[edge]!, state, context);
  }

  private nodeDocument(node: number | MergedNode, first: string | undefined, last: string | undefined): Node {
    const { nodes } = this.source;
    const state = STATES[nodeState(this.source, node)]!;
    if (typeof node === 'number') return nodeToDocument(this.fixedNodes[node]!, nodes[node]!, state, first, last);
    return nodeToDocument(node.fixed, numbersOf(node.members.map(n => nodes[n]!)), state, first, last);
  }

  private currentStructure(): Structure {
    const { source, fixedNodes, fixedEdges } = this;
    if (this.structure?.of === source.structure && this.structure.rules === source.rules) return this.structure;
    for (let n = fixedNodes.length; n < source.nodes.length; n++) fixedNodes.push(identityToNode(source.identityOf(n)));
    for (let e = fixedEdges.length; e < source.edges.length; e++) fixedEdges.push(this.edgeFacts(source.edges[e]!));
    const structure = this.structures.build(source, fixedNodes, fixedEdges);
    this.nodeFacts = structure.nodes.map(node => (typeof node === 'number' ? fixedNodes[node]! : node.fixed));
    this.structure = structure;
    return structure;
  }

  private edgeFacts(edge: EdgeSource): EdgeFacts {
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
