/** States of nodes and edges that became others, with the time of the frame with which they did, for the history. */
import { reaching } from '../lib/reaching.ts';
import type { IncrementParts } from './increment-parts.ts';
import type { GraphStore } from './store.ts';

/** No state is this. */
const UNTOLD = 255;

export class StateIncrements {
  private readonly store: GraphStore;
  private readonly parts: IncrementParts;
  private edges = new Uint8Array(0);
  private nodes = new Uint8Array(0);
  private told: number[] = [];

  constructor(store: GraphStore, parts: IncrementParts) {
    this.store = store;
    this.parts = parts;
  }

  get isEmpty(): boolean {
    return this.told.length === 0;
  }

  /** At the end of every frame: those that changed by it. */
  collect(nowMs: number): void {
    const { edges, nodes } = this.store.states.takeRecorded();
    if (edges.length > 0) {
      this.edges = reaching(this.edges, this.store.edges.length, UNTOLD);
      for (let i = 0; i < edges.length; i += 2) this.tellEdge(edges[i]!, edges[i + 1]!, nowMs);
    }
    if (nodes.length === 0) return;
    this.nodes = reaching(this.nodes, this.store.nodes.length, UNTOLD);
    for (let i = 0; i < nodes.length; i += 2) this.tellNode(nodes[i]!, nodes[i + 1]!, nowMs);
  }

  /** All of them, whatever was told before. */
  collectAll(nowMs: number): void {
    const { store } = this;
    this.reset();
    store.states.takeRecorded();
    this.edges = reaching(this.edges, store.edges.length, UNTOLD);
    this.nodes = reaching(this.nodes, store.nodes.length, UNTOLD);
    store.edges.forEach((_, edge) => {
      this.tellEdge(edge, store.edgeState(edge), nowMs);
    });
    store.nodes.forEach((_, node) => {
      this.tellNode(node, store.nodeState(node), nowMs);
    });
  }

  /** What was collected goes with this batch. */
  writeAll(batch: number): void {
    if (this.told.length > 0) this.parts.states(Float64Array.from(this.told), batch);
    this.told = [];
  }

  reset(): void {
    this.told = [];
    this.edges.fill(UNTOLD);
    this.nodes.fill(UNTOLD);
  }

  private tellEdge(edge: number, state: number, nowMs: number): void {
    if (this.edges[edge] === state) return;
    this.edges[edge] = state;
    this.parts.knowEdge(this.store.edges[edge]!);
    this.told.push(edge, nowMs, state);
  }

  private tellNode(node: number, state: number, nowMs: number): void {
    if (this.nodes[node] === state) return;
    this.nodes[node] = state;
    this.parts.knowNode(node);
    this.told.push(-1 - node, nowMs, state);
  }
}
