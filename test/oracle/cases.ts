/** Short words for small hand-written traces and for what the model makes of them. */

import type { Log } from './logs.ts';
import { analyzeSpans, type Outcome } from './model.ts';
import { CLIENT, CONSUMER, INTERNAL, PRODUCER, SERVER, type Span } from './span.ts';
import type { OracleEdge } from './weights.ts';

export const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
export const OTHER_TRACE = '0af7651916cd43dd8448eb211c80319c';
export const START_US = Date.UTC(2024, 0, 15, 12) * 1000;

export const spanId = (n: number) => n.toString(16).padStart(16, '0');

type More = Partial<Omit<Span, 'spanId' | 'parentSpanId'>>;

/** A span of 100 µs that starts `id` · 10 µs after the first; parent 0 is a root. */
function makeSpan(kind: number, service: string, id: number, parent: number, more: More): Span {
  const startUs = more.startUs ?? START_US + id * 10;
  return {
    resource: service === '' ? {} : { 'service.name': service },
    scope: '',
    traceId: TRACE,
    spanId: spanId(id),
    parentSpanId: parent === 0 ? '' : spanId(parent),
    kind,
    name: 'span',
    startUs,
    endUs: startUs + 100,
    attributes: {},
    links: [],
    droppedLinks: 0,
    traceState: '',
    status: 0,
    ...more,
  };
}

type Maker = (service: string, id: number, parent: number, more?: More) => Span;

export const client: Maker = (service, id, parent, more = {}) => makeSpan(CLIENT, service, id, parent, more);
export const server: Maker = (service, id, parent, more = {}) => makeSpan(SERVER, service, id, parent, more);
export const internal: Maker = (service, id, parent, more = {}) => makeSpan(INTERNAL, service, id, parent, more);
export const producer: Maker = (service, id, parent, more = {}) => makeSpan(PRODUCER, service, id, parent, more);
export const consumer: Maker = (service, id, parent, more = {}) => makeSpan(CONSUMER, service, id, parent, more);

/** A log record of a service in the span with this id (0: in none), that says this. */
export function log(service: string, id: number, said: Pick<Log, 'attributes'>, more: Partial<Log> = {}): Log {
  return {
    resource: { 'service.name': service },
    traceId: id === 0 ? '' : TRACE,
    spanId: id === 0 ? '' : spanId(id),
    timeUs: START_US + id * 10,
    eventName: '',
    ...said,
    ...more,
  };
}

export const topic = (name: string, more: Span['attributes'] = {}) => ({
  attributes: { 'messaging.system': 'kafka', 'messaging.destination.name': name, ...more },
});

export const linkTo = (id: number, traceId = TRACE) => ({ traceId, spanId: spanId(id), attributes: {} });

export const postgres = (more: Span['attributes']) => ({
  attributes: { 'db.system.name': 'postgresql', 'db.namespace': 'shop', 'server.address': 'pg-1', ...more },
});

export interface Seen extends Outcome {
  /** `source kind target count`, without the kinds of services. */
  readonly edges: readonly string[];
  edge(kind: string): OracleEdge;
  /** The fate of the spans, in their order. */
  readonly fates: readonly string[];
  readonly reasons: Readonly<Record<string, number>>;
}

export function analyze(...spans: Span[]): Seen {
  const outcome = analyzeSpans(spans);
  const { document, decisions } = outcome;
  return {
    ...outcome,
    edges: document.edges.map(({ source, kind, target, count }) => `${bare(source)} ${kind} ${bare(target)} ${count}`),
    edge(kind) {
      const found = document.edges.filter(edge => edge.kind === kind);
      if (found.length !== 1) throw new Error(`expected one edge of kind ${kind}, found ${found.length}`);
      return found[0]!;
    },
    fates: decisions.spans.map(decision => decision.fate),
    reasons: document.stats.reasons,
  };
}

const bare = (id: string) => id.replace(/^service:/, '').replace(/^topic:kafka\/~\//, 'topic:');
