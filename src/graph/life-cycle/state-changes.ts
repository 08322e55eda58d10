/** Which states are others since somebody asked: few, or when nobody asked for long, all. */

import { NO_PAIRS, type StatePairs } from '../states.ts';
import type { Living } from './living.ts';
import type { Subjects } from './subjects.ts';

/** Beyond these all are told. */
const MOST = 50_000;

type Numbers = readonly number[];

/** What one of those who ask has not taken yet. */
class Untaken {
  nodes: number[] = [];
  edges: number[] = [];
  isAll = true;

  add(kind: 'nodes' | 'edges', members: Numbers): void {
    if (this.isAll) return;
    this[kind].push(...members);
    if (this[kind].length > MOST) this.all();
  }

  all(): void {
    this.isAll = true;
    this.nodes = [];
    this.edges = [];
  }
}

export class StateChanges {
  /** Grows with every state. */
  revision = 0;
  private readonly living: Living;
  private readonly untaken = { views: new Untaken(), history: new Untaken() };

  constructor(living: Living) {
    this.living = living;
  }

  startAt(revision: number): void {
    this.revision = revision;
  }

  allChanged(): void {
    this.untaken.views.all();
    this.untaken.history.all();
    this.revision++;
  }

  /** New ones, candidates so far: a view takes what it was not told of for active, a history for a candidate. */
  meet(kind: 'nodes' | 'edges', number: number): void {
    this.revision++;
    this.untaken.views.add(kind, [number]);
  }

  setEdge(edge: number, state: number): void {
    const { edges, edgeMembers } = this.living;
    if (edges.state[edge] === state) return;
    edges.touch(edge);
    edges.state[edge] = state;
    this.add('edges', edgeMembers.get(edge) ?? [edge]);
  }

  setNode(node: number, state: number): void {
    const { nodes, nodeMembers } = this.living;
    if (nodes.state[node] === state) return;
    nodes.touch(node);
    nodes.state[node] = state;
    this.add('nodes', nodeMembers.get(node) ?? [node]);
  }

  private add(kind: 'nodes' | 'edges', members: Numbers): void {
    this.revision++;
    this.untaken.views.add(kind, members);
    this.untaken.history.add(kind, members);
  }

  take(reader: 'views' | 'history'): StatePairs {
    const { living, untaken } = this;
    const { nodes, edges, isAll } = untaken[reader];
    if (!isAll && nodes.length === 0 && edges.length === 0) return NO_PAIRS;
    untaken[reader] = new Untaken();
    untaken[reader].isAll = false;
    return {
      nodes: pairs(living.nodes, isAll ? [...Array(living.nodes.size).keys()] : nodes),
      edges: pairs(living.edges, isAll ? [...Array(living.edges.size).keys()] : edges),
    };
  }
}

function pairs({ state, leader }: Subjects, numbers: Numbers): Int32Array<ArrayBuffer> {
  const found = new Int32Array(numbers.length * 2);
  numbers.forEach((number, i) => {
    found[2 * i] = number;
    found[2 * i + 1] = state[leader[number]!]!;
  });
  return found;
}
