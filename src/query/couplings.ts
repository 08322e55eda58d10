/**
 * `/v1/couplings`: pairs of services whose data flows from one to the other through topics and tables, or by calls,
 * ranked by strength, with what they go through. One that no call in either direction makes plain is `implicit`.
 */
import type { GraphView } from '../contract/graph-view.ts';
import { CouplingWays, type Way, type WayType } from './coupling-ways.ts';
import type { GraphFilter } from './filter.ts';
import { pathIndex } from './path-index.ts';
import { nodeWords, observedWords, percent } from './path-words.ts';

export const DEFAULT_COUPLINGS = 1000;
export const MAX_COUPLINGS = 10_000;
/** Edges looked at, at most. */
const MAX_STEPS = 500_000;

export interface CouplingQuestion {
  readonly filter: GraphFilter;
  /** Place of a service in the view: pairs with it at one end. */
  readonly service?: number | undefined;
  /** True: only those that no call makes plain; false: only the others. */
  readonly implicit?: boolean | undefined;
  readonly minStrength: number;
  readonly limit: number;
}

export interface Coupling {
  readonly source: string;
  readonly target: string;
  /** Ids of the topics and tables between, those of the strongest way first. */
  readonly via: readonly string[];
  readonly type: WayType | 'mixed';
  /** How likely what reaches the source has its effect at the target, by at least one of the ways. */
  readonly strength: number;
  /** Interactions that came the whole way; where none was seen whole, those of the least used edge. */
  readonly count: number;
  readonly observed: boolean;
  readonly confidence: number;
  /** No `calls` edge between the two, in either direction. */
  readonly implicit: boolean;
  /** Whether the declared architecture has it; null without one. */
  readonly declared: boolean | null;
  readonly text: string;
}

export interface CouplingsAnswer {
  readonly couplings: readonly Coupling[];
  /** Not all could be looked at, or there are more than asked for. */
  readonly truncated: boolean;
}

export function findCouplings(view: GraphView, question: CouplingQuestion): CouplingsAnswer {
  const { service, implicit, minStrength, limit } = question;
  const ways = new CouplingWays(view, question.filter, MAX_STEPS);
  const pairs = new Map<number, Pair>();
  forEachWay(view, ways, service, way => addWay(pairs, way.source * view.nodeFacts.length + way.target, way));
  const seen = seenWays(view, pairs);
  const wanted: Pair[] = [];
  for (const pair of pairs.values()) {
    const { source, target } = pair.ways[0]!;
    pair.implicit = !pair.isCalled && pairs.get(target * view.nodeFacts.length + source)?.isCalled !== true;
    pair.strength = strengthOf(pair.ways);
    if (pair.strength < minStrength || (implicit !== undefined && implicit !== pair.implicit)) continue;
    count(pair, seen);
    wanted.push(pair);
  }
  wanted.sort(comparePairs);
  const couplings = wanted.slice(0, limit).map(pair => describe(view, pair));
  return { couplings, truncated: ways.truncated || wanted.length > limit };
}

/** All ways from one service to another. */
interface Pair {
  readonly ways: Way[];
  isCalled: boolean;
  implicit: boolean;
  strength: number;
  observed: boolean;
  count: number;
}

function addWay(pairs: Map<number, Pair>, key: number, way: Way): void {
  let pair = pairs.get(key);
  if (pair === undefined) {
    pair = { ways: [], isCalled: false, implicit: false, strength: 0, observed: false, count: 0 };
    pairs.set(key, pair);
  }
  pair.ways.push(way);
  if (way.type === 'call') pair.isCalled = true;
}

/** Brings the ways into an order of their own: the product is the same number whatever way was found first. */
function strengthOf(ways: Way[]): number {
  ways.sort((a, b) => comparePlaces(a.edges, b.edges));
  return rounded(1 - ways.reduce((doubt, { strength }) => doubt * (1 - strength), 1));
}

function forEachWay(view: GraphView, ways: CouplingWays, service: number | undefined, visit: (way: Way) => void): void {
  if (service !== undefined) {
    ways.from(service, visit);
    ways.into(service, visit);
    return;
  }
  for (let n = 0; n < view.nodeFacts.length; n++) if (view.nodeFacts[n]!.kind === 'service') ways.from(n, visit);
}

const wayKey = (source: number, via: readonly number[], target: number) => `${source} ${via.join(' ')} ${target}`;

/** Interactions that came from service to service through topics and tables alone, by the way, of all pairs. */
function seenWays(view: GraphView, pairs: ReadonlyMap<number, Pair>): ReadonlyMap<string, number> {
  const { above, nodes, visits, first, next } = pathIndex(view);
  const seen = new Map<string, number>();
  const isService = (row: number) => view.nodeFacts[nodes[row]!]?.kind === 'service';
  for (const target of new Set(Array.from(pairs.values(), ({ ways }) => ways[0]!.target))) {
    for (let row = first[target]!; row > 0; row = next[row]!) {
      if (visits[row] === 0) continue;
      const via: number[] = [];
      let at = above[row]!;
      while (at > 0 && !isService(at)) {
        via.push(nodes[at]!);
        at = above[at]!;
      }
      if (at <= 0 || via.length === 0 || !pairs.has(nodes[at]! * view.nodeFacts.length + target)) continue;
      const key = wayKey(nodes[at]!, via.reverse(), target);
      seen.set(key, (seen.get(key) ?? 0) + visits[row]!);
    }
  }
  return seen;
}

/** A single edge, a call or a hand-over whose topic nobody named, is always seen whole. */
function count(pair: Pair, seen: ReadonlyMap<string, number>): void {
  let least = 0;
  for (const { source, via, target, least: ofWay } of pair.ways) {
    pair.count += via.length === 0 ? ofWay : (seen.get(wayKey(source, via, target)) ?? 0);
    least += ofWay;
  }
  pair.observed = pair.count > 0;
  if (!pair.observed) pair.count = least;
}

/** The stronger first, then what was seen, then by count and by the ids, which are in the order of the nodes. */
function comparePairs(a: Pair, b: Pair): number {
  const [one, other] = [a.ways[0]!, b.ways[0]!];
  return (
    b.strength - a.strength ||
    Number(b.observed) - Number(a.observed) ||
    b.count - a.count ||
    one.source - other.source ||
    one.target - other.target
  );
}

function describe(view: GraphView, { ways, strength, observed, count, implicit }: Pair): Coupling {
  const { source, target } = ways[0]!;
  ways.sort((a, b) => rounded(b.strength) - rounded(a.strength) || comparePlaces(a.via, b.via));
  const types = new Set(ways.map(way => way.type));
  const via = [...new Set(ways.flatMap(way => way.via))];
  const idOf = (node: number) => view.nodeFacts[node]!.id;
  const facts = {
    type: types.size === 1 ? ways[0]!.type : ('mixed' as const),
    strength,
    count,
    observed,
    confidence: Math.max(...ways.map(way => way.confidence)),
    implicit,
    declared: null,
  };
  const text = couplingWords(view, source, via, target, facts);
  return { source: idOf(source), target: idOf(target), via: via.map(idOf), ...facts, text };
}

/** Products of the same numbers differ by the order in which they were multiplied. */
function rounded(value: number): number {
  return Number(value.toPrecision(12));
}

function comparePlaces(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}

const MAX_NAMED = 3;

function couplingWords(
  view: GraphView,
  source: number,
  via: readonly number[],
  target: number,
  {
    type,
    implicit,
    observed,
    count,
    strength,
  }: Pick<Coupling, 'type' | 'implicit' | 'observed' | 'count' | 'strength'>,
): string {
  const words = (node: number) => nodeWords(view.nodeFacts[node]!);
  const named = via.slice(0, MAX_NAMED).map(words);
  const more = via.length > MAX_NAMED ? [`${via.length - MAX_NAMED} more`] : [];
  const between = via.length === 0 ? '' : ` → ${[...named, ...more].join(', ')}`;
  const how = observed ? observedWords(count) : 'never seen whole';
  const plainly = type === 'call' ? 'by calls, ' : implicit ? 'implicitly, ' : '';
  return `${words(source)}${between} → ${words(target)}, ${plainly}${how}, strength ${percent(strength)}`;
}
