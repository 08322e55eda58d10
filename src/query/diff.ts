/**
 * The figures of two pictures of the graph → what is in one and not in the other, and what changed between them, by
 * places. Exact, so that diffs add up: from a to b and from b to c is from a to c. What is gone is in neither.
 */
import { STATES } from '../contract/graph-document.ts';
import type { Figures } from '../contract/graph-view.ts';

/** What differs, in order of the ids: its places before and after, −1 where it is not there. Of equal length. */
export interface Differences {
  readonly before: readonly number[];
  readonly after: readonly number[];
}

export interface GraphDiff {
  readonly before: Figures;
  readonly after: Figures;
  readonly nodes: Differences;
  readonly edges: Differences;
}

export function diffGraphs(before: Figures, after: Figures): GraphDiff {
  const nodes = differences(nodesOf(before), nodesOf(after), isSameNode);
  const isSame = (a: number, b: number) => isSameEdge(before, a, after, b);
  return { before, after, nodes, edges: differences(edgesOf(before), edgesOf(after), isSame) };
}

const GONE = STATES.indexOf('gone');

export function isThere(states: Uint8Array, place: number): boolean {
  return states[place] !== GONE;
}

interface Side {
  readonly items: readonly { readonly id: string }[];
  readonly states: Uint8Array;
}

const nodesOf = ({ nodes, nodeStates }: Figures): Side => ({ items: nodes, states: nodeStates });
const edgesOf = ({ edges, edgeStates }: Figures): Side => ({ items: edges, states: edgeStates });

/** Both are in order of their ids: one walk along them together. */
function differences(a: Side, b: Side, isSame: (a: number, b: number) => boolean): Differences {
  const found = { before: [] as number[], after: [] as number[] };
  let i = nextThere(a, 0);
  let j = nextThere(b, 0);
  while (i < a.items.length || j < b.items.length) {
    const [one, other] = [a.items[i], b.items[j]];
    // Of one keeper of history, most are the same object.
    const isBoth = one === other;
    const isBefore = isBoth || (one !== undefined && (other === undefined || one.id <= other.id));
    const isAfter = isBoth || (other !== undefined && (one === undefined || other.id <= one.id));
    if (!(isBefore && isAfter && isSame(i, j))) {
      found.before.push(isBefore ? i : -1);
      found.after.push(isAfter ? j : -1);
    }
    if (isBefore) i = nextThere(a, i + 1);
    if (isAfter) j = nextThere(b, j + 1);
  }
  return found;
}

function nextThere({ states }: Side, place: number): number {
  let next = place;
  while (next < states.length && !isThere(states, next)) next++;
  return next;
}

/** A node has no weights: it is there, or not. */
function isSameNode(): boolean {
  return true;
}

function isSameEdge(before: Figures, a: number, after: Figures, b: number): boolean {
  return (
    before.counts[a] === after.counts[b] &&
    before.errors[a] === after.errors[b] &&
    before.rates[a] === after.rates[b] &&
    before.edgeStates[a] === after.edgeStates[b] &&
    isSameTime(before.medians[a]!, after.medians[b]!) &&
    isSameTime(before.p95s[a]!, after.p95s[b]!)
  );
}

/** NaN is none. */
function isSameTime(a: number, b: number): boolean {
  return a === b || (Number.isNaN(a) && Number.isNaN(b));
}
