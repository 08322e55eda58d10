/**
 * The tree of causal paths of a view, under the names that its nodes resolve to: what was counted on each chain, and
 * how many interactions entered each node. As long as the structure stays, rows stay what they are and only new ones are
 * looked up; numbers are those of the view asked last.
 */
import type { GraphView, PathTable } from '../contract/graph-view.ts';

export interface PathIndex {
  /** Columns may be longer. */
  readonly size: number;
  /** Row of the chain without its last node; 0 where it begins, −1 where what was above is missing. */
  readonly above: Int32Array;
  /** Place of the last node in the view; −1 where it does not show, and for rows that repeat the one above. */
  readonly nodes: Int32Array;
  /** Interactions that took exactly this chain. */
  readonly visits: Float64Array;
  /** Rows by their last node: the first of each node, and the one after each; 0: none. */
  readonly first: Int32Array;
  readonly next: Int32Array;
  /** By node: interactions that entered it and have a place in the tree, and those that began there. */
  readonly entered: Float64Array;
  readonly began: Float64Array;
}

const FIRST = 1024;

class StructureIndex implements PathIndex {
  view: GraphView | undefined;
  size = 1;
  above = new Int32Array(FIRST);
  nodes = new Int32Array(FIRST);
  visits = new Float64Array(FIRST);
  next = new Int32Array(FIRST);
  readonly first: Int32Array;
  readonly entered: Float64Array;
  readonly began: Float64Array;
  /** The row that stands for each. */
  private stands = new Int32Array(FIRST);
  /** Numbers of the pairs of a topic and whom its messages reached, by row; 0: the row is of none. */
  private pairs = new Int32Array(FIRST);
  private readonly pairNumbers = new Map<number, number>();
  /** By number: some were seen to be processed. */
  private processed = new Uint8Array(FIRST);
  private readonly isTopic: Uint8Array;

  constructor({ nodeFacts }: GraphView) {
    this.first = new Int32Array(nodeFacts.length);
    this.entered = new Float64Array(nodeFacts.length);
    this.began = new Float64Array(nodeFacts.length);
    this.isTopic = Uint8Array.from(nodeFacts, ({ kind }) => (kind === 'topic' ? 1 : 0));
  }

  read(view: GraphView): void {
    const { paths } = view;
    if (paths.size > this.above.length) this.grow(Math.max(paths.size, this.above.length * 2));
    for (let row = this.size; row < paths.size; row++) this.addRow(view, row);
    this.size = paths.size;
    this.count(paths);
    this.view = view;
  }

  /** A topic that resolves to the one before it is the same step: one message under two spellings of its topic. */
  private addRow({ paths, nodeOfRaw }: GraphView, row: number): void {
    const { above, nodes, stands, first, next, isTopic } = this;
    const raw = paths.parents[row]!;
    const parent = raw > 0 ? stands[raw]! : raw;
    const node = nodeOfRaw(paths.nodes[row]!);
    above[row] = parent;
    nodes[row] = -1;
    stands[row] = row;
    const last = parent > 0 ? nodes[parent]! : -1;
    const isAfterTopic = last >= 0 && isTopic[last] === 1;
    if (isAfterTopic && last === node) stands[row] = parent;
    else if (node >= 0) {
      nodes[row] = node;
      next[row] = first[node]!;
      first[node] = row;
      if (isAfterTopic) this.pairs[row] = this.pairOf(last, node);
    }
  }

  private pairOf(topic: number, node: number): number {
    const key = topic * this.first.length + node;
    const known = this.pairNumbers.get(key);
    if (known !== undefined) return known;
    const pair = this.pairNumbers.size + 1;
    this.pairNumbers.set(key, pair);
    if (pair >= this.processed.length) this.processed = new Uint8Array(pair * 2);
    return pair;
  }

  /** Of a topic's consumer only process spans count, where there are any; as on its edge. */
  private count({ counts, received }: PathTable): void {
    const { size, nodes, pairs, processed, visits, above, entered, began } = this;
    processed.fill(0);
    for (let row = 1; row < size; row++) if (pairs[row]! > 0 && counts[row]! > 0) processed[pairs[row]!] = 1;
    entered.fill(0);
    began.fill(0);
    for (let row = 1; row < size; row++) {
      const node = nodes[row]!;
      if (node < 0) continue;
      const visit = counts[row]! + (processed[pairs[row]!] === 1 ? 0 : received[row]!);
      visits[row] = visit;
      if (visit === 0) continue;
      entered[node]! += visit;
      if (above[row]! <= 0) began[node]! += visit;
    }
  }

  private grow(rows: number): void {
    const longer = <Column extends Int32Array | Float64Array>(made: Column, from: Column): Column => {
      made.set(from);
      return made;
    };
    this.above = longer(new Int32Array(rows), this.above);
    this.nodes = longer(new Int32Array(rows), this.nodes);
    this.visits = longer(new Float64Array(rows), this.visits);
    this.next = longer(new Int32Array(rows), this.next);
    this.stands = longer(new Int32Array(rows), this.stands);
    this.pairs = longer(new Int32Array(rows), this.pairs);
  }
}

const known = new WeakMap<object, StructureIndex>();

export function pathIndex(view: GraphView): PathIndex {
  const made = known.get(view.structure);
  const index = made !== undefined && made.size <= view.paths.size ? made : new StructureIndex(view);
  known.set(view.structure, index);
  if (index.view !== view) index.read(view);
  return index;
}
