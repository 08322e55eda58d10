/**
 * The ways in which one service's data reaches another without a service between: through topics and tables, handed
 * over by an unknown one, or called directly.
 */
import { EDGE_KINDS } from '../contract/graph-document.ts';
import type { GraphView, NodeFacts } from '../contract/graph-view.ts';
import { edgeTest, type GraphFilter, isNodeWanted } from './filter.ts';
import { strengthsOf } from './strengths.ts';

/** Nodes between two services, at most: exchange → queue → dead letters, table → topic. */
const MAX_BETWEEN = 4;

const CAPTURES = EDGE_KINDS.indexOf('captures');
const CALLS = EDGE_KINDS.indexOf('calls');

/** A way found is kept until all are known. */
const STEPS_A_WAY = 4;

export type WayType = 'event' | 'shared_table' | 'cdc' | 'call';

export interface Way {
  /** Places in the view. */
  readonly source: number;
  readonly target: number;
  /** Nodes between, in the direction of the data. */
  readonly via: readonly number[];
  /** Places, likewise. */
  readonly edges: readonly number[];
  readonly type: WayType;
  readonly strength: number;
  /** Count of the least used edge. */
  readonly least: number;
  readonly confidence: number;
}

/** Walks from services on, within a budget of steps for all walks together. */
export class CouplingWays {
  /** The budget was used up: there may be more. */
  truncated = false;
  private steps: number;
  private readonly view: GraphView;
  private readonly filter: GraphFilter;
  private readonly shares: Float64Array;
  private readonly isWanted: (edge: number) => boolean;

  constructor(view: GraphView, filter: GraphFilter, maxSteps: number) {
    this.view = view;
    this.filter = filter;
    this.steps = maxSteps;
    this.shares = strengthsOf(view).shares;
    this.isWanted = edgeTest(view, filter);
  }

  /** All ways out of a service. */
  from(service: number, visit: (way: Way) => void): void {
    this.walk(service, false, service, [], [], START, visit);
  }

  /** All ways into a service. */
  into(service: number, visit: (way: Way) => void): void {
    this.walk(service, true, service, [], [], START, visit);
  }

  private walk(
    service: number,
    back: boolean,
    at: number,
    via: readonly number[],
    edges: readonly number[],
    way: WayWeights,
    visit: (way: Way) => void,
  ): void {
    const { view } = this;
    const [starts, list, ends] = back
      ? [view.inStart, view.inEdges, view.edgeSource]
      : [view.outStart, view.outEdges, view.edgeTarget];
    for (let i = starts[at]!; i < starts[at + 1]!; i++) {
      if (this.steps-- <= 0) {
        this.truncated = true;
        return;
      }
      const e = list[i]!;
      const next = ends[e]!;
      const node = view.nodeFacts[next]!;
      if (next === service || via.includes(next) || !this.isWanted(e)) continue;
      if (node.kind === 'service') {
        if (!isNodeWanted(this.filter, node)) continue;
        this.steps -= STEPS_A_WAY;
        visit(this.endOf(service, next, back, via, [...edges, e], this.weigh(way, e, node)));
      } else if (node.kind !== 'external' && via.length < MAX_BETWEEN) {
        this.walk(service, back, next, [...via, next], [...edges, e], this.weigh(way, e, node), visit);
      }
    }
  }

  private weigh(way: WayWeights, e: number, node: NodeFacts): WayWeights {
    const { kinds, counts, confidences } = this.view.weights;
    return {
      least: Math.min(way.least, counts[e]!),
      confidence: Math.min(way.confidence, confidences[e]!),
      table: way.table || node.kind === 'table' || node.kind === 'database',
      captured: way.captured || kinds[e] === CAPTURES,
      called: kinds[e] === CALLS,
    };
  }

  /** Strengths are multiplied in the direction of the data, from whichever end the way was found. */
  private endOf(
    service: number,
    other: number,
    back: boolean,
    via: readonly number[],
    edges: readonly number[],
    { least, confidence, called, captured, table }: WayWeights,
  ): Way {
    const type = called ? 'call' : captured ? 'cdc' : table ? 'shared_table' : 'event';
    const ends = back
      ? { source: other, target: service, via: via.toReversed(), edges: edges.toReversed() }
      : { source: service, target: other, via, edges };
    const strength = ends.edges.reduce((product, edge) => product * this.shares[edge]!, 1);
    return { ...ends, type, strength, least, confidence };
  }
}

interface WayWeights {
  readonly least: number;
  readonly confidence: number;
  readonly table: boolean;
  readonly captured: boolean;
  readonly called: boolean;
}

const START: WayWeights = {
  least: Number.POSITIVE_INFINITY,
  confidence: 1,
  table: false,
  captured: false,
  called: false,
};
