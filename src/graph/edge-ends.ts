/** Kinds and ends of all edges of a source, by number, side by side: what every new structure goes through. */
import type { EdgeSource } from './graph-source.ts';

const FIRST = 1024;

export class EdgeEnds {
  /** Columns may be longer than there are edges. */
  kinds = new Uint8Array(FIRST);
  sources = new Int32Array(FIRST);
  targets = new Int32Array(FIRST);
  private taken = 0;

  /** Edges are only ever added. */
  take(edges: readonly EdgeSource[]): void {
    if (edges.length > this.kinds.length) this.grow(Math.max(edges.length, this.kinds.length * 2));
    for (; this.taken < edges.length; this.taken++) {
      const { kind, source, target } = edges[this.taken]!;
      this.kinds[this.taken] = kind;
      this.sources[this.taken] = source;
      this.targets[this.taken] = target;
    }
  }

  private grow(capacity: number): void {
    const { kinds, sources, targets } = this;
    this.kinds = new Uint8Array(capacity);
    this.sources = new Int32Array(capacity);
    this.targets = new Int32Array(capacity);
    this.kinds.set(kinds);
    this.sources.set(sources);
    this.targets.set(targets);
  }
}
