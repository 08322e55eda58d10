/** A change as a typebox schema: for the OpenAPI description and `schemas/change.schema.json`. */
import { Type } from 'typebox';
import { CHANGE_TYPES, INPUT_FAMILIES, SEVERITIES } from '../../contract/change.ts';
import { EDGE_KINDS, NODE_KINDS, STATES } from '../../contract/graph-document.ts';

const text = (description: string) => Type.String({ description });
const amount = (description: string) => Type.Number({ minimum: 0, description });
const optional = Type.Optional;

const node = Type.Object({
  id: text('As in the graph.'),
  key: text('Short stable name.'),
  kind: Type.Enum([...NODE_KINDS]),
  name: text('Bare name.'),
  environment: optional(Type.String()),
  namespace: optional(Type.String()),
});
const edge = Type.Object({
  id: text('As in the graph.'),
  key: text('Short stable name.'),
  kind: Type.Enum([...EDGE_KINDS]),
  source: node,
  target: node,
});
export const EdgeWeightsSchema = Type.Object({
  count: amount('Interactions so far.'),
  errors: amount('Of these, with an error.'),
  rate: amount('Per second.'),
  errorRatio: amount('Errors / count.'),
  latency: optional(Type.Object({ p50: amount('Seconds.'), p95: amount('Seconds.') })),
  state: Type.Enum([...STATES]),
});
const weightsOrNone = (description: string) => Type.Union([EdgeWeightsSchema, Type.Null()], { description });

export const ChangeSchema = Type.Object(
  {
    seq: Type.Integer({ minimum: 1, description: 'Its number: greater than that of every change before.' }),
    time: Type.String({ format: 'date-time', description: 'When it was told.' }),
    type: Type.Enum([...CHANGE_TYPES], { description: 'What happened.' }),
    severity: Type.Enum([...SEVERITIES]),
    baseline: Type.Boolean({ description: 'True while the environment was being learned: not news.' }),
    node: optional(node),
    edge: optional(edge),
    coupling: optional(
      Type.Object({ source: node, target: node, via: Type.Array(Type.String(), { description: 'Ids in between.' }) }),
    ),
    cycle: optional(
      Type.Object({ key: Type.String(), nodes: Type.Array(Type.String()), edges: Type.Array(Type.String()) }),
    ),
    input: optional(Type.Object({ environment: Type.String(), family: Type.Enum([...INPUT_FAMILIES]) })),
    before: weightsOrNone('Of an edge, before; null when it was not there, and for what is no edge.'),
    after: weightsOrNone('The same, afterwards.'),
    evidence: Type.Record(Type.String(), Type.Unknown(), { description: 'What it is known by.' }),
  },
  { $id: 'Change', description: 'One transition of the graph. Never rewritten once it was told.' },
);

/** `schemas/change.schema.json`. */
export function changeJsonSchema(): object {
  const { $id: _, ...root } = JSON.parse(JSON.stringify(ChangeSchema)) as Record<string, unknown>;
  return { $schema: 'https://json-schema.org/draft/2020-12/schema', title: 'tacit change', ...root };
}
