/**
 * How likely each edge passes on what reached its source: the conditional probability of a hop; and what the hop costs.
 * Worked out anew for each view, in the same arrays as long as the structure stays: they are those of the view asked last.
 */
import { EDGE_KINDS } from '../contract/graph-document.ts';
import type { GraphView } from '../contract/graph-view.ts';
import { pathIndex } from './path-index.ts';

/** Of one natural logarithm: ways whose strengths differ by less than one part in 10^11 cost the same. */
const UNITS = 2 ** 40;

const PUBLISHES = EDGE_KINDS.indexOf('publishes');
const CONSUMES = EDGE_KINDS.indexOf('consumes');
/** Of these each interaction enters the target. */
const ENTERS = Uint8Array.from(EDGE_KINDS, kind =>
  kind === 'calls' || kind === 'consumes' || kind === 'messages' ? 1 : 0,
);

export interface Strengths {
  /**
   * By edge, 0..1. Out of a service or external: the edge's count of the interactions that entered it (requests, messages
   * and entries; where there are none, what began there), 1 where nothing is known to enter. Out of a topic: messages
   * consumed (routed) of those published, 1 where no publisher is seen. Out of a table or database: 1.
   */
  readonly shares: Float64Array;
  /** Logarithms of these as whole numbers, so that ways of the same strength cost the same in whatever order they are added up. */
  readonly costs: Float64Array;
}

class StructureStrengths implements Strengths {
  view: GraphView | undefined;
  readonly shares: Float64Array;
  readonly costs: Float64Array;
  private readonly arrived: Float64Array;
  private readonly isSure: Uint8Array;

  constructor({ nodeFacts, edgeSource }: GraphView) {
    this.shares = new Float64Array(edgeSource.length).fill(1);
    this.costs = new Float64Array(edgeSource.length);
    this.arrived = new Float64Array(nodeFacts.length);
    this.isSure = Uint8Array.from(nodeFacts, ({ kind }) => (kind === 'table' || kind === 'database' ? 1 : 0));
  }

  read(view: GraphView): void {
    const { shares, costs, arrived, isSure } = this;
    const { edgeSource, weights } = view;
    const { kinds, counts, messages } = weights;
    const { began } = pathIndex(view);
    this.addArrivals(view);
    for (let e = 0; e < shares.length; e++) {
      const source = edgeSource[e]!;
      const whole = arrived[source]! || began[source]!;
      const part = kinds[e] === CONSUMES ? messagesOr(messages[e]!, counts[e]!) : counts[e]!;
      const share = isSure[source] === 1 || whole <= 0 ? 1 : Math.min(1, part / whole);
      if (share === shares[e]) continue;
      shares[e] = share;
      // Never −0, which would not be the 0 of an edge that was sure all along.
      costs[e] = Math.round(-Math.log(share) * UNITS) + 0;
    }
    this.view = view;
  }

  private addArrivals({ edgeTarget, weights }: GraphView): void {
    const { arrived } = this;
    const { kinds, counts, messages, entries } = weights;
    for (let n = 0; n < arrived.length; n++) arrived[n] = entries[n]!;
    for (let e = 0; e < edgeTarget.length; e++) {
      const kind = kinds[e]!;
      if (kind === PUBLISHES) arrived[edgeTarget[e]!]! += messagesOr(messages[e]!, counts[e]!);
      else if (ENTERS[kind] === 1) arrived[edgeTarget[e]!]! += counts[e]!;
    }
  }
}

function messagesOr(messages: number, count: number): number {
  return Number.isNaN(messages) ? count : messages;
}

const known = new WeakMap<object, StructureStrengths>();

export function strengthsOf(view: GraphView): Strengths {
  const strengths = known.get(view.structure) ?? new StructureStrengths(view);
  known.set(view.structure, strengths);
  if (strengths.view !== view) strengths.read(view);
  return strengths;
}
