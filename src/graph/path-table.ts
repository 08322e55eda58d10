/** A reader's copy of the tree of paths, brought up to date by deltas. */
import type { DeltaPaths } from '../contract/graph-delta.ts';
import type { PathTable } from '../contract/graph-view.ts';

export const NO_PATHS: PathTable = {
  size: 1,
  parents: new Int32Array(1),
  nodes: new Int32Array(1),
  counts: new Float64Array(1),
  received: new Float64Array(1),
};

const FIRST = 1024;

export class PathCopy implements PathTable {
  size = 1;
  parents = new Int32Array(FIRST);
  nodes = new Int32Array(FIRST);
  counts = new Float64Array(FIRST);
  received = new Float64Array(FIRST);

  take({ parents, nodes, changed, counts, received }: DeltaPaths): void {
    const size = this.size + parents.length;
    if (size > this.parents.length) this.grow(Math.max(size, this.parents.length * 2));
    this.parents.set(parents, this.size);
    this.nodes.set(nodes, this.size);
    this.size = size;
    for (let i = 0; i < changed.length; i++) {
      this.counts[changed[i]!] = counts[i]!;
      this.received[changed[i]!] = received[i]!;
    }
  }

  private grow(capacity: number): void {
    const { parents, nodes, counts, received } = this;
    this.parents = new Int32Array(capacity);
    this.nodes = new Int32Array(capacity);
    this.counts = new Float64Array(capacity);
    this.received = new Float64Array(capacity);
    this.parents.set(parents);
    this.nodes.set(nodes);
    this.counts.set(counts);
    this.received.set(received);
  }
}
