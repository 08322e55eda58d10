/**
 * The strongest simple paths between two nodes, one after the other: best first over partial paths, with what is left
 * of the way estimated from below by the cheapest walk of so few hops. So the order of the answers is exact: strength,
 * then fewer hops, then the order of the nodes' ids. Work is bounded.
 */
import type { Hops } from './hops.ts';
import { RestOfWay } from './rest-of-way.ts';

export interface SearchRules {
  readonly from: number;
  readonly to: number;
  readonly maxHops: number;
  /** Nodes to pass, at most `MAX_VIA`. */
  readonly via: readonly number[];
}

export const MAX_VIA = 3;
/** Partial paths in memory, at most; a dense graph of equal strengths has any number of ways. */
const MAX_PARTIAL = 200_000;

export class PathSearch {
  /** More ways may be there, but were too many to look at. */
  truncated = false;
  /** Of the path found last. */
  cost = 0;
  private readonly hops: Hops;
  private readonly rules: SearchRules;
  private readonly rest: RestOfWay;
  /** Of each partial path: last node, path without it, cost, hops, via nodes still to pass. */
  private readonly nodes: number[] = [];
  private readonly parents: number[] = [];
  private readonly costs: number[] = [];
  private readonly lengths: number[] = [];
  private readonly missing: number[] = [];
  /** Estimates of whole paths, and the partial paths as a heap by them. */
  private readonly wholeCosts: number[] = [];
  private readonly wholeLengths: number[] = [];
  private readonly heap: number[] = [];

  constructor(hops: Hops, rules: SearchRules) {
    this.hops = hops;
    this.rules = rules;
    this.rest = new RestOfWay(hops, rules);
    this.add(rules.from, -1, 0, 0, (1 << rules.via.length) - 1);
  }

  /** Nodes of the next best path; undefined after the last. */
  next(): readonly number[] | undefined {
    while (this.heap.length > 0) {
      const partial = this.take();
      if (this.nodes[partial] === this.rules.to) {
        this.cost = this.costs[partial]!;
        return this.nodesOf(partial);
      }
      if (this.nodes.length > MAX_PARTIAL) {
        this.truncated = true;
        this.heap.length = 0;
        return undefined;
      }
      this.extend(partial);
    }
    return undefined;
  }

  private extend(partial: number): void {
    const { outStart, outEdges, edgeTarget } = this.hops.view;
    const node = this.nodes[partial]!;
    const missing = this.missing[partial]!;
    for (let i = outStart[node]!; i < outStart[node + 1]!; i++) {
      const edge = outEdges[i]!;
      const cost = this.hops.costs[edge]!;
      if (cost === Number.POSITIVE_INFINITY) continue;
      const target = edgeTarget[edge]!;
      if (!this.passes(partial, target)) {
        this.add(
          target,
          partial,
          this.costs[partial]! + cost,
          this.lengths[partial]! + 1,
          this.without(missing, target),
        );
      }
    }
  }

  private without(missing: number, node: number): number {
    const at = missing === 0 ? -1 : this.rules.via.indexOf(node);
    return at < 0 ? missing : missing & ~(1 << at);
  }

  private passes(partial: number, node: number): boolean {
    for (let at = partial; at >= 0; at = this.parents[at]!) if (this.nodes[at] === node) return true;
    return false;
  }

  private nodesOf(partial: number): number[] {
    const nodes: number[] = [];
    for (let at = partial; at >= 0; at = this.parents[at]!) nodes.push(this.nodes[at]!);
    return nodes.reverse();
  }

  private add(node: number, parent: number, cost: number, length: number, missing: number): void {
    const level = this.rules.maxHops - length;
    if (level < 0) return;
    const restCost = this.rest.cost(level, missing, node);
    if (restCost === Number.POSITIVE_INFINITY) return;
    const partial = this.nodes.push(node) - 1;
    this.parents.push(parent);
    this.costs.push(cost);
    this.lengths.push(length);
    this.missing.push(missing);
    this.wholeCosts.push(cost + restCost);
    this.wholeLengths.push(length + this.rest.length(level, missing, node));
    this.put(partial);
  }

  private isBefore(a: number, b: number): boolean {
    const cost = this.wholeCosts[a]! - this.wholeCosts[b]!;
    if (cost !== 0) return cost < 0;
    const length = this.wholeLengths[a]! - this.wholeLengths[b]!;
    return length !== 0 ? length < 0 : this.isSmaller(a, b);
  }

  /** By the nodes from the beginning on; the view's order of nodes is that of their ids. */
  private isSmaller(a: number, b: number): boolean {
    const [left, right] = [this.nodesOf(a), this.nodesOf(b)];
    for (let i = 0; i < Math.min(left.length, right.length); i++) {
      if (left[i] !== right[i]) return left[i]! < right[i]!;
    }
    return left.length < right.length;
  }

  private put(partial: number): void {
    const { heap } = this;
    let at = heap.push(partial) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (!this.isBefore(partial, heap[above]!)) break;
      heap[at] = heap[above]!;
      at = above;
    }
    heap[at] = partial;
  }

  private take(): number {
    const { heap } = this;
    const first = heap[0]!;
    const last = heap.pop()!;
    if (heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let below = at * 2 + 1;
      if (below >= heap.length) break;
      if (below + 1 < heap.length && this.isBefore(heap[below + 1]!, heap[below]!)) below++;
      if (!this.isBefore(heap[below]!, last)) break;
      heap[at] = heap[below]!;
      at = below;
    }
    heap[at] = last;
    return first;
  }
}
