/**
 * Cost and length of the cheapest walk to the end, by hops allowed and via nodes still to pass: level by level from the
 * end backwards, each level looking only at what the one before made cheaper, and at nodes that the beginning reaches in
 * the hops that are left. Of other nodes nothing is known. The tables serve one search after the other: what is asked
 * must be asked before the next one begins.
 */
import type { Hops } from './hops.ts';
import type { SearchRules } from './path-search.ts';

/** A node that the beginning does not reach. */
const FAR = 255;

interface Level {
  readonly costs: Float64Array;
  readonly lengths: Uint8Array;
}

/** States are (via nodes to pass, node). */
class Tables {
  readonly size: number;
  /** Hops from the beginning, by node. */
  readonly ahead: Uint8Array;
  /** States that got cheaper at the last level and at this one, and the level at which each did last. */
  changed: Int32Array;
  improved: Int32Array;
  readonly improvedAt: Uint8Array;
  private readonly levels: Level[] = [];

  constructor(nodes: number, size: number) {
    this.size = size;
    this.ahead = new Uint8Array(nodes);
    this.changed = new Int32Array(size);
    this.improved = new Int32Array(size);
    this.improvedAt = new Uint8Array(size);
  }

  level(number: number): Level {
    while (this.levels.length <= number) {
      this.levels.push({ costs: new Float64Array(this.size), lengths: new Uint8Array(this.size) });
    }
    return this.levels[number]!;
  }
}

const known = new WeakMap<object, Map<number, Tables>>();

function tablesFor({ structure, nodeFacts }: Hops['view'], masks: number): Tables {
  const ofStructure = known.get(structure) ?? new Map<number, Tables>();
  known.set(structure, ofStructure);
  const tables = ofStructure.get(masks) ?? new Tables(nodeFacts.length, nodeFacts.length * masks);
  ofStructure.set(masks, tables);
  return tables;
}

export class RestOfWay {
  private readonly hops: Hops;
  private readonly rules: SearchRules;
  private readonly nodes: number;
  private readonly tables: Tables;
  /** The last level that made something cheaper. */
  private last = 0;

  constructor(hops: Hops, rules: SearchRules) {
    this.hops = hops;
    this.rules = rules;
    this.nodes = hops.view.nodeFacts.length;
    this.tables = tablesFor(hops.view, 1 << rules.via.length);
    const { to, maxHops } = rules;
    const { costs, lengths } = this.tables.level(0);
    costs.fill(Number.POSITIVE_INFINITY);
    costs[to] = 0;
    lengths[to] = 0;
    this.reachAhead();
    this.tables.improvedAt.fill(0);
    this.tables.changed[0] = to;
    for (let level = 1, changed = 1; level <= maxHops && changed > 0; level++) {
      changed = this.relax(level, changed);
      if (changed > 0) this.last = level;
    }
  }

  cost(level: number, missing: number, node: number): number {
    return this.tables.level(Math.min(level, this.last)).costs[missing * this.nodes + node]!;
  }

  length(level: number, missing: number, node: number): number {
    return this.tables.level(Math.min(level, this.last)).lengths[missing * this.nodes + node]!;
  }

  /** Breadth first, as far as one hop less than all leads. */
  private reachAhead(): void {
    const { costs, view } = this.hops;
    const { from, maxHops } = this.rules;
    const { ahead, changed: queue } = this.tables;
    const { outStart, outEdges, edgeTarget } = view;
    ahead.fill(FAR);
    ahead[from] = 0;
    queue[0] = from;
    for (let at = 0, length = 1; at < length; at++) {
      const node = queue[at]!;
      const hops = ahead[node]! + 1;
      if (hops >= maxHops) return;
      for (let i = outStart[node]!; i < outStart[node + 1]!; i++) {
        const edge = outEdges[i]!;
        const target = edgeTarget[edge]!;
        if (ahead[target] !== FAR || costs[edge] === Number.POSITIVE_INFINITY) continue;
        ahead[target] = hops;
        queue[length++] = target;
      }
    }
  }

  /** Returns how many states got cheaper by one hop more. */
  private relax(level: number, count: number): number {
    const { nodes, tables } = this;
    const { inStart, inEdges, edgeSource } = this.hops.view;
    const { costs } = this.hops;
    const { from, to, via, maxHops } = this.rules;
    const { ahead, changed, improved, improvedAt } = tables;
    const before = tables.level(level - 1);
    const next = tables.level(level);
    next.costs.set(before.costs);
    next.lengths.set(before.lengths);
    const reach = maxHops - level;
    let found = 0;
    for (let c = 0; c < count; c++) {
      const state = changed[c]!;
      const node = state % nodes;
      if (node === from) continue;
      const at = via.indexOf(node);
      const missing = (Math.floor(state / nodes) | (at < 0 ? 0 : 1 << at)) * nodes;
      const cost = before.costs[state]!;
      const length = before.lengths[state]! + 1;
      for (let i = inStart[node]!; i < inStart[node + 1]!; i++) {
        const edge = inEdges[i]!;
        const source = edgeSource[edge]!;
        if (ahead[source]! > reach) continue;
        const whole = cost + costs[edge]!;
        const reached = missing + source;
        const known = next.costs[reached]!;
        if (whole > known || whole === Number.POSITIVE_INFINITY || source === to) continue;
        if (whole === known && length >= next.lengths[reached]!) continue;
        next.costs[reached] = whole;
        next.lengths[reached] = length;
        if (improvedAt[reached] === level) continue;
        improvedAt[reached] = level;
        improved[found++] = reached;
      }
    }
    tables.changed = improved;
    tables.improved = changed;
    return found;
  }
}
