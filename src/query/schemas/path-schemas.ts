/** The answers about paths and couplings as typebox schemas, for the OpenAPI description. */
import { Type } from 'typebox';

const ids = (description: string) => Type.Array(Type.String(), { description });
const count = (description: string) => Type.Integer({ minimum: 0, description });
const share = (description: string) => Type.Number({ minimum: 0, maximum: 1, description });

const PathSchema = Type.Object({
  nodes: ids('Ids, from one end to the other.'),
  edges: ids('Ids of the edges between them.'),
  hops: count('Edges.'),
  observed: Type.Boolean({ description: 'Seen whole; else composed of edges that were seen apart.' }),
  count: count('Interactions that took exactly this way; 0 for a composed path.'),
  probability: share(
    'Of what enters the first node, how much goes this way: as counted, or estimated by the strength for a composed path.',
  ),
  strength: share('Product of the conditional probabilities of the hops.'),
  lag: Type.Union(
    [
      Type.Object({
        p50: Type.Number({ description: 'Seconds.' }),
        p95: Type.Number({ description: 'Seconds, at most.' }),
      }),
      Type.Null(),
    ],
    { description: 'How long messages wait on the way, the hops added up; null where it is not known.' },
  ),
  confidence: share('The smallest of its edges.'),
  implicit: Type.Boolean({ description: 'No `calls` edge is on it.' }),
  text: Type.String({ description: 'The path in words.' }),
});

export const PathsAnswerSchema = Type.Object({
  from: Type.String({ description: 'Id of the first node.' }),
  to: Type.String({ description: 'Id of the last node.' }),
  paths: Type.Array(PathSchema, { description: 'The most probable first.' }),
  truncated: Type.Boolean({ description: 'There were too many ways to look at all.' }),
});

const CouplingSchema = Type.Object({
  source: Type.String({ description: 'Id of the service the data comes from.' }),
  target: Type.String({ description: 'Id of the service it reaches.' }),
  via: ids('Topics and tables between, those of the strongest way first.'),
  type: Type.Enum(['event', 'shared_table', 'cdc', 'mixed', 'call'], { description: 'What kind of way it takes.' }),
  strength: share('How likely what enters the source has its effect at the target, by at least one of the ways.'),
  count: count('Interactions that came the whole way; where none was seen whole, those of the least used edges.'),
  observed: Type.Boolean({ description: 'Some interaction was seen to come the whole way.' }),
  confidence: share('Of the way that is best proven, the smallest of its edges.'),
  implicit: Type.Boolean({ description: 'The two do not call each other, in either direction.' }),
  declared: Type.Union([Type.Boolean(), Type.Null()], {
    description: 'Whether the declared architecture has it; null without one.',
  }),
  text: Type.String({ description: 'The coupling in words.' }),
});

export const CouplingsAnswerSchema = Type.Object({
  couplings: Type.Array(CouplingSchema, { description: 'The strongest first.' }),
  truncated: Type.Boolean({ description: 'There are more, or there were too many ways to look at all.' }),
});
