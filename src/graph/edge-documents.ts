/**
 * Documents of edges, kept from view to view. Of an edge that did not change only the rate is worked out anew, and
 * where nothing lies ahead of the time it was counted at, it just decays.
 */
import type { Edge } from '../contract/graph-document.ts';
import { type EdgeContext, type EdgeIdentity, edgeToDocument } from './edge-document.ts';
import type { EdgeSource } from './graph-source.ts';

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

  document(index: number, fixed: EdgeIdentity, edge: EdgeSource, context: EdgeContext): Edge {
    const kept = this.kept[index];
    if (kept !== undefined && kept.version === edge.version && isGood(kept, context)) return decayed(kept, context);
    const weights = edge.weights();
    const document = edgeToDocument(fixed, weights, context);
    const { nowMs, epoch, halfLifeMs } = context;
    if (!Number.isNaN(edge.version)) {
      this.kept[index] = {
        document,
        version: edge.version,
        epoch,
        asOfMs: nowMs,
        halfLifeMs,
        isProvisional: weights.isProvisional(epoch),
        isAhead: !weights.buckets.isPast(nowMs) || weights.processBuckets?.isPast(nowMs) === false,
      };
    }
    return document;
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
