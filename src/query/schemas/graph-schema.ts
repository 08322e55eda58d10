/**
 * The graph document as typebox schemas: one definition for the OpenAPI description, `schemas/graph.schema.json` and
 * the tests, which also hold the types of the contract against it.
 */
import { type TSchema, Type } from 'typebox';
import { SPAN_CLASSES, SPAN_FINDINGS } from '../../contract/checkup.ts';
import {
  EDGE_KINDS,
  EVIDENCE_KINDS,
  type EvidenceKind,
  FATES,
  type Fate,
  NODE_KINDS,
  STATES,
} from '../../contract/graph-document.ts';

const text = (description: string) => Type.String({ description });
const time = (description: string) => Type.String({ format: 'date-time', description });
const count = (description: string) => Type.Integer({ minimum: 0, description });
const amount = (description: string) => Type.Number({ minimum: 0, description });
const counts = (description: string) => Type.Record(Type.String(), Type.Integer({ minimum: 0 }), { description });
const seconds = (description: string) => Type.Number({ description: `Seconds: ${description}` });

const NodeKindSchema = Type.Enum([...NODE_KINDS], { description: 'What the node is.' });
const EdgeKindSchema = Type.Enum([...EDGE_KINDS], { description: 'What flows from source to target.' });
const StateSchema = Type.Enum([...STATES], { description: 'Where it stands in its life.' });

export const NodeSchema = Type.Object(
  {
    id: text('Identity: `service:[namespace/]name[@env]` and the like; every part percent-encoded.'),
    key: Type.String({ pattern: '^[a-z0-9]{16}$', description: 'Short stable name.' }),
    kind: NodeKindSchema,
    name: text('Bare name.'),
    namespace: Type.Optional(text('`service.namespace`.')),
    environment: Type.Optional(text('Deployment environment.')),
    system: Type.Optional(text('Messaging or database system.')),
    cluster: Type.Optional(text('Messaging cluster.')),
    instance: Type.Optional(text('Database instance.')),
    database: Type.Optional(text('Database.')),
    schema: Type.Optional(text('Database schema.')),
    virtual: Type.Boolean({ description: 'True for a node nobody instruments: everything but services.' }),
    overflow: Type.Optional(Type.Boolean({ description: 'True for the node that stands for the rest of its kind.' })),
    state: StateSchema,
    firstSeen: time('Event time of the first sight.'),
    lastSeen: time('Event time of the last sight.'),
    entry: Type.Optional(
      Type.Object({ count: count('Root server spans.') }, { description: 'Requests that enter the system here.' }),
    ),
    unresolved: Type.Optional(count('Client spans whose callee could not be told.')),
    attributes: Type.Record(Type.String(), Type.String(), { description: 'What else is known of it.' }),
    rawIds: Type.Array(Type.String(), { description: 'Identities, as spans named them, that are shown as this node.' }),
    resolvedTo: Type.Optional(text('Of a node asked for by an id that is now shown as another: the id of that one.')),
  },
  { $id: 'Node', description: 'A service, topic, table, database or external peer.' },
);

const SeriesPointSchema = Type.Object({
  time: time('Where the step begins.'),
  seconds: Type.Number({ minimum: 0, description: 'How long it is.' }),
  count: amount('Interactions.'),
  errors: amount('Of these, with an error.'),
  messages: Type.Optional(amount('Messages.')),
  latency: Type.Optional(Type.Object({ p50: seconds('median.'), p95: seconds('95th.'), p99: seconds('99th.') })),
});

const LatencySchema = Type.Object(
  {
    p50: seconds('median.'),
    p95: seconds('95th percentile.'),
    p99: seconds('99th percentile.'),
    mean: seconds('exact mean.'),
    count: count('Durations measured.'),
  },
  { description: 'Estimated from a histogram with 8 buckets per doubling.' },
);

const LagSchema = Type.Object(
  {
    p50: seconds('median.'),
    p95: seconds('95th percentile.'),
    p99: seconds('99th percentile.'),
    count: count('Measured.'),
  },
  { description: 'Time in the queue: start of the consumer minus end of the producer.' },
);

const ExemplarSchema = Type.Object({
  traceId: Type.String({ pattern: '^[0-9a-f]{32}$' }),
  spanId: Type.String({ pattern: '^[0-9a-f]{16}$' }),
});

const proofs = Type.Optional(count('Interactions proved so.'));
const evidenceProperties = Object.fromEntries(EVIDENCE_KINDS.map(kind => [kind, proofs])) as Record<
  EvidenceKind,
  typeof proofs
>;

export const EdgeSchema = Type.Object(
  {
    id: text('`sourceId#kind#targetId`.'),
    key: Type.String({ pattern: '^[a-z0-9]{16}$', description: 'Short stable name.' }),
    kind: EdgeKindSchema,
    source: text('Node id the data comes from.'),
    target: text('Node id the data goes to.'),
    state: StateSchema,
    count: count('Interactions.'),
    served: Type.Optional(count('Server spans of a call.')),
    messages: Type.Optional(count('Messages.')),
    batches: Type.Optional(count('Batch spans.')),
    received: Type.Optional(count('Messages received.')),
    processed: Type.Optional(count('Messages processed.')),
    redeliveries: Type.Optional(count('Messages processed again.')),
    groups: Type.Optional(counts('Messages by consumer group.')),
    rows: Type.Optional(count('Rows captured.')),
    operations: Type.Optional(counts('Spans by lower-case verb.')),
    clientErrors: count('Errors seen by the caller.'),
    serverErrors: count('Errors seen by the callee.'),
    errors: count('Interactions in error on either side.'),
    estimated: amount('Count corrected for sampling.'),
    rate: amount('Per second, exponentially decayed.'),
    latency: Type.Optional(
      Type.Object(
        { client: Type.Optional(LatencySchema), server: Type.Optional(LatencySchema) },
        { description: 'As either side saw it.' },
      ),
    ),
    lag: Type.Optional(LagSchema),
    firstSeen: time('Event time of the first interaction.'),
    lastSeen: time('Event time of the last interaction.'),
    confidence: Type.Number({ minimum: 0, maximum: 1, description: 'How sure the evidence makes us.' }),
    evidence: Type.Object(evidenceProperties, { description: 'Interactions by kind of proof.' }),
    exemplars: Type.Array(ExemplarSchema, { description: 'Traces to look at.' }),
    loop: Type.Optional(Type.Boolean({ description: 'True when the source is the target.' })),
    series: Type.Optional(Type.Array(SeriesPointSchema, { description: 'Of one edge, when it is asked for.' })),
    rawIds: Type.Optional(
      Type.Array(Type.String(), {
        description: 'Of an edge asked for alone: ids, as spans named the ends, of the edges that are added up in it.',
      }),
    ),
    resolvedTo: Type.Optional(text('Of an edge asked for by an id that is now shown as another: the id of that one.')),
  },
  { $id: 'Edge', description: 'One way in which data flows from a node to another.' },
);

const spans = count('Spans with this fate.');
const spanProperties = {
  received: count('All spans: the sum of the fates.'),
  ...(Object.fromEntries(FATES.map(fate => [fate, spans])) as Record<Fate, typeof spans>),
};

export const StatsSchema = Type.Object(
  {
    spans: Type.Object(spanProperties, { description: 'Every received span has exactly one fate.' }),
    records: counts('Records by what became of them.'),
    changes: counts('Data changes by what became of them.'),
    reasons: counts('Why spans were skipped, unpaired, rejected and the like.'),
  },
  { $id: 'Stats', description: 'What became of the input.' },
);

export const DiagnosticSchema = Type.Object(
  {
    code: text('Stable name of the finding.'),
    message: text('What was found and what would mend it.'),
    nodes: Type.Array(Type.String(), { description: 'Node ids it is about.' }),
  },
  { $id: 'Diagnostic', description: 'Something about the input that makes the graph less sure.' },
);

const SpanFindingSchema = Type.Object({
  code: Type.Enum([...SPAN_FINDINGS], { description: 'What was found.' }),
  count: count('Spans.'),
  example: Type.Union([ExemplarSchema, Type.Null()], { description: 'Null for spans without usable ids.' }),
});

const ServiceCheckupSchema = Type.Object({
  service: text('Id of the service as its spans name it; empty for spans that name none.'),
  spans: Type.Record(Type.String(), counts('Spans by fate.'), {
    description: `Spans by class: ${SPAN_CLASSES.join(', ')}.`,
  }),
  findings: Type.Array(SpanFindingSchema),
});

export const CheckupSchema = Type.Object(
  {
    services: Type.Array(ServiceCheckupSchema, { description: 'Sorted by service.' }),
    malformed: counts('Requests that could not be read, by reason.'),
  },
  { $id: 'Checkup', description: 'What became of the spans of each service; `tacit doctor` reads it.' },
);

export const PathColumnsSchema = Type.Object(
  {
    parents: Type.Array(Type.Integer({ minimum: -2 }), {
      description: 'Row of the chain without its last node; −1 where it begins, −2 where what was above is missing.',
    }),
    nodes: Type.Array(Type.Integer({ minimum: 0 }), { description: 'Place of its last node in `nodes`.' }),
    counts: Type.Array(Type.Integer({ minimum: 0 }), { description: 'Interactions that took exactly this chain.' }),
  },
  { $id: 'PathColumns', description: 'Of recorded graphs: the tree of causal paths, row by row.' },
);

export const GraphDocumentSchema = Type.Object(
  {
    schema: Type.Literal('tacit.graph/v1'),
    asOf: time('Moment the answer is about.'),
    revision: count('Grows with every change; equal revisions are equal graphs.'),
    nodes: Type.Array(Type.Ref('Node#'), { description: 'Sorted by id.' }),
    edges: Type.Array(Type.Ref('Edge#'), { description: 'Sorted by id.' }),
    truncated: Type.Boolean({ description: 'True when a limit left something out.' }),
    stats: Type.Ref('Stats#'),
    diagnostics: Type.Array(Type.Ref('Diagnostic#')),
    checkup: Type.Optional(Type.Ref('Checkup#')),
    paths: Type.Optional(Type.Ref('PathColumns#')),
  },
  { $id: 'GraphDocument', description: 'The graph, or a part of it.' },
);

/** Schemas that others name by `$id`. */
export const SHARED_GRAPH_SCHEMAS: readonly TSchema[] = [
  NodeSchema,
  EdgeSchema,
  StatsSchema,
  DiagnosticSchema,
  CheckupSchema,
  PathColumnsSchema,
  GraphDocumentSchema,
];
