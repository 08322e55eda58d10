/**
 * The truth of a set of spans, found in the plainest way: each span looks for its parent or link in a map, and tables
 * are what a regular expression finds in the statement. Knows only what the workload contains.
 */
import { TruthCounter } from '../../benchmarks/pipeline/truth.ts';
import type { DecodedSpan } from './decoded-spans.ts';

const SERVER = 2;
const CLIENT = 3;
const PRODUCER = 4;
const CONSUMER = 5;

export function plainTruth(spans: readonly DecodedSpan[]): ReturnType<TruthCounter['truth']> {
  const truth = new TruthCounter();
  const byId = new Map(spans.map(span => [`${span.traceId}/${span.spanId}`, span]));
  for (const span of spans) {
    const parent = byId.get(`${span.traceId}/${span.parentSpanId}`);
    if (span.kind === SERVER && span.parentSpanId === undefined) truth.entry(span.service);
    else if (span.kind === SERVER) countCall(truth, parent, span);
    else if (span.kind === PRODUCER) {
      truth.edge('publishes', span.service, topicOf(span), { clientError: failed(span), evidence: ['client_span'] });
    } else if (span.kind === CONSUMER) countConsume(truth, byId, parent, span);
    else if (span.kind === CLIENT && statementOf(span) !== undefined) countTables(truth, span, statementOf(span)!);
  }
  return truth.truth(spans.length, 0);
}

function countCall(truth: TruthCounter, parent: DecodedSpan | undefined, span: DecodedSpan): void {
  if (parent?.kind !== CLIENT) throw new Error(`server span ${span.spanId} has no client span as parent`);
  const errors = { clientError: failed(parent), serverError: failed(span) };
  truth.edge('calls', parent.service, span.service, { ...errors, evidence: ['paired'] });
}

function countConsume(
  truth: TruthCounter,
  byId: ReadonlyMap<string, DecodedSpan>,
  parent: DecodedSpan | undefined,
  span: DecodedSpan,
): void {
  const [link] = span.links;
  const producer = parent ?? byId.get(`${link?.traceId}/${link?.spanId}`);
  if (producer?.kind !== PRODUCER || topicOf(producer) !== topicOf(span))
    throw new Error('a consumer without producer');
  const evidence = ['server_span', parent === undefined ? 'span_link' : 'paired'] as const;
  truth.edge('consumes', topicOf(span), span.service, { serverError: failed(span), evidence });
}

function countTables(truth: TruthCounter, span: DecodedSpan, statement: string): void {
  const database = span.attributes['db.name'] ?? span.attributes['db.namespace'];
  const interaction = { clientError: failed(span), evidence: ['client_span', 'statement'] as const };
  const written = /^(?:INSERT INTO|UPDATE|DELETE FROM) (\w+)/.exec(statement)?.[1];
  if (written !== undefined) truth.edge('writes', span.service, `${database}.${written}`, interaction);
  for (const match of statement.replace(/^DELETE FROM/, '').matchAll(/(?:FROM|JOIN) (\w+)/g)) {
    truth.edge('reads', `${database}.${match[1]}`, span.service, interaction);
  }
}

const topicOf = (span: DecodedSpan): string => String(span.attributes['messaging.destination.name']);

function statementOf(span: DecodedSpan): string | undefined {
  const statement = span.attributes['db.statement'] ?? span.attributes['db.query.text'];
  return statement === undefined ? undefined : String(statement);
}

function failed(span: DecodedSpan): boolean {
  const http = Number(span.attributes['http.response.status_code'] ?? span.attributes['http.status_code'] ?? 0);
  return span.status === 2 || (span.status === 0 && http >= 500);
}
