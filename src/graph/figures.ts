/**
 * A view's nodes and edges → the numbers of them by which two times are told apart, without a document of any edge. From
 * documents the same, where there are some already.
 */
import { ERRORS } from '../contract/counters.ts';
import { type Edge, type Latency, type Node, STATES } from '../contract/graph-document.ts';
import type { EdgeFacts, Figures, NodeFacts } from '../contract/graph-view.ts';
import type { EdgeAggregate } from './edge-aggregate.ts';
import { type EdgeContext, rateOf } from './edge-document.ts';
import { countOf } from './edge-weights.ts';
import type { GraphSource } from './graph-source.ts';
import { edgeState, nodeState } from './shown-states.ts';
import type { Structure } from './structure.ts';

/** What shows of a source. */
export interface Shown {
  readonly source: GraphSource;
  readonly structure: Structure;
  readonly nodes: readonly NodeFacts[];
  /** Of all edges, by number in the source. */
  readonly edgeFacts: readonly EdgeFacts[];
}

export function figuresOf({ source, structure, nodes, edgeFacts }: Shown, context: EdgeContext): Figures {
  const { edges } = structure;
  const figures = emptyFigures(
    nodes,
    edges.map(edge => (typeof edge === 'number' ? edgeFacts[edge]! : edge.fixed)),
  );
  const { nodeStates, edgeStates } = figures;
  for (let place = 0; place < nodes.length; place++) nodeStates[place] = nodeState(source, structure.nodes[place]!);
  for (let place = 0; place < edges.length; place++) {
    const edge = edges[place]!;
    edgeStates[place] = edgeState(source, edge);
    put(figures, place, (typeof edge === 'number' ? source.edges[edge]! : edge.sum).weights(), context);
  }
  return figures;
}

/** @param edges in the order of their ids, as the nodes. */
export function figuresOfDocuments(nodes: readonly Node[], edges: readonly Edge[]): Figures {
  const figures = emptyFigures(nodes, edges);
  const { nodeStates, edgeStates, counts, errors, rates } = figures;
  for (let place = 0; place < nodes.length; place++) nodeStates[place] = STATES.indexOf(nodes[place]!.state);
  for (let place = 0; place < edges.length; place++) {
    const { state, count, errors: failed, rate, latency } = edges[place]!;
    edgeStates[place] = STATES.indexOf(state);
    counts[place] = count;
    errors[place] = failed;
    rates[place] = rate;
    putLatency(figures, place, latency?.client ?? latency?.server);
  }
  return figures;
}

function emptyFigures(nodes: readonly NodeFacts[], edges: readonly EdgeFacts[]): Figures {
  const numbers = () => new Float64Array(edges.length);
  return {
    nodes,
    edges,
    nodeStates: new Uint8Array(nodes.length),
    edgeStates: new Uint8Array(edges.length),
    ...{ counts: numbers(), errors: numbers(), rates: numbers() },
    ...{ medians: numbers(), p95s: numbers() },
  };
}

function put(figures: Figures, place: number, edge: EdgeAggregate, context: EdgeContext): void {
  figures.counts[place] = countOf(edge);
  figures.errors[place] = edge.counter(ERRORS);
  figures.rates[place] = rateOf(edge, context);
  const { client, server } = edge;
  const durations = client !== undefined && client.count > 0 ? client : server;
  const isThere = durations !== undefined && durations.count > 0;
  figures.medians[place] = isThere ? durations.quantile(0.5) : Number.NaN;
  figures.p95s[place] = isThere ? durations.quantile(0.95) : Number.NaN;
}

function putLatency({ medians, p95s }: Figures, place: number, latency: Latency | undefined): void {
  medians[place] = latency?.p50 ?? Number.NaN;
  p95s[place] = latency?.p95 ?? Number.NaN;
}
