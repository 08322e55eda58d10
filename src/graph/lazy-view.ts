/**
 * A view that makes documents when it is asked for them. What it makes them from is that of the newest view: one that
 * is outdated has only what was taken from it before, and says so.
 */
import type { Diagnostic, Edge, Node, Stats } from '../contract/graph-document.ts';
import type { Figures, GraphView, NodeFacts, PathTable, Weights } from '../contract/graph-view.ts';
import type { Seen } from './edge-documents.ts';
import { figuresOfDocuments } from './figures.ts';
import type { Structure } from './structure.ts';

/** What a view is asked, by place. */
export interface ViewContents {
  edge(place: number): Edge;
  seen(place: number): Seen;
  /** @param first,last of its edges; undefined where it has none. */
  node(place: number, first: string | undefined, last: string | undefined): Node;
  figures(): Figures;
}

type Fixed = Pick<
  GraphView,
  'revision' | 'asOf' | 'nodeFacts' | 'stats' | 'diagnostics' | 'nodeIndex' | 'edgeIndex' | 'nodeOfRaw' | 'rawEdgeIds'
> & { readonly structure: Structure; readonly weights: Weights; readonly paths: PathTable };

export class OutdatedViewError extends Error {
  override readonly name = 'OutdatedViewError';

  constructor(revision: number) {
    super(`the view of revision ${revision} was asked after the next one began: take what is needed in one turn`);
  }
}

export class LazyView implements GraphView {
  readonly revision: number;
  readonly asOf: number;
  readonly structure: object;
  readonly nodeFacts: readonly NodeFacts[];
  readonly outStart: Uint32Array;
  readonly outEdges: Uint32Array;
  readonly inStart: Uint32Array;
  readonly inEdges: Uint32Array;
  readonly edgeSource: Uint32Array;
  readonly edgeTarget: Uint32Array;
  readonly stats: Stats;
  readonly diagnostics: readonly Diagnostic[];
  readonly nodeIndex: GraphView['nodeIndex'];
  readonly edgeIndex: GraphView['edgeIndex'];
  readonly nodeOfRaw: GraphView['nodeOfRaw'];
  readonly rawEdgeIds: GraphView['rawEdgeIds'];
  private readonly fixed: Fixed;
  private readonly contents: ViewContents;
  private madeNodes: readonly Node[] | undefined;
  private madeEdges: readonly Edge[] | undefined;
  private isOutdated = false;

  constructor(fixed: Fixed, contents: ViewContents) {
    const { adjacency } = fixed.structure;
    this.fixed = fixed;
    this.contents = contents;
    this.revision = fixed.revision;
    this.asOf = fixed.asOf;
    this.structure = fixed.structure;
    this.nodeFacts = fixed.nodeFacts;
    this.outStart = adjacency.outStart;
    this.outEdges = adjacency.outEdges;
    this.inStart = adjacency.inStart;
    this.inEdges = adjacency.inEdges;
    this.edgeSource = adjacency.edgeSource;
    this.edgeTarget = adjacency.edgeTarget;
    this.stats = fixed.stats;
    this.diagnostics = fixed.diagnostics;
    this.nodeIndex = fixed.nodeIndex;
    this.edgeIndex = fixed.edgeIndex;
    this.nodeOfRaw = fixed.nodeOfRaw;
    this.rawEdgeIds = fixed.rawEdgeIds;
  }

  /** The next one is about to be made. */
  outdate(): void {
    this.isOutdated = true;
  }

  get weights(): Weights {
    this.check();
    return this.fixed.weights;
  }

  get paths(): PathTable {
    this.check();
    return this.fixed.paths;
  }

  get edges(): readonly Edge[] {
    this.madeEdges ??= this.makeEdges();
    return this.madeEdges;
  }

  get nodes(): readonly Node[] {
    this.madeNodes ??= this.makeNodes();
    return this.madeNodes;
  }

  edge(place: number): Edge {
    if (this.madeEdges !== undefined) return this.madeEdges[place]!;
    this.check();
    return this.contents.edge(place);
  }

  node(place: number): Node {
    if (this.madeNodes !== undefined) return this.madeNodes[place]!;
    this.check();
    const { outStart, outEdges, inStart, inEdges } = this;
    const span = new SeenSpan();
    for (let i = outStart[place]!; i < outStart[place + 1]!; i++) span.add(this.contents.seen(outEdges[i]!));
    for (let i = inStart[place]!; i < inStart[place + 1]!; i++) span.add(this.contents.seen(inEdges[i]!));
    return this.contents.node(place, span.first, span.last);
  }

  figures(): Figures {
    if (this.madeNodes !== undefined) return figuresOfDocuments(this.madeNodes, this.edges);
    this.check();
    return this.contents.figures();
  }

  private check(): void {
    if (this.isOutdated) throw new OutdatedViewError(this.revision);
  }

  private makeEdges(): Edge[] {
    this.check();
    return Array.from(this.edgeSource, (_, place) => this.contents.edge(place));
  }

  private makeNodes(): Node[] {
    const { edges, edgeSource, edgeTarget } = this;
    this.check();
    const spans = this.nodeFacts.map(() => new SeenSpan());
    edges.forEach((edge, place) => {
      spans[edgeSource[place]!]!.add(edge);
      spans[edgeTarget[place]!]!.add(edge);
    });
    return spans.map(({ first, last }, place) => this.contents.node(place, first, last));
  }
}

/** From the first to the last time of several edges. Texts of times sort as the times do. */
class SeenSpan {
  first: string | undefined;
  last: string | undefined;

  add({ firstSeen, lastSeen }: Seen): void {
    if (this.first === undefined || firstSeen < this.first) this.first = firstSeen;
    if (this.last === undefined || lastSeen > this.last) this.last = lastSeen;
  }
}
