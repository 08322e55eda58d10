/** Kinds of edges and of proof in words, as data: for explanations and for docs/semantics.md. */
import type { EdgeKind, EvidenceKind } from '../../contract/graph-document.ts';

/** `source … target`. */
export const EDGE_WORDS: Readonly<Record<EdgeKind, string>> = {
  calls: 'calls',
  publishes: 'publishes messages to',
  consumes: 'is consumed by',
  routes: 'passes messages on to',
  messages: 'sends messages to',
  writes: 'writes',
  reads: 'is read by',
  queries: 'queries',
  captures: 'is captured in',
};

/** What an interaction proved so rests on. */
export const EVIDENCE_WORDS: Readonly<Record<EvidenceKind, string>> = {
  client_span: 'the span of the side that calls, sends or queries',
  server_span: 'the span of the side that serves or consumes',
  paired: 'both halves, joined through a shared span id or the parent link',
  parent_child: 'a parent link across services, without both a client and a server span',
  span_link: 'a span link from the consumer to the message it got',
  message_id: 'one message id on both sides',
  offset: 'one topic, partition and offset on both sides',
  record_header: 'the trace context in a record’s headers',
  cdc: 'a change event of the database',
  log: 'a log record',
  statement: 'the text of a statement, which names the table',
};
