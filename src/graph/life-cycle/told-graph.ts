/** The graph of edges that were told and are not gone: which leave and which reach a node, and ways through it. */
import { CALLS, MESSAGES_EDGE } from '../../contract/interaction.ts';
import { SERVICE } from '../../lib/identities.ts';
import type { GraphStore } from '../store.ts';
import type { Living } from './living.ts';
import { CANDIDATE, GONE } from './transitions.ts';

/** Looks at edges that one search may take. */
const MOST_STEPS = 5000;
/** Edges of a way at most. */
const LONGEST = 8;

type Way = readonly number[];

export class ToldGraph {
  readonly living: Living;
  /** Edges that searches looked at. */
  steps = 0;
  private readonly store: GraphStore;
  /** Edges by node, in order of their numbers, so that a search does not depend on when they came. */
  private readonly out = new Map<number, number[]>();
  private readonly into = new Map<number, number[]>();

  constructor(living: Living, store: GraphStore) {
    this.living = living;
    this.store = store;
  }

  rebuild(): void {
    const { edges } = this.living;
    this.out.clear();
    this.into.clear();
    for (let edge = 0; edge < edges.size; edge++) {
      const told = edges.told[edge]!;
      if (edges.leader[edge] === edge && told !== CANDIDATE && told !== GONE) this.add(edge);
    }
  }

  add(edge: number): void {
    insert(this.out, this.living.sourceOf(edge), edge);
    insert(this.into, this.living.targetOf(edge), edge);
  }

  remove(edge: number): void {
    remove(this.out, this.living.sourceOf(edge), edge);
    remove(this.into, this.living.targetOf(edge), edge);
  }

  kindOf(edge: number): number {
    return this.store.edges[edge]!.kind;
  }

  isService(node: number): boolean {
    return this.living.identityOf(node).kind === SERVICE;
  }

  edgeBetween(source: number, target: number): number | undefined {
    return this.out.get(source)?.find(edge => this.living.targetOf(edge) === target);
  }

  /** Edges of a shortest way; undefined when there is none that is found soon. */
  shortest(from: number, to: number): Way | undefined {
    const cameBy = new Map<number, number>([[from, -1]]);
    const queue = [from];
    for (let at = 0, steps = 0; at < queue.length && steps < MOST_STEPS; at++) {
      const node = queue[at]!;
      if (node === to) return this.wayTo(to, cameBy);
      for (const edge of this.out.get(node) ?? []) {
        steps++;
        this.steps++;
        const next = this.living.targetOf(edge);
        if (cameBy.has(next)) continue;
        cameBy.set(next, edge);
        queue.push(next);
      }
    }
    return undefined;
  }

  private wayTo(to: number, cameBy: ReadonlyMap<number, number>): Way {
    const way: number[] = [];
    for (let edge = cameBy.get(to)!; edge >= 0; edge = cameBy.get(this.living.sourceOf(edge))!) way.unshift(edge);
    return way;
  }

  /**
   * Services at the ends of ways that begin at a node and go through topics, tables and databases alone: each with the
   * nodes between, the nearest first. A service that is the node itself is its own end.
   */
  servicesFrom(node: number, forward: boolean): ReadonlyMap<number, Way> {
    const found = new Map<number, Way>();
    if (this.isService(node)) return found.set(node, []);
    const seen = new Map<number, Way>([[node, [node]]]);
    const queue = [node];
    for (let at = 0, steps = 0; at < queue.length && steps < MOST_STEPS; at++) {
      const way = seen.get(queue[at]!)!;
      if (way.length > LONGEST) break;
      for (const edge of (forward ? this.out : this.into).get(queue[at]!) ?? []) {
        steps++;
        this.steps++;
        const next = forward ? this.living.targetOf(edge) : this.living.sourceOf(edge);
        if (seen.has(next) || found.has(next) || !this.couples(edge)) continue;
        if (this.isService(next)) found.set(next, way);
        else {
          seen.set(next, [...way, next]);
          queue.push(next);
        }
      }
    }
    return found;
  }

  /** Topics, tables and databases that a service writes to. */
  nextStores(service: number): readonly number[] {
    const coupling = (this.out.get(service) ?? []).filter(edge => this.couples(edge));
    return coupling.map(edge => this.living.targetOf(edge)).filter(node => !this.isService(node));
  }

  /** Neither of two services that such an edge lies between calls the other. */
  couples(edge: number): boolean {
    const kind = this.kindOf(edge);
    return kind !== CALLS && kind !== MESSAGES_EDGE;
  }
}

function insert(lists: Map<number, number[]>, node: number, edge: number): void {
  const list = lists.get(node);
  if (list === undefined) {
    lists.set(node, [edge]);
    return;
  }
  let at = list.length;
  while (at > 0 && list[at - 1]! > edge) at--;
  if (list[at - 1] === edge) return;
  if (at === list.length) list.push(edge);
  else list.splice(at, 0, edge);
}

function remove(lists: Map<number, number[]>, node: number, edge: number): void {
  const list = lists.get(node);
  const at = list?.indexOf(edge) ?? -1;
  if (at >= 0) list!.splice(at, 1);
}
