/**
 * What is counted at nodes themselves, by the minute, when they were first seen, and the last time of each minute in which
 * they were. Columns by node.
 */
import { BEFORE_HISTORY } from '../contract/increments.ts';
import { MINUTE_US } from '../lib/units.ts';
import { type IncrementParts, isOf } from './increment-parts.ts';
import type { GraphStore } from './store.ts';

const FIRST = 256;
const CLOSED = -2;
/** Minutes are less than this. */
const MINUTES_END = 2 ** 27;

export class NodeIncrements {
  private readonly store: GraphStore;
  private readonly parts: IncrementParts;
  private minutes = new Float64Array(FIRST).fill(CLOSED);
  private entries = new Float64Array(FIRST);
  private unresolved = new Float64Array(FIRST);
  /** As told. */
  private firsts = new Float64Array(FIRST).fill(Number.POSITIVE_INFINITY);
  /** The minute in which the node was seen when it was last, the last time of it, and what was told of that. */
  private sightMinutes = new Float64Array(FIRST).fill(CLOSED);
  private sights = new Float64Array(FIRST).fill(Number.NEGATIVE_INFINITY);
  private toldSights = new Float64Array(FIRST).fill(Number.NEGATIVE_INFINITY);
  /** Of other minutes, by node and minute. */
  private readonly aside = new Map<number, number>();

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

  /** Minutes that wait to be told, beside one of each node. */
  get asides(): number {
    return this.aside.size;
  }

  seen(node: number, time: number): void {
    if (node >= this.minutes.length) this.reach(node + 1);
    const minute = Math.floor(time / MINUTE_US);
    if (this.sightMinutes[node] !== minute) this.turnTo(node, minute);
    if (time > this.sights[node]!) this.sights[node] = time;
  }

  /** A minute that comes again begins with what is known of it. */
  private turnTo(node: number, minute: number): void {
    if (this.sights[node] !== this.toldSights[node])
      this.aside.set(node * MINUTES_END + this.sightMinutes[node]!, this.sights[node]!);
    this.sightMinutes[node] = minute;
    const known = this.aside.get(node * MINUTES_END + minute) ?? Number.NEGATIVE_INFINITY;
    this.sights[node] = known;
    this.toldSights[node] = Number.NEGATIVE_INFINITY;
  }

  haveChanged(): boolean {
    this.reach(this.store.nodes.length);
    return this.aside.size > 0 || this.store.nodes.some((_, node) => this.hasChanged(node));
  }

  writeChanged(batch: number): void {
    this.reach(this.store.nodes.length);
    for (let node = 0; node < this.store.nodes.length; node++) {
      this.close(node, batch);
      const { first } = this.store.nodes[node]!;
      if (first !== this.firsts[node])
        this.write(node, Math.floor(first / MINUTE_US), Number.NEGATIVE_INFINITY, 0, 0, batch);
      if (this.sights[node] === this.toldSights[node]) continue;
      this.write(node, this.sightMinutes[node]!, this.sights[node]!, 0, 0, batch);
      this.toldSights[node] = this.sights[node]!;
    }
    for (const [key, last] of this.aside)
      this.write(Math.floor(key / MINUTES_END), key % MINUTES_END, last, 0, 0, batch);
    this.aside.clear();
  }

  /** All that there is, as counted before history. */
  writeAll(batch: number): void {
    this.reach(this.store.nodes.length);
    this.store.nodes.forEach(({ entries, unresolved, first, last }, node) => {
      const isThere = entries !== 0 || unresolved !== 0 || Number.isFinite(first);
      if (isThere) this.write(node, BEFORE_HISTORY, last, entries, unresolved, batch);
    });
  }

  reset(): void {
    this.minutes.fill(CLOSED);
    this.entries.fill(0);
    this.unresolved.fill(0);
    this.firsts.fill(Number.POSITIVE_INFINITY);
    this.sightMinutes.fill(CLOSED);
    this.sights.fill(Number.NEGATIVE_INFINITY);
    this.toldSights.fill(Number.NEGATIVE_INFINITY);
    this.aside.clear();
  }

  private hasChanged(node: number): boolean {
    const isTold = this.store.nodes[node]!.first === this.firsts[node] && this.sights[node] === this.toldSights[node];
    return this.minutes[node] !== CLOSED || !isTold;
  }

  private close(node: number, batch: number): void {
    const minute = this.minutes[node]!;
    if (minute === CLOSED) return;
    this.minutes[node] = CLOSED;
    this.write(node, minute, Number.NEGATIVE_INFINITY, this.entries[node]!, this.unresolved[node]!, batch);
    this.entries[node] = this.unresolved[node] = 0;
  }

  /** @param last of the sights in this minute, µs; −∞ when it is told by itself. */
  private write(node: number, minute: number, last: number, entries: number, unresolved: number, batch: number): void {
    const { first } = this.store.nodes[node]!;
    if (isOf(minute, first)) this.firsts[node] = first;
    const out = this.parts.beginNode(node, minute, { first, last }, batch);
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
    this.sightMinutes = grown(this.sightMinutes, size, CLOSED);
    this.sights = grown(this.sights, size, Number.NEGATIVE_INFINITY);
    this.toldSights = grown(this.toldSights, size, Number.NEGATIVE_INFINITY);
  }
}

function grown(column: Float64Array<ArrayBuffer>, size: number, empty: number): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(size).fill(empty);
  larger.set(column);
  return larger;
}
