/** `/v1/graph`: the graph, or the part of it that filters and a limit leave, as JSON or as a drawing. */
import type { FastifyInstance } from 'fastify';
import type { Static } from 'typebox';
import { limitGraph } from '../../query/limit.ts';
import { selectGraph } from '../../query/select.ts';
import type { ApiContext } from '../context.ts';
import { isUnchanged } from '../entity-tag.ts';
import { sendGraph } from '../graph-answer.ts';
import { filterOf, graphParameters, querySchema } from '../parameters.ts';
import { pastParameters, viewFor } from '../past.ts';
import { graphAnswers } from '../responses.ts';

const querystring = querySchema({ ...graphParameters, ...pastParameters });

export function graphRoute(app: FastifyInstance, context: ApiContext): void {
  const schema = {
    summary: 'The graph',
    tags: ['graph'],
    querystring,
    response: graphAnswers('The graph, or what the filters leave of it.', [400]),
  };
  app.get<{ Querystring: Static<typeof querystring> }>('/v1/graph', { schema }, async (request, reply) => {
    const { query } = request;
    const filter = filterOf(query);
    const view = await viewFor(context, query, 'all');
    if (isUnchanged(request, reply, view, context.startedAt)) return reply.send();
    const selection = selectGraph(view, filter);
    const graph = query.limit === undefined ? selection : limitGraph(selection, query.limit);
    return sendGraph(context, reply, view, graph, query.format);
  });
}
