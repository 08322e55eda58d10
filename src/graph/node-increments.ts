/** What is counted at nodes themselves, by the minute, and when they were first and last seen. Columns by node. */
import { BEFORE_HISTORY } from '../contract/increments.ts';
import { MINUTE_US } from '../lib/units.ts';
import { type IncrementParts, isOf } from './increment-parts.ts';
import type { GraphStore } from './store.ts';

const FIRST = 256;
const CLOSED = -2;

export class NodeIncrements {
  private readonly store: GraphStore;
  private readonly parts: IncrementParts;
  private minutes = new Float64Array(FIRST).fill(CLOSED);
  private entries = new Float64Array(FIRST);
  private unresolved = new Float64Array(FIRST);
  /** As told. */
  private firsts = new Float64Array(FIRST).fill(Number.POSITIVE_INFINITY);
  private lasts = new Float64Array(FIRST).fill(Number.NEGATIVE_INFINITY);

  constructor(store: GraphStore, parts: IncrementParts) {
    this.store = store;
    this.parts = parts;
  }

  add(node: number, time: number, entries: number, unresolved: number, batch: number): void {
    if (node >= this.minutes.length) this.reach(node + 1);
    const minute = Math.floor(time / MINUTE_US);
    if (this.minutes[node] !== minute) {
      this.close(node, batch);
      this.minutes[node] = minute;
    }
    this.entries[node]! += entries;
    this.unresolved[node]! += unresolved;
  }

  haveChanged(): boolean {
    this.reach(this.store.nodes.length);
    return this.store.nodes.some((_, node) => this.hasChanged(node));
  }

  writeChanged(batch: number): void {
    this.reach(this.store.nodes.length);
    for (let node = 0; node < this.store.nodes.length; node++) {
      this.close(node, batch);
      // When it was seen is told in the minute of that.
      const { first, last } = this.store.nodes[node]!;
      if (first !== this.firsts[node]) this.write(node, Math.floor(first / MINUTE_US), 0, 0, batch);
      if (last !== this.lasts[node]) this.write(node, Math.floor(last / MINUTE_US), 0, 0, batch);
    }
  }

  /** All that there is, as counted before history. */
  writeAll(batch: number): void {
    this.reach(this.store.nodes.length);
    this.store.nodes.forEach(({ entries, unresolved, first }, node) => {
      const isThere = entries !== 0 || unresolved !== 0 || Number.isFinite(first);
      if (isThere) this.write(node, BEFORE_HISTORY, entries, unresolved, batch);
    });
  }

  reset(): void {
    this.minutes.fill(CLOSED);
    this.entries.fill(0);
    this.unresolved.fill(0);
    this.firsts.fill(Number.POSITIVE_INFINITY);
    this.lasts.fill(Number.NEGATIVE_INFINITY);
  }

  private hasChanged(node: number): boolean {
    const { first, last } = this.store.nodes[node]!;
    return this.minutes[node] !== CLOSED || first !== this.firsts[node] || last !== this.lasts[node];
  }

  private close(node: number, batch: number): void {
    const minute = this.minutes[node]!;
    if (minute === CLOSED) return;
    this.minutes[node] = CLOSED;
    this.write(node, minute, this.entries[node]!, this.unresolved[node]!, batch);
    this.entries[node] = this.unresolved[node] = 0;
  }

  private write(node: number, minute: number, entries: number, unresolved: number, batch: number): void {
    const { first, last } = this.store.nodes[node]!;
    if (isOf(minute, first)) this.firsts[node] = first;
    if (isOf(minute, last)) this.lasts[node] = last;
    const out = this.parts.beginNode(node, minute, batch);
    out.put((entries === 0 ? 0 : 1) + (unresolved === 0 ? 0 : 2));
    if (entries !== 0) out.put(entries);
    if (unresolved !== 0) out.put(unresolved);
    this.parts.endRecord(batch);
  }

  private reach(nodes: number): void {
    if (nodes <= this.minutes.length) return;
    const size = Math.max(nodes, this.minutes.length * 2);
    this.minutes = grown(this.minutes, size, CLOSED);
    this.entries = grown(this.entries, size, 0);
    this.unresolved = grown(this.unresolved, size, 0);
    this.firsts = grown(this.firsts, size, Number.POSITIVE_INFINITY);
    this.lasts = grown(this.lasts, size, Number.NEGATIVE_INFINITY);
  }
}

function grown(column: Float64Array<ArrayBuffer>, size: number, empty: number): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(size).fill(empty);
  larger.set(column);
  return larger;
}
