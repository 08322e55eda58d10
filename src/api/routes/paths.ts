/** `/v1/paths`: the best ways from one node to another, seen whole or composed. */
import type { FastifyInstance } from 'fastify';
import { type Static, Type } from 'typebox';
import type { GraphView } from '../../contract/graph-view.ts';
import type { GraphFilter } from '../../query/filter.ts';
import { findNode } from '../../query/find.ts';
import { MAX_VIA } from '../../query/path-search.ts';
import { DEFAULT_HOPS, DEFAULT_PATHS, findPaths, MAX_HOPS, MAX_PATHS } from '../../query/paths.ts';
import { pathsToGraph } from '../../query/paths-graph.ts';
import { PathsAnswerSchema } from '../../query/schemas/path-schemas.ts';
import type { ApiContext } from '../context.ts';
import { isUnchanged } from '../entity-tag.ts';
import { sendGraph } from '../graph-answer.ts';
import { EDGES_FIRST, FORMATS, filterOf, kindsOf, querySchema, wayParameters } from '../parameters.ts';
import { pastParameters, viewFor } from '../past.ts';
import { Problem } from '../problem.ts';
import { resolveNode } from '../resolve.ts';
import { drawnAnswers } from '../responses.ts';

const node = 'Id, key, or unambiguous bare name';
const querystring = querySchema({
  from: Type.String({ minLength: 1, description: `Where the data comes from. ${node}.` }),
  to: Type.String({ minLength: 1, description: `Where it goes. ${node}.` }),
  k: Type.Integer({ minimum: 1, maximum: MAX_PATHS, default: DEFAULT_PATHS, description: 'At most so many paths.' }),
  max_hops: Type.Integer({ minimum: 1, maximum: MAX_HOPS, default: DEFAULT_HOPS, description: 'Edges of a path.' }),
  via: Type.Optional(Type.String({ description: `Nodes to pass, comma-separated, at most ${MAX_VIA}.` })),
  avoid: Type.Optional(Type.String({ description: 'Nodes not to pass, comma-separated.' })),
  kinds: Type.Optional(
    Type.String({ description: 'Kinds of edges to take, or of nodes to pass between the ends, comma-separated.' }),
  ),
  implicit: Type.Optional(
    Type.Boolean({ description: '`true`: only paths without `calls`; `false`: only paths with.' }),
  ),
  ...wayParameters,
  ...pastParameters,
  format: Type.Enum([...FORMATS], { default: 'json', description: 'The answer, or the paths drawn as a graph.' }),
});

export function pathsRoute(app: FastifyInstance, context: ApiContext): void {
  const schema = {
    summary: 'The best paths between two nodes',
    tags: ['graph'],
    querystring,
    response: drawnAnswers('Paths, the most probable first; none is no error.', PathsAnswerSchema, [400, 404]),
  };
  app.get<{ Querystring: Static<typeof querystring> }>('/v1/paths', { schema }, async (request, reply) => {
    const { from, to, k, max_hops, via, avoid, kinds, implicit, format, ...scope } = request.query;
    const named = filterOf(scope);
    const filter = { ...named, ...(kinds === undefined ? {} : kindsOf(kinds, EDGES_FIRST, 'kinds')) };
    const view = await viewFor(context, scope, 'counts');
    const question = {
      from: resolveNode(view, from, named),
      to: resolveNode(view, to, named),
      k,
      maxHops: max_hops,
      via: nodesOf(view, 'via', via, named, MAX_VIA),
      avoid: nodesOf(view, 'avoid', avoid, named),
      filter,
      implicit,
    };
    if (isUnchanged(request, reply, view, context.startedAt)) return reply.send();
    const answer = findPaths(view, question);
    if (format === 'json') return reply.send(answer);
    return sendGraph(context, reply, view, pathsToGraph(view, answer), format);
  });
}

/** A name that holds a comma is tried first. */
function nodesOf(
  view: GraphView,
  parameter: string,
  text: string | undefined,
  filter: GraphFilter,
  limit = Number.POSITIVE_INFINITY,
): number[] {
  if (text === undefined) return [];
  if (findNode(view, text).found === 'one') return [resolveNode(view, text, filter)];
  const names = text.split(',').filter(name => name !== '');
  if (names.length > limit) {
    throw new Problem(400, 'bad-parameter', `${parameter} names ${names.length} nodes; at most ${limit}`, {
      parameter,
    });
  }
  return names.map(name => resolveNode(view, name, filter));
}
