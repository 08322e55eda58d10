/** `/v1/neighbors`: what surrounds a node, as a graph. */
import type { FastifyInstance } from 'fastify';
import { type Static, Type } from 'typebox';
import { DIRECTIONS, selectNeighbors } from '../../query/neighbors.ts';
import type { ApiContext } from '../context.ts';
import { isUnchanged } from '../entity-tag.ts';
import { sendGraph } from '../graph-answer.ts';
import { DEFAULT_PAGE, filterOf, graphParameters, querySchema } from '../parameters.ts';
import { pastParameters, viewFor } from '../past.ts';
import { resolveNode } from '../resolve.ts';
import { graphAnswers } from '../responses.ts';

const MAX_DEPTH = 64;

const querystring = querySchema({
  node: Type.String({ minLength: 1, description: 'Id, key, or unambiguous bare name.' }),
  direction: Type.Enum([...DIRECTIONS], { default: 'both', description: 'Along the data, against it, or both.' }),
  depth: Type.Integer({ minimum: 1, maximum: MAX_DEPTH, default: 1, description: 'Hops; every edge is one.' }),
  ...graphParameters,
  ...pastParameters,
  limit: Type.Integer({ minimum: 1, default: DEFAULT_PAGE, description: 'At most so many nodes, the nearest first.' }),
});

export function neighborsRoute(app: FastifyInstance, context: ApiContext): void {
  const schema = {
    summary: 'The surroundings of a node',
    tags: ['graph'],
    querystring,
    response: graphAnswers('The node, the edges walked, and the nodes they lead to.', [400, 404]),
  };
  app.get<{ Querystring: Static<typeof querystring> }>('/v1/neighbors', { schema }, async (request, reply) => {
    const { node, direction, depth, limit, format, ...query } = request.query;
    const filter = filterOf(query);
    const view = await viewFor(context, query, 'all');
    const root = resolveNode(view, node, filter);
    if (isUnchanged(request, reply, view, context.startedAt)) return reply.send();
    const graph = selectNeighbors(view, root, filter, { direction, depth, limit });
    return sendGraph(context, reply, view, graph, format);
  });
}
