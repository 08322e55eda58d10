/** The answers of `/v1/explain` and `/v1/doctor` as typebox schemas, for the OpenAPI description and its tests. */
import { Type } from 'typebox';
import { SEVERITIES } from '../doctor/codes.ts';
import { HEALTHS } from '../doctor/report.ts';
import { REASON_CODES } from '../explain/why-not.ts';

const text = (description: string) => Type.String({ description });
const texts = (description: string) => Type.Array(Type.String(), { description });
const count = (description: string) => Type.Integer({ minimum: 0, description });
const share = (description: string) =>
  Type.Union([Type.Number({ minimum: 0, maximum: 1 }), Type.Null()], { description });

const exampleFields = {
  traceId: Type.String({ pattern: '^[0-9a-f]{32}$' }),
  spanId: Type.String({ pattern: '^[0-9a-f]{16}$' }),
};
const ExampleSchema = Type.Union([Type.Object(exampleFields), Type.Null()]);

const LinkedExampleSchema = Type.Object({
  ...exampleFields,
  debug: text('Where this API tells what became of its spans, while they are kept.'),
  trace: Type.Union([Type.String(), Type.Null()], { description: 'Where it is shown (`trace_url` of http_api).' }),
});

const ReasonSchema = Type.Object({
  code: Type.Enum([...REASON_CODES], { description: 'What comes near, or why there is no edge.' }),
  message: text('In words.'),
  nodes: texts('Ids of nodes it is about.'),
  edges: texts('Ids of edges it is about; of a way, in order.'),
});

const ExplanationSchema = Type.Object({
  summary: text('In one or two sentences.'),
  edge: Type.Ref('Edge#'),
  evidence: Type.Array(
    Type.Object({
      kind: text('Kind of proof.'),
      count: count('Interactions proved so.'),
      means: text('What such an interaction rests on.'),
      conviction: Type.Number({ description: 'How much this kind alone convinces: c·n/(n+2).' }),
    }),
    { description: 'The most convincing first.' },
  ),
  confidence: Type.Object({ value: Type.Number(), formula: text('How it was made of the evidence.') }),
  exemplars: Type.Array(LinkedExampleSchema),
  rawIds: Type.Object({
    source: texts('Identities as spans named them that are shown as the source.'),
    target: texts('The same of the target.'),
    edge: texts('Edges between them that this one adds up.'),
  }),
  firstProof: Type.String({ format: 'date-time' }),
  lastProof: Type.String({ format: 'date-time' }),
  missing: Type.Array(
    Type.Object({ code: text('Stable name.'), message: text('What is not known.'), fix: text('What would tell it.') }),
    { description: 'What the proofs leave open.' },
  ),
});

export const ExplainSchema = Type.Union([
  ExplanationSchema,
  Type.Object({
    from: text('Id of the node.'),
    to: text('Id of the node.'),
    edges: Type.Array(ExplanationSchema, { description: 'The edges from one to the other.' }),
    whyNot: Type.Array(ReasonSchema, { description: 'Where there is none: what comes near, and why.' }),
  }),
]);

const FindingSchema = Type.Object({
  code: text('Stable name; docs/semantics.md lists them.'),
  severity: Type.Enum([...SEVERITIES]),
  count: count('How often.'),
  share: share('Of the spans that it could have befallen.'),
  message: text('What was seen.'),
  fix: text('What mends it.'),
  services: Type.Array(Type.Object({ service: Type.String(), count: count('Spans.'), example: ExampleSchema }), {
    description: 'The most concerned first; an empty id stands for spans that name no service.',
  }),
  nodes: texts('Ids of nodes it is about.'),
  edges: texts('Ids of edges it is about.'),
  example: Type.Union([LinkedExampleSchema, Type.Null()]),
});

const classCounts = Type.Record(Type.String(), Type.Integer({ minimum: 0 }), { description: 'Spans by class.' });
const pairedShare = share('Of the spans that can have another half, the share that found it.');

export const DoctorSchema = Type.Object({
  health: Type.Enum([...HEALTHS], { description: 'No edges; edges, but something amiss; nothing amiss.' }),
  summary: text('In a few sentences.'),
  spans: classCounts,
  paired: pairedShare,
  fates: Type.Record(Type.String(), Type.Integer({ minimum: 0 }), { description: 'What became of all spans.' }),
  findings: Type.Array(FindingSchema, { description: 'The worst first.' }),
  services: Type.Array(
    Type.Object({
      service: text('Id; empty for spans that name none.'),
      spans: classCounts,
      paired: pairedShare,
      findings: texts('Codes.'),
    }),
  ),
  between: Type.Optional(
    Type.Object({
      from: text('Id of the node.'),
      to: text('Id of the node.'),
      edges: texts('Ids of the edges from one to the other.'),
      reasons: Type.Array(ReasonSchema, { description: 'Where there is none: what comes near, and why.' }),
    }),
  ),
});
