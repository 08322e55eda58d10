/**
 * Documents of edges, kept from view to view. Of an edge that did not change only the rate is worked out anew, and
 * where nothing lies ahead of the time it was counted at, it just decays.
 */
import type { Edge, State } from '../contract/graph-document.ts';
import type { EdgeFacts } from '../contract/graph-view.ts';
import { type EdgeContext, edgeToDocument } from './edge-document.ts';
import type { EdgeSource } from './graph-source.ts';

export type Seen = Pick<Edge, 'firstSeen' | 'lastSeen'>;

interface Kept {
  readonly document: Edge;
  readonly version: number;
  readonly epoch: number;
  readonly asOfMs: number;
  readonly halfLifeMs: number;
  /** Passing epochs change what was seen. */
  readonly isProvisional: boolean;
  /** Some of it was counted ahead of `asOfMs`. */
  readonly isAhead: boolean;
}

export class EdgeDocuments {
  private readonly kept: Kept[] = [];

  document(index: number, fixed: EdgeFacts, edge: EdgeSource, state: State, context: EdgeContext): Edge {
    return decayed(this.read(index, fixed, edge, state, context), context);
  }

  /** When the edge was seen first and last, as its document says. */
  seen(index: number, fixed: EdgeFacts, edge: EdgeSource, state: State, context: EdgeContext): Seen {
    return this.read(index, fixed, edge, state, context).document;
  }

  private read(index: number, fixed: EdgeFacts, edge: EdgeSource, state: State, context: EdgeContext): Kept {
    const known = this.kept[index];
    const isSame = known?.version === edge.version && known.document.state === state;
    if (known !== undefined && isSame && isGood(known, context)) return known;
    const weights = edge.weights();
    const document = edgeToDocument(fixed, weights, state, context);
    const { nowMs, epoch, halfLifeMs } = context;
    const kept = {
      document,
      version: edge.version,
      epoch,
      asOfMs: nowMs,
      halfLifeMs,
      isProvisional: weights.isProvisional(epoch),
      isAhead: !weights.buckets.isPast(nowMs) || weights.processBuckets?.isPast(nowMs) === false,
    };
    if (!Number.isNaN(edge.version)) this.kept[index] = kept;
    return kept;
  }
}

function isGood(kept: Kept, { epoch, nowMs, halfLifeMs }: EdgeContext): boolean {
  if (kept.epoch !== epoch && kept.isProvisional) return false;
  if (kept.halfLifeMs !== halfLifeMs || nowMs < kept.asOfMs) return false;
  return nowMs === kept.asOfMs || !kept.isAhead;
}

function decayed({ document, asOfMs }: Kept, { nowMs, halfLifeMs }: EdgeContext): Edge {
  if (nowMs === asOfMs || document.rate === 0) return document;
  return { ...document, rate: document.rate * 2 ** ((asOfMs - nowMs) / halfLifeMs) };
}
