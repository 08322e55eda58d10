/**
 * Query parameters: their schemas (what `/openapi.json` shows and fastify checks) and the way from their text to a
 * filter. What a schema cannot say ends in a `Problem` that names the nearest right word.
 */
import { IsOptional, type Static, type TSchema, Type } from 'typebox';
import { EDGE_KINDS, NODE_KINDS, STATES } from '../contract/graph-document.ts';
import { DEFAULT_STATES, type GraphFilter, isEdgeKind, isNodeKind, isState } from '../query/filter.ts';
import { DRAWING_FORMATS } from '../query/formats/drawings.ts';
import { decodeCursor } from '../query/page.ts';
import { nearestWords } from '../query/words.ts';
import { Problem } from './problem.ts';

export const DEFAULT_PAGE = 1000;
const MAX_PAGE = 10_000;
const MAX_GRAPH = 1_000_000;
export const FORMATS = ['json', ...DRAWING_FORMATS] as const;

/** Tells apart nodes of one name. */
export const scopeParameters = {
  env: Type.Optional(Type.String({ description: 'Environments, comma-separated; `~` for nodes that have none.' })),
  namespace: Type.Optional(Type.String({ description: 'Namespaces, comma-separated; `~` for nodes that have none.' })),
};

const reality = {
  state: Type.Optional(
    Type.String({ description: `States, comma-separated: ${STATES.join(', ')}, or all. Default: all but gone.` }),
  ),
  min_count: Type.Optional(
    Type.Integer({ minimum: 0, description: 'Edges counted at least so often, and their nodes.' }),
  ),
};

/** Which nodes and edges a question about ways is about. */
export const wayParameters = { ...scopeParameters, ...reality };

export const kindParameter = Type.Optional(
  Type.String({
    description: `Kinds, comma-separated. Node kinds (${NODE_KINDS.join(', ')}) keep those nodes and the edges between them; edge kinds (${EDGE_KINDS.join(', ')}) keep those edges and their nodes; given both, those edges between those nodes.`,
  }),
);

const filterParameters = {
  ...scopeParameters,
  kind: kindParameter,
  ...reality,
};

export const graphParameters = {
  ...filterParameters,
  limit: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: MAX_GRAPH,
      description: 'At most so many nodes and edges, the most counted edges first.',
    }),
  ),
  format: Type.Enum([...FORMATS], { default: 'json', description: 'Shape of the answer.' }),
};

export const pageParameters = {
  ...filterParameters,
  limit: Type.Integer({ minimum: 1, maximum: MAX_PAGE, default: DEFAULT_PAGE, description: 'Items per page.' }),
  cursor: Type.Optional(Type.String({ description: '`next` of the page before.' })),
};

/** A query string: these parameters and no others. Those with a default are always there, but nobody has to give them. */
export function querySchema<P extends Record<string, TSchema>>(parameters: P) {
  const schema = Type.Object(parameters, { additionalProperties: false });
  const needed = Object.keys(parameters).filter(
    name => !IsOptional(parameters[name]) && !('default' in parameters[name]!),
  );
  Object.assign(schema, { required: needed });
  return schema;
}

const filterSchema = querySchema(filterParameters);
export type FilterQuery = Static<typeof filterSchema>;

/** Kinds as an answer lists them: those of what is asked for first. */
const NODES_FIRST: readonly string[] = [...NODE_KINDS, ...EDGE_KINDS];
export const EDGES_FIRST: readonly string[] = [...EDGE_KINDS, ...NODE_KINDS];

/** Throws a `Problem` for words that are no kind or state. */
export function filterOf(query: FilterQuery, knownKinds = NODES_FIRST): GraphFilter {
  return {
    ...(query.env === undefined ? {} : { environments: namesOf('env', query.env) }),
    ...(query.namespace === undefined ? {} : { namespaces: namesOf('namespace', query.namespace) }),
    ...(query.kind === undefined ? {} : kindsOf(query.kind, knownKinds)),
    ...statesOf(query.state),
    ...(query.min_count === undefined ? {} : { minCount: query.min_count }),
  };
}

function listOf(text: string): string[] {
  return text
    .split(',')
    .map(part => part.trim())
    .filter(part => part !== '');
}

export function namesOf(parameter: string, text: string): ReadonlySet<string> {
  const names = listOf(text);
  if (names.length > 0) return new Set(names);
  throw new Problem(400, 'bad-parameter', `${parameter} is empty; name one or leave it out`, { parameter });
}

export function kindsOf(
  text: string,
  known: readonly string[],
  parameter = 'kind',
): Pick<GraphFilter, 'nodeKinds' | 'edgeKinds'> {
  const kinds = wordsOf(parameter, text, known);
  const nodeKinds = new Set(kinds.filter(isNodeKind));
  const edgeKinds = new Set(kinds.filter(isEdgeKind));
  return { ...(nodeKinds.size > 0 ? { nodeKinds } : {}), ...(edgeKinds.size > 0 ? { edgeKinds } : {}) };
}

function statesOf(text: string | undefined): Pick<GraphFilter, 'states'> {
  if (text === undefined) return { states: DEFAULT_STATES };
  const states = wordsOf('state', text, [...STATES, 'all']);
  return states.includes('all') ? {} : { states: new Set(states.filter(isState)) };
}

/** The comma list, every word of it known. */
export function wordsOf<W extends string>(parameter: string, text: string, known: readonly W[]): W[] {
  const words = listOf(text);
  const isKnown = (word: string): word is W => (known as readonly string[]).includes(word);
  const unknown = words.find(word => !isKnown(word));
  if (words.length > 0 && unknown === undefined) return words.filter(isKnown);
  const wrong = unknown === undefined ? `${parameter} is empty` : `${parameter} "${unknown}" is unknown`;
  const near = unknown === undefined ? [] : nearestWords(unknown, known);
  const meant = near.length > 0 ? `; did you mean ${near.join(' or ')}? Known: ` : '; known: ';
  throw new Problem(400, 'bad-parameter', `${wrong}${meant}${known.join(', ')}`, { parameter, near });
}

/** The id after which the page begins. */
export function cursorOf(scope: string, cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined;
  const after = decodeCursor(scope, cursor);
  if (after !== undefined) return after;
  const detail = `cursor "${cursor}" is none of /v1/${scope}; take \`next\` of its last page, or leave it out to begin anew`;
  throw new Problem(400, 'bad-parameter', detail, { parameter: 'cursor' });
}
