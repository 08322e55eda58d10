/** What questions weigh an edge by, from its counters alone: as its document says it, without making one. */

import {
  COUNT,
  COUNT_PROCESS,
  EVIDENCE,
  MESSAGES_PROCESSED,
  MESSAGES_RECEIVED,
  MESSAGES_SENT,
} from '../contract/counters.ts';
import { EVIDENCE_KINDS, type EvidenceKind } from '../contract/graph-document.ts';
import { CONSUMES, MESSAGES_EDGE, PUBLISHES } from '../contract/interaction.ts';
import type { EdgeSource } from './graph-source.ts';

/** How much one more proof of a kind convinces: c in 1 − Π (1 − c·n/(n+2)). */
export const CONVICTION: Readonly<Record<EvidenceKind, number>> = {
  client_span: 0.5,
  server_span: 0.5,
  paired: 0.9,
  parent_child: 0.6,
  span_link: 0.9,
  message_id: 0.8,
  offset: 0.9,
  record_header: 0.6,
  cdc: 0.9,
  log: 0.4,
  statement: 0.4,
};

const CONVICTIONS = EVIDENCE_KINDS.map(kind => CONVICTION[kind]);

type Counted = Pick<EdgeSource, 'kind' | 'counter'>;

/** Of a topic's consumer only process spans count, where there are any. */
export function isProcessed(edge: Counted): boolean {
  return edge.kind === CONSUMES && edge.counter(COUNT_PROCESS) > 0;
}

export function countOf(edge: Counted): number {
  return edge.counter(isProcessed(edge) ? COUNT_PROCESS : COUNT);
}

/** NaN where there are none to count. */
export function messagesOf(edge: Counted): number {
  const { kind } = edge;
  if (kind !== PUBLISHES && kind !== CONSUMES && kind !== MESSAGES_EDGE) return Number.NaN;
  return Math.max(edge.counter(MESSAGES_SENT), edge.counter(MESSAGES_RECEIVED), edge.counter(MESSAGES_PROCESSED));
}

export function confidenceOf(edge: Counted): number {
  let doubt = 1;
  for (let i = 0; i < EVIDENCE_KINDS.length; i++) {
    const n = edge.counter(EVIDENCE + i);
    if (n > 0) doubt *= 1 - (CONVICTIONS[i]! * n) / (n + 2);
  }
  return 1 - doubt;
}
