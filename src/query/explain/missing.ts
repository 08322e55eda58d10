/** What an edge's proofs leave open, each with what would close it. */
import type { Edge, EvidenceKind, Node } from '../../contract/graph-document.ts';
import type { GraphView } from '../../contract/graph-view.ts';
import { isSampled } from '../doctor/graph-findings.ts';
import type { Gap } from './edge.ts';

const SURE = 0.5;

/** In the order in which they weigh. */
export function missingOf(view: GraphView, edge: Edge, target: Node, isPast: boolean): Gap[] {
  const noDurations = isPast && edge.latency === undefined && edge.lag === undefined;
  const gaps = [
    ...sidesMissing(edge, target, noDurations),
    ...joinsMissing(edge, noDurations),
    ...tableMissing(edge, view),
    ...(isSampled(edge) ? [SAMPLED] : []),
    ...(edge.exemplars.length === 0 ? [isPast ? NO_EXAMPLE_OF_EARLIER : NO_EXAMPLE] : []),
  ];
  return edge.confidence < SURE && edge.count < 3 ? [...gaps, FEW] : gaps;
}

const SAMPLED: Gap = {
  code: 'sampled',
  message: 'The spans are a sample: `count` is of what came, `estimated` is of all.',
  fix: 'Nothing, unless rare interactions matter: raise the sampling rate then.',
};
const NO_EXAMPLE: Gap = {
  code: 'no_example',
  message: 'There is no example yet: examples are taken when an interaction is final.',
  fix: 'Ask again after connectors.topology.correlation.wait.',
};
const NO_EXAMPLE_OF_EARLIER: Gap = {
  code: 'no_example',
  message: 'Examples are not kept by time.',
  fix: 'Ask without at, start and end for the examples there are.',
};
const FEW: Gap = {
  code: 'few_proofs',
  message: 'It was proved once or twice; the confidence grows with every further proof.',
  fix: 'Nothing: wait for more of the same, or doubt it.',
};

const countOf = ({ evidence }: Edge, kind: EvidenceKind): number => evidence[kind] ?? 0;

function sidesMissing(edge: Edge, target: Node, noDurations: boolean): Gap[] {
  if (edge.kind !== 'calls') return [];
  const paired = countOf(edge, 'paired');
  if (paired > 0) return unserved(edge);
  if (countOf(edge, 'parent_child') > 0) {
    const half = halfMissing(edge, noDurations);
    return [
      gap(
        'joined_by_parent_only',
        `It rests on parent links: there was no ${half}, so durations and errors are known from one side at most.`,
        `Instrument that library, so that ${half} is sent.`,
      ),
    ];
  }
  if (countOf(edge, 'client_span') > 0) {
    const who =
      target.kind === 'external'
        ? 'nobody instruments the peer, or it does not send its spans here'
        : 'the callee is not instrumented, drops the trace context, or its spans do not come here';
    return [
      gap(
        'no_server_span',
        `Only the caller was seen: ${who}.`,
        'Instrument the callee’s server library with the same propagator and send its spans here; for a service seen under another name add an alias under connectors.topology.identity.aliases.',
      ),
    ];
  }
  return [
    gap(
      'no_client_span',
      'Only the callee was seen: the caller sends no spans here.',
      'Instrument the caller’s client library and send its spans here.',
    ),
  ];
}

/** Which one came is told by whose durations there are. */
function halfMissing({ latency }: Edge, noDurations: boolean): string {
  if (noDurations) return 'a span of one of both sides';
  return latency?.client === undefined ? 'a client span in the caller' : 'a server span in the callee';
}

function unserved({ count, served = count }: Edge): Gap[] {
  if (served >= count) return [];
  return [
    gap(
      'some_unanswered',
      `${count - served} of ${count} calls have no server span: timeouts, sampling, or instances that are not instrumented.`,
      'Look at an example without a server span; sample whole traces.',
    ),
  ];
}

function joinsMissing(edge: Edge, noDurations: boolean): Gap[] {
  if (edge.kind !== 'consumes' && edge.kind !== 'publishes') return [];
  if (edge.kind === 'publishes') return [];
  const joins = (['paired', 'span_link', 'message_id', 'offset', 'record_header'] as const).reduce(
    (sum, kind) => sum + countOf(edge, kind),
    0,
  );
  if (joins === 0) {
    return [
      gap(
        'no_producer_known',
        'No consumed message could be joined with the span that sent it, so lag and paths through the topic are unknown.',
        'Let producers write the trace context into message headers and consumers read it (the same propagator on both), and send the producers’ spans here.',
      ),
    ];
  }
  const partly =
    joins < edge.count
      ? [
          gap(
            'some_not_joined',
            `${edge.count - joins} of ${edge.count} deliveries could not be joined with the span that sent them.`,
            'Look for producers without instrumentation, or for sampling on one side.',
          ),
        ]
      : [];
  const lag =
    edge.lag === undefined && !noDurations
      ? [
          gap(
            'no_lag',
            'Deliveries are joined, but none tells a lag: consumers seem to begin before their producers ended, so the clocks disagree.',
            'Set the clocks of producers and consumers (NTP).',
          ),
        ]
      : [];
  return [...partly, ...lag];
}

function tableMissing(edge: Edge, view: GraphView): Gap[] {
  if (edge.kind !== 'writes' && edge.kind !== 'reads' && edge.kind !== 'queries') return [];
  const store = view.nodeFacts[view.nodeIndex(edge.kind === 'reads' ? edge.source : edge.target)]!;
  const gaps: Gap[] = [];
  if (store.kind === 'database' && edge.kind !== 'queries')
    gaps.push(
      gap(
        'no_table',
        'The verb is known, the table is not: the store has none, or the spans name neither table nor statement.',
        'For SQL let the instrumentation record db.query.text, db.query.summary or db.collection.name.',
      ),
    );
  if (edge.kind === 'queries')
    gaps.push(
      gap(
        'no_verb',
        'Whether it reads or writes cannot be told: a procedure call, or a statement that was not recorded or could not be read.',
        'Let the instrumentation record db.query.text or db.query.summary.',
      ),
    );
  if (store.instance === undefined)
    gaps.push(
      gap(
        'no_instance',
        'The spans do not say on which server the store is.',
        'Let the instrumentation set server.address, or name it under connectors.topology.identity.databases.',
      ),
    );
  return gaps;
}

function gap(code: string, message: string, fix: string): Gap {
  return { code, message, fix };
}
