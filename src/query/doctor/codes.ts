/**
 * The doctor's codes, as data: how bad each is, what was seen, and what mends it. The text serves answers and
 * docs/semantics.md alike.
 */
import { SPAN_CLASSES, type SpanClass, type SpanFindingCode } from '../../contract/checkup.ts';

export const SEVERITIES = ['error', 'warning', 'info'] as const;
export type Severity = (typeof SEVERITIES)[number];

export interface CodeText {
  readonly severity: Severity;
  /** What is counted, and what is said of it: `unit that what`. */
  readonly unit: string;
  readonly what: string;
  readonly fix: string;
  /** Of findings on spans: the classes that they are a share of. */
  readonly of?: readonly SpanClass[];
}

const INBOUND: readonly SpanClass[] = ['server', 'consumer'];

/** A span that receives needs no context where those that process the same messages have it. */
export const ALONE = 'receive_without_context';

type ToldOfSpans = Exclude<SpanFindingCode, typeof ALONE>;

const SPAN_CODES: Readonly<Record<ToldOfSpans, CodeText>> = {
  no_service_name: {
    severity: 'warning',
    unit: 'spans',
    what: 'name no service (`service.name` is absent, blank or `unknown_service`), so they give no node and no edge; a proxy or gateway among them hides who calls whom',
    fix: 'Set OTEL_SERVICE_NAME (or the resource attribute service.name) on every process, or let the Collector’s resource processor add it.',
    of: SPAN_CLASSES,
  },
  missing_parent: {
    severity: 'warning',
    unit: 'spans',
    what: 'were called by a span that never came, so the caller is unknown and there is no edge',
    fix: 'Send the callers’ spans here too: instrument them, export them to the same Collector, and sample whole traces. A browser or partner that keeps its spans is a normal reason. When callers export much later than their callees, raise connectors.topology.correlation.late.',
    of: INBOUND,
  },
  local_parent: {
    severity: 'info',
    unit: 'spans',
    what: 'are servers (or consumers without destination) beneath a span of their own service, a second layer of one request',
    fix: 'Nothing needs mending. If the layers are really two services, give them two names.',
    of: INBOUND,
  },
  unpaired_client: {
    severity: 'warning',
    unit: 'spans',
    what: 'are calls that nobody answered and that name no peer, so where they went is unknown',
    fix: 'Instrument the callee and let it continue the trace context, or let the client say whom it calls: server.address or service.peer.name (peer.service).',
    of: ['client'],
  },
  unpaired_nameless: {
    severity: 'warning',
    unit: 'spans',
    what: 'are calls beneath which only spans without a service name came',
    fix: 'Name the service of the spans beneath: set OTEL_SERVICE_NAME in the process (often a proxy, mesh sidecar or gateway) that answers these calls.',
    of: ['client'],
  },
  no_destination: {
    severity: 'warning',
    unit: 'spans',
    what: 'send or receive messages and name neither topic nor peer, so there is no edge',
    fix: 'Let the instrumentation set messaging.destination.name (upgrade it, or set the attribute in a span processor); a span name of the form “orders publish” serves where messaging.system is set.',
    of: ['producer', 'consumer'],
  },
  no_propagation: {
    severity: 'warning',
    unit: 'spans',
    what: 'consume messages without any trace context, neither parent nor link, so that producer, lag and paths through the topic are unknown',
    fix: 'Let the producer write traceparent into the message’s headers and the consumer read it: instrument both client libraries with the same propagator, and look for a broker, bridge or serializer that drops headers.',
    of: ['consumer'],
  },
  missing_producer: {
    severity: 'warning',
    unit: 'spans',
    what: 'consume messages whose context names a span that never came, so they are joined with no producer',
    fix: 'Send the producers’ spans here too and sample whole traces. For messages that wait long in their topic raise connectors.topology.correlation.late.',
    of: ['consumer'],
  },
  no_statement: {
    severity: 'warning',
    unit: 'spans',
    what: 'are database work that names neither table nor statement, so the edge goes to the database as a whole',
    fix: 'Let the instrumentation record db.query.text (sanitised is enough), db.query.summary or db.collection.name; a Collector processor may be deleting it.',
    of: ['database'],
  },
  statement_truncated: {
    severity: 'warning',
    unit: 'spans',
    what: 'carry a statement that breaks off, so tables may be missing',
    fix: 'Raise the limit on attribute lengths (OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT, OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT), or let the instrumentation add db.query.summary.',
    of: ['database'],
  },
  statement_unreadable: {
    severity: 'info',
    unit: 'spans',
    what: 'carry a statement in which no table could be found, so the edge goes to the database as a whole',
    fix: 'Set db.query.summary or db.collection.name on these spans. If the statement is plain SQL, please report it.',
    of: ['database'],
  },
  evicted: {
    severity: 'error',
    unit: 'spans',
    what: 'were decided before their wait was over, because the memory for pending spans was full; calls may stand as external or be missing',
    fix: 'Raise connectors.topology.correlation.max_pending (96 bytes each), or lower correlation.wait.',
    of: SPAN_CLASSES,
  },
  dropped_links: {
    severity: 'info',
    unit: 'spans',
    what: 'had links that their SDK dropped, so that messages are counted, but not all joined with their producers',
    fix: 'Raise OTEL_SPAN_LINK_COUNT_LIMIT in the consumers (its default is 128), or receive smaller batches.',
    of: ['producer', 'consumer'],
  },
  ambiguous_destination: {
    severity: 'info',
    unit: 'spans',
    what: 'receive from several topics at once without saying how many from each, so that the first counts for all',
    fix: 'Let the instrumentation name each message’s topic on its link.',
    of: ['consumer'],
  },
  duplicates: {
    severity: 'info',
    unit: 'spans',
    what: 'came again and count once',
    fix: 'Resends after a timeout are normal. If their share is high, look for two exporters or pipelines that send the same spans.',
    of: SPAN_CLASSES,
  },
  bad_time: {
    severity: 'warning',
    unit: 'spans',
    what: 'began before the year 2000 or more than a day ahead, so that the time of arrival stands for theirs',
    fix: 'Set the clock of these hosts (NTP), or look for an exporter that sends milliseconds as nanoseconds.',
    of: SPAN_CLASSES,
  },
  negative_duration: {
    severity: 'info',
    unit: 'spans',
    what: 'ended before they began, so that their duration counts as 0',
    fix: 'The clock was set back in the middle, or the end was never set: look at the instrumentation of these spans.',
    of: SPAN_CLASSES,
  },
  clock_skew: {
    severity: 'warning',
    unit: 'spans',
    what: 'began more than five seconds after they arrived, of which five count',
    fix: 'Set the clock of these hosts (NTP): lags and times of their edges are wrong by as much.',
    of: SPAN_CLASSES,
  },
  decisions_deferred: {
    severity: 'info',
    unit: 'spans',
    what: 'belong to traces so large that they are decided only when their wait is over',
    fix: 'Look for a process that never ends its trace (a loop or poller that keeps one context for all work).',
    of: SPAN_CLASSES,
  },
  invalid_trace_id: {
    severity: 'error',
    unit: 'spans',
    what: 'were refused, since their trace id is empty, zero or of a wrong length',
    fix: 'Find what builds these spans by hand or rewrites them: ids are 16 bytes in protobuf, 32 hex digits in JSON.',
    of: SPAN_CLASSES,
  },
  invalid_span_id: {
    severity: 'error',
    unit: 'spans',
    what: 'were refused, since their span id is empty, zero or of a wrong length',
    fix: 'Find what builds these spans by hand or rewrites them: ids are 8 bytes in protobuf, 16 hex digits in JSON.',
    of: SPAN_CLASSES,
  },
};

const OTHER_CODES = {
  no_pipeline: {
    severity: 'error',
    unit: 'pipelines',
    what: 'send spans to the topology connector',
    fix: 'Under service.pipelines.traces list a receiver (otlp) and, among the exporters, topology.',
  },
  nothing_received: {
    severity: 'error',
    unit: 'spans',
    what: 'came so far',
    fix: 'Point an SDK or a Collector’s otlp exporter at the address where tacit listens (OTEL_EXPORTER_OTLP_ENDPOINT), and look at the sender’s log for refused connections.',
  },
  only_logs: {
    severity: 'error',
    unit: 'log records',
    what: 'came without any spans, and say nothing of messages or databases',
    fix: 'Export traces as well: in a Collector add the exporter to a pipeline of traces.',
  },
  unreadable_requests: {
    severity: 'error',
    unit: 'requests',
    what: 'could not be read',
    fix: 'They are no OTLP, or broken: look at the log of the receiver for the reason, and at the sender’s protocol, encoding and port (4317 is gRPC, 4318 is HTTP).',
  },
  everything_refused: {
    severity: 'error',
    unit: 'spans',
    what: 'came and were refused, all of them',
    fix: 'See the reasons among these findings; what sends these spans breaks their ids.',
  },
  everything_nameless: {
    severity: 'error',
    unit: 'spans',
    what: 'came, none of which names its service',
    fix: 'Set OTEL_SERVICE_NAME (or the resource attribute service.name) on every process, or let the Collector’s resource processor add it.',
  },
  everything_filtered: {
    severity: 'error',
    unit: 'spans',
    what: 'came and were dropped by processors, all of them',
    fix: 'Loosen the drop processors of the pipeline, or send other spans.',
  },
  everything_waiting: {
    severity: 'info',
    unit: 'spans',
    what: 'came and still wait for their other half, all of them',
    fix: 'Ask again when connectors.topology.correlation.wait (10 s) has passed.',
  },
  no_edges: {
    severity: 'warning',
    unit: 'spans',
    what: 'came and name services, none of which proves an edge',
    fix: 'An edge needs a client, server, producer, consumer or database span that names its other side, or both halves of a call: check that context is propagated and that client libraries are instrumented, not only handlers.',
  },
  incomplete_traces: {
    severity: 'warning',
    unit: 'spans',
    what: 'miss their parent in services where others found theirs, so traces arrive with holes',
    fix: 'Sample whole traces. Tail sampling in several Collectors needs the load-balancing exporter by trace id before it; services must not sample on their own (use parentbased samplers); look for exporters that drop spans under load.',
    of: INBOUND,
  },
  external_like_service: {
    severity: 'warning',
    unit: 'external peers',
    what: 'are named almost like a service that sends spans',
    fix: 'If they are the same, say so under connectors.topology.identity.aliases ({ kind: external, from: …, to: service:… }); context that reaches the service through its proxy joins them by itself.',
  },
  one_sided_edge: {
    severity: 'warning',
    unit: 'edges',
    what: 'lead from service to service and were seen from one side only, since the other did not send its half',
    fix: 'Instrument the other side and let it continue the trace context; then durations, errors and paths are known from both.',
  },
  parent_child_only: {
    severity: 'info',
    unit: 'edges',
    what: 'rest on parent links alone, without a client span in the caller or a server span in the callee',
    fix: 'Instrument the client library of the caller (and the server library of the callee), not only internal code.',
  },
  shared_loopback: {
    severity: 'warning',
    unit: 'nodes',
    what: 'meet at a database named by a loopback address or socket, which may be several servers',
    fix: 'Give hosts a name under connectors.topology.identity.databases, or set connectors.topology.identity.loopback to service.',
  },
  ambiguous_identity: {
    severity: 'warning',
    unit: 'nodes',
    what: 'could each be several others, so they stay themselves',
    fix: 'Name what is meant under connectors.topology.identity, or let the spans say more (server.address, messaging.kafka.cluster.id, deployment.environment.name).',
  },
  partial_identity: {
    severity: 'info',
    unit: 'tables, databases and topics',
    what: 'do not say which system or server they are on',
    fix: 'Let the instrumentation set server.address and db.system.name (messaging.system for topics), or add them under connectors.topology.identity.',
  },
  topic_without_publisher: {
    severity: 'info',
    unit: 'topics',
    what: 'are consumed while nobody is seen who publishes to them',
    fix: 'Instrument the publishers, or export their spans here; where publisher and consumer name the topic differently, add a template under connectors.topology.identity.topics.',
  },
  topic_without_consumer: {
    severity: 'info',
    unit: 'topics',
    what: 'are published to while nobody is seen who consumes them',
    fix: 'Instrument the consumers, or export their spans here; perhaps nobody needs the topic any more.',
  },
  sampled: {
    severity: 'info',
    unit: 'edges',
    what: 'rest on sampled spans, so that their counts are of the sample and `estimated` is of all',
    fix: 'Nothing needs mending. Rare edges show late or never at low rates: raise the rate where that matters.',
  },
  nodes_limit: {
    severity: 'error',
    unit: 'nodes',
    what: 'stand for others, because the limit of nodes is reached',
    fix: 'Raise connectors.topology.limits.nodes, or add topic templates so that names with ids become one.',
  },
  edges_limit: {
    severity: 'error',
    unit: 'edges',
    what: 'stand for others, because the limit of edges is reached',
    fix: 'Raise connectors.topology.limits.edges.',
  },
  paths_limit: {
    severity: 'warning',
    unit: 'paths',
    what: 'are not told apart, because the limit of paths is reached',
    fix: 'Raise connectors.topology.limits.paths.',
  },
  names_limit: {
    severity: 'error',
    unit: 'nodes',
    what: 'stand for others, because the memory for names is full',
    fix: 'Raise connectors.topology.limits.nodes, and look for names that hold ids (peers, topics, tables).',
  },
  overflow: {
    severity: 'warning',
    unit: 'nodes',
    what: 'are `(other)`, where everything counts that found no place under the limits',
    fix: 'Raise connectors.topology.limits, or add templates for names that hold ids.',
  },
  memory_full: {
    severity: 'warning',
    unit: 'entries',
    what: 'had to leave a memory of the correlator early, so that late partners and repeated spans may not be recognised',
    fix: 'Raise the limit of the memory named here under connectors.topology.correlation, or shorten its window.',
  },
  skipped_by_rule: {
    severity: 'info',
    unit: 'spans',
    what: 'do no work on data (health checks, transactions, settings, driver housekeeping), so they give no edge',
    fix: 'Nothing needs mending.',
  },
} as const satisfies Readonly<Record<string, CodeText>>;

export type DoctorCode = ToldOfSpans | keyof typeof OTHER_CODES;

export const DOCTOR_CODES: Readonly<Record<DoctorCode, CodeText>> = { ...SPAN_CODES, ...OTHER_CODES };

export function isDoctorCode(code: string): code is DoctorCode {
  return Object.hasOwn(DOCTOR_CODES, code);
}

export function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
