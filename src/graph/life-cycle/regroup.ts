/**
 * Nodes resolve to others than before → the lives of nodes and edges that are one now become one, and what is no longer
 * one goes on by itself, as it was. Nobody dies or is born by it.
 */
import { liveliest } from '../shown-states.ts';
import type { GraphStore } from '../store.ts';
import type { Living } from './living.ts';
import type { Subjects } from './subjects.ts';
import { CANDIDATE, GONE } from './transitions.ts';

/** @param moved numbers of nodes: what hangs on them, before and now, may have another life. */
export function regroup(living: Living, store: GraphStore, moved: readonly number[]): void {
  const { nodes, edges } = living;
  const concerned = new Set(moved.map(node => nodes.leader[node]!));
  const leaders = living.resolution.leaders();
  for (const node of moved) concerned.add(leaders[node]!);
  const isConcerned = (node: number) => concerned.has(nodes.leader[node]!) || concerned.has(leaders[node]!);
  const concernedNodes = [...leaders.keys()].filter(isConcerned);
  const concernedEdges: number[] = [];
  for (let edge = 0; edge < edges.size; edge++) {
    const { source, target } = store.edges[edge]!;
    if (isConcerned(source) || isConcerned(target)) concernedEdges.push(edge);
  }
  joinLives(nodes, concernedNodes, node => leaders[node]!);
  const firsts = new Map<string, number>();
  joinLives(edges, concernedEdges, edge => {
    const { kind, source, target } = store.edges[edge]!;
    const name = `${kind} ${leaders[source]} ${leaders[target]}`;
    const first = firsts.get(name) ?? edge;
    firsts.set(name, first);
    return first;
  });
  living.readMembers();
  countOpen(living, store);
}

/** Items in order of their numbers; the life of a group is that of its first, with what all of them had. */
function joinLives(subjects: Subjects, items: readonly number[], leaderOf: (item: number) => number): void {
  const before = new Map(items.map(item => [item, livesOf(subjects, subjects.leader[item]!)] as const));
  /** By new leader those whose lives it has. */
  const joined = new Map<number, Set<number>>();
  for (const item of items) {
    const leader = leaderOf(item);
    subjects.touch(item);
    subjects.leader[item] = leader;
    const life = before.get(item)!;
    const lives = joined.get(leader);
    if (lives === undefined) {
      set(subjects, leader, life);
      joined.set(leader, new Set([life.leader]));
    } else if (!lives.has(life.leader)) {
      add(subjects, leader, life);
      lives.add(life.leader);
    }
  }
}

type Life = ReturnType<typeof livesOf>;

function livesOf(subjects: Subjects, at: number) {
  return {
    ...{ leader: at, state: subjects.state[at]!, told: subjects.told[at]!, flags: subjects.flags[at]! },
    ...{ input: subjects.input[at]!, sightings: subjects.sightings[at]!, lastSeen: subjects.lastSeen[at]! },
    ...{ mean: subjects.mean[at]!, since: subjects.since[at]!, toldAt: subjects.toldAt[at]! },
    ...{ counted: subjects.counted[at]!, toldCount: subjects.toldCount[at]! },
    ...{ toldErrors: subjects.toldErrors[at]!, toldRate: subjects.toldRate[at]! },
  };
}

function set(subjects: Subjects, at: number, { leader: _, ...life }: Life): void {
  subjects.touch(at);
  for (const [column, value] of Object.entries(life)) subjects[column as keyof Omit<Life, 'leader'>][at] = value;
}

function add(subjects: Subjects, at: number, life: Life): void {
  subjects.touch(at);
  subjects.state[at] = liveliest(subjects.state[at]!, life.state);
  subjects.told[at] = liveliest(subjects.told[at]!, life.told);
  subjects.flags[at]! |= life.flags;
  subjects.input[at] = subjects.input[at] || life.input;
  subjects.sightings[at] = Math.max(subjects.sightings[at]!, life.sightings);
  subjects.lastSeen[at] = Math.max(subjects.lastSeen[at]!, life.lastSeen);
  subjects.mean[at] = Math.min(subjects.mean[at] || life.mean, life.mean || subjects.mean[at]!);
  subjects.since[at] = Math.min(subjects.since[at]!, life.since);
  subjects.toldAt[at] = Math.max(subjects.toldAt[at]!, life.toldAt);
  // What all of them count is read with the next look.
  subjects.counted[at] = 0;
  subjects.toldCount[at]! += life.toldCount;
  subjects.toldErrors[at]! += life.toldErrors;
  subjects.toldRate[at]! += life.toldRate;
}

/** Edges that were told and are not gone, by node. */
export function countOpen(living: Living, store: GraphStore): void {
  const { nodes, edges } = living;
  const open = new Int32Array(nodes.size);
  for (let edge = 0; edge < edges.size; edge++) {
    const told = edges.told[edge]!;
    if (edges.leader[edge] !== edge || told === CANDIDATE || told === GONE) continue;
    const { source, target } = store.edges[edge]!;
    const [from, to] = [nodes.leader[source]!, nodes.leader[target]!];
    open[from]!++;
    if (from !== to) open[to]!++;
  }
  for (let node = 0; node < nodes.size; node++) if (open[node] !== nodes.open[node]) nodes.touch(node);
  nodes.open.set(open);
}
