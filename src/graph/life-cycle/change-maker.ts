/** Nodes and edges of the store as changes tell of them. */
import type { Change, ChangeType, EdgeRef, EdgeWeights, NodeRef } from '../../contract/change.ts';
import { ERRORS, EVIDENCE } from '../../contract/counters.ts';
import { EDGE_KINDS, EVIDENCE_KINDS, STATES } from '../../contract/graph-document.ts';
import { type Identity, shortKey } from '../../lib/identities.ts';
import type { EdgeAggregate } from '../edge-aggregate.ts';
import { countOf, isProcessed } from '../edge-weights.ts';
import type { Histogram } from '../histogram.ts';
import { identityToNode } from '../node-document.ts';

/** A change before it has its number and time. */
export type ChangeDraft = Pick<Change, 'type'> &
  Partial<Omit<Change, 'seq' | 'time' | 'severity' | 'baseline'>> & {
    /** Of those it is about: while one of them is learned, it is `baseline`. */
    readonly environments: readonly string[];
  };

export interface Times {
  readonly nowMs: number;
  readonly halfLifeMs: number;
  readonly epoch: number;
}

/** Made once for each identity: most are named by several edges. */
const refs = new WeakMap<Identity, NodeRef>();

export function nodeRef(identity: Identity): NodeRef {
  const known = refs.get(identity);
  if (known !== undefined) return known;
  const made = newNodeRef(identity);
  refs.set(identity, made);
  return made;
}

function newNodeRef(identity: Identity): NodeRef {
  const { id, key, kind, name, environment, namespace } = identityToNode(identity);
  return { id, key, kind, name, ...(environment !== undefined && { environment }), ...(namespace && { namespace }) };
}

export function edgeRef(kind: number, source: Identity, target: Identity): EdgeRef {
  const word = EDGE_KINDS[kind]!;
  const id = `${source.id}#${word}#${target.id}`;
  return { id, key: shortKey(id), kind: word, source: nodeRef(source), target: nodeRef(target) };
}

export function weightsOf(edge: EdgeAggregate, state: number, { nowMs, halfLifeMs }: Times): EdgeWeights {
  const buckets = isProcessed(edge) ? edge.processBuckets! : edge.buckets;
  const all = edge.count;
  const errors = edge.counter(ERRORS);
  const latency = latencyOf(edge.server) ?? latencyOf(edge.client);
  return {
    count: countOf(edge),
    errors,
    rate: buckets.rate(nowMs, halfLifeMs),
    errorRatio: all > 0 ? errors / all : 0,
    ...(latency !== undefined && { latency }),
    state: STATES[state]!,
  };
}

function latencyOf(histogram: Histogram | undefined): EdgeWeights['latency'] {
  if (histogram === undefined || histogram.count <= 0) return undefined;
  return { p50: histogram.quantile(0.5), p95: histogram.quantile(0.95) };
}

/** What speaks for an edge: kinds of proof and how often, and examples. */
export function evidenceOf(edge: EdgeAggregate, epoch: number): Record<string, unknown> {
  const kinds: Record<string, number> = {};
  EVIDENCE_KINDS.forEach((kind, i) => {
    const count = edge.counter(EVIDENCE + i);
    if (count > 0) kinds[kind] = count;
  });
  const exemplars = edge.seen(epoch).examples();
  return { kinds, ...(exemplars.length > 0 && { exemplars }) };
}

export function nodeChange(type: ChangeType, identity: Identity, evidence: Record<string, unknown> = {}): ChangeDraft {
  return { type, node: nodeRef(identity), evidence, environments: [identity.environment] };
}
