/**
 * The graph as of now, immutable. Ids, keys and order are kept from view to view and worked out anew only when the
 * structure changed; weights are read each time.
 */
import { type Diagnostic, EDGE_KINDS, type Edge, type Node, type Stats } from '../contract/graph-document.ts';
import type { GraphView } from '../contract/graph-view.ts';
import { type Identities, shortKey } from '../lib/identities.ts';
import { COUNT, type EdgeAggregate } from './edge-aggregate.ts';
import { type EdgeContext, type EdgeIdentity, edgeToDocument } from './edge-document.ts';
import { identityToNode, nodeToDocument } from './node-document.ts';
import type { GraphStore } from './store.ts';

interface Structure {
  readonly of: number;
  /** Store numbers of the visible nodes and edges, in order of their ids. */
  readonly nodes: readonly number[];
  readonly edges: readonly number[];
  readonly outStart: Uint32Array;
  readonly outEdges: Uint32Array;
  readonly inStart: Uint32Array;
  readonly inEdges: Uint32Array;
  readonly edgeSource: Uint32Array;
  readonly edgeTarget: Uint32Array;
  readonly nodeIndex: ReadonlyMap<string, number>;
  readonly edgeIndex: ReadonlyMap<string, number>;
}

export interface ViewContext extends EdgeContext {
  readonly revision: number;
  readonly stats: Stats;
  readonly diagnostics: readonly Diagnostic[];
}

export class ViewBuilder {
  private readonly store: GraphStore;
  private readonly identities: Identities;
  private readonly fixedNodes: ReturnType<typeof identityToNode>[] = [];
  private readonly fixedEdges: EdgeIdentity[] = [];
  /** Views built so far. */
  built = 0;
  private structure: Structure | undefined;

  constructor(store: GraphStore, identities: Identities) {
    this.store = store;
    this.identities = identities;
  }

  build(context: ViewContext): GraphView {
    const structure = this.currentStructure();
    const edges = structure.edges.map(e => edgeToDocument(this.fixedEdges[e]!, this.store.edges[e]!, context));
    const nodes = this.nodeDocuments(structure, edges);
    const { nodeIndex, edgeIndex } = structure;
    return {
      revision: context.revision,
      asOf: context.nowMs,
      nodes,
      edges,
      outStart: structure.outStart,
      outEdges: structure.outEdges,
      inStart: structure.inStart,
      inEdges: structure.inEdges,
      edgeSource: structure.edgeSource,
      edgeTarget: structure.edgeTarget,
      stats: context.stats,
      diagnostics: context.diagnostics,
      nodeIndex: id => nodeIndex.get(id) ?? -1,
      edgeIndex: id => edgeIndex.get(id) ?? -1,
    };
  }

  private nodeDocuments(structure: Structure, edges: readonly Edge[]): Node[] {
    const first = new Float64Array(structure.nodes.length).fill(Number.POSITIVE_INFINITY);
    const last = new Float64Array(structure.nodes.length).fill(Number.NEGATIVE_INFINITY);
    edges.forEach((edge, e) => {
      const [from, to] = [Date.parse(edge.firstSeen) * 1000, Date.parse(edge.lastSeen) * 1000];
      for (const n of [structure.edgeSource[e]!, structure.edgeTarget[e]!]) {
        if (from < first[n]!) first[n] = from;
        if (to > last[n]!) last[n] = to;
      }
    });
    return structure.nodes.map((n, i) =>
      nodeToDocument(this.fixedNodes[n]!, this.store.nodes[n]!, first[i]!, last[i]!),
    );
  }

  private currentStructure(): Structure {
    if (this.structure?.of !== this.store.structure) this.structure = this.buildStructure();
    return this.structure!;
  }

  private buildStructure(): Structure {
    const { store } = this;
    for (let n = this.fixedNodes.length; n < store.nodes.length; n++) {
      this.fixedNodes.push(identityToNode(this.identities.get(store.nodes[n]!.identity)));
    }
    for (let e = this.fixedEdges.length; e < store.edges.length; e++)
      this.fixedEdges.push(this.edgeIdentity(store.edges[e]!));
    const visible = store.edges.map((_, e) => e).filter(e => store.edges[e]!.counters[COUNT]! > 0);
    const edges = visible.sort((a, b) => compare(this.fixedEdges[a]!.id, this.fixedEdges[b]!.id));
    const ends = new Set(edges.flatMap(e => [store.edges[e]!.source, store.edges[e]!.target]));
    const nodes = store.nodes
      .map((_, n) => n)
      .filter(n => ends.has(n) || Number.isFinite(store.nodes[n]!.first))
      .sort((a, b) => compare(this.fixedNodes[a]!.id, this.fixedNodes[b]!.id));
    return this.index(nodes, edges);
  }

  private edgeIdentity(edge: EdgeAggregate): EdgeIdentity {
    const kind = EDGE_KINDS[edge.kind]!;
    const source = this.fixedNodes[edge.source]!.id;
    const target = this.fixedNodes[edge.target]!.id;
    const id = `${source}#${kind}#${target}`;
    return { id, key: shortKey(id), kind, source, target };
  }

  private index(nodes: readonly number[], edges: readonly number[]): Structure {
    const placeOf = new Map(nodes.map((n, i) => [n, i]));
    const edgeSource = Uint32Array.from(edges, e => placeOf.get(this.store.edges[e]!.source)!);
    const edgeTarget = Uint32Array.from(edges, e => placeOf.get(this.store.edges[e]!.target)!);
    const [outStart, outEdges] = adjacency(nodes.length, edgeSource);
    const [inStart, inEdges] = adjacency(nodes.length, edgeTarget);
    const nodeIndex = new Map<string, number>();
    nodes.forEach((n, i) => {
      nodeIndex.set(this.fixedNodes[n]!.id, i).set(this.fixedNodes[n]!.key, i);
    });
    const edgeIndex = new Map<string, number>();
    edges.forEach((e, i) => {
      edgeIndex.set(this.fixedEdges[e]!.id, i).set(this.fixedEdges[e]!.key, i);
    });
    return {
      of: this.store.structure,
      nodes,
      edges,
      outStart,
      outEdges,
      inStart,
      inEdges,
      edgeSource,
      edgeTarget,
      nodeIndex,
      edgeIndex,
    };
  }
}

/** Edges by one of their ends, as starts and a flat list. */
function adjacency(nodes: number, ends: Uint32Array): readonly [Uint32Array, Uint32Array] {
  const starts = new Uint32Array(nodes + 1);
  for (const end of ends) starts[end + 1]!++;
  for (let n = 0; n < nodes; n++) starts[n + 1]! += starts[n]!;
  const next = starts.slice(0, nodes);
  const flat = new Uint32Array(ends.length);
  ends.forEach((end, e) => {
    flat[next[end]!++] = e;
  });
  return [starts, flat];
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
