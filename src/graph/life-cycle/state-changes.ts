/** Which states are others since somebody asked: few, or when nobody asked for long, all. */
import type { Living } from './living.ts';
import type { Subjects } from './subjects.ts';

/** Beyond these all are told. */
const MOST = 50_000;

type Numbers = readonly number[];

export class StateChanges {
  /** Grows with every state. */
  revision = 0;
  private readonly living: Living;
  private nodes: number[] = [];
  private edges: number[] = [];
  private isAll = true;

  constructor(living: Living) {
    this.living = living;
  }

  startAt(revision: number): void {
    this.revision = revision;
  }

  allChanged(): void {
    this.isAll = true;
    this.revision++;
  }

  setEdge(edge: number, state: number): void {
    const { edges, edgeMembers } = this.living;
    if (edges.state[edge] === state) return;
    edges.state[edge] = state;
    this.add(this.edges, edgeMembers.get(edge) ?? [edge]);
  }

  setNode(node: number, state: number): void {
    const { nodes, nodeMembers } = this.living;
    if (nodes.state[node] === state) return;
    nodes.state[node] = state;
    this.add(this.nodes, nodeMembers.get(node) ?? [node]);
  }

  private add(list: number[], members: Numbers): void {
    this.revision++;
    if (this.isAll) return;
    list.push(...members);
    if (list.length > MOST) this.allChanged();
  }

  take(): { readonly edges: Int32Array<ArrayBuffer>; readonly nodes: Int32Array<ArrayBuffer> } {
    const { nodes, edges } = this.living;
    const taken = {
      nodes: pairs(nodes, this.isAll ? [...Array(nodes.size).keys()] : this.nodes),
      edges: pairs(edges, this.isAll ? [...Array(edges.size).keys()] : this.edges),
    };
    this.nodes = [];
    this.edges = [];
    this.isAll = false;
    return taken;
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
