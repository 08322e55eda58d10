/** `/v1/edges`: pages of edges, and one edge by its name in the path or as `?id=`. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import { pageOf } from '../../query/page.ts';
import { selectGraph } from '../../query/select.ts';
import type { ApiContext } from '../context.ts';
import { isUnchanged } from '../entity-tag.ts';
import { cursorOf, EDGES_FIRST, filterOf, pageParameters, querySchema } from '../parameters.ts';
import { pastParameters, viewFor } from '../past.ts';
import { Problem } from '../problem.ts';
import { edgeAnswer, edgeOfPath, pathAfter } from '../resolve.ts';
import { answers, pageSchema } from '../responses.ts';
import { type SeriesQuery, seriesParameter, timeOfSeries, withSeries } from '../series.ts';

const NAME = 'Id (`source#kind#target`) or key.';
const querystring = querySchema({
  id: Type.Optional(Type.String({ description: `Answer this edge instead of a page. ${NAME}` })),
  ...pageParameters,
  ...pastParameters,
  ...seriesParameter,
});
const oneQuery = querySchema({ ...pastParameters, ...seriesParameter });

export function edgeRoutes(app: FastifyInstance, context: ApiContext): void {
  listRoute(app, context);
  const schema = {
    summary: 'One edge',
    tags: ['graph'],
    params: Type.Object({ id: Type.String({ description: `${NAME} Percent-encoded.` }) }),
    querystring: oneQuery,
    response: answers('The edge.', Type.Ref('Edge#'), [400, 404]),
  };
  const handler = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const query = request.query as SeriesQuery;
    const view = await viewFor(context, timeOfSeries(query), 'all');
    const edge = edgeOfPath(view, pathAfter('/v1/edges/', request));
    if (query.series !== undefined) return reply.send(await withSeries(context, edge, query));
    return isUnchanged(request, reply, view, context.startedAt) ? reply.send() : reply.send(edge);
  };
  app.get('/v1/edges/:id', { schema }, handler);
  app.get('/v1/edges/*', { schema: { querystring: oneQuery, hide: true } }, handler);
}

function listRoute(app: FastifyInstance, context: ApiContext): void {
  const answer = Type.Union([pageSchema('Edge'), Type.Ref('Edge#')]);
  const response = answers('A page of edges, or with `id` the edge alone.', answer, [400, 404]);
  const schema = { summary: 'Edges', tags: ['graph'], querystring, response };
  app.get<{ Querystring: Static<typeof querystring> }>('/v1/edges', { schema }, async (request, reply) => {
    const { id, cursor, limit, ...query } = request.query;
    const filter = filterOf(query, EDGES_FIRST);
    const after = cursorOf('edges', cursor);
    if (query.series !== undefined && id === undefined) throw seriesOfPage();
    const view = await viewFor(context, timeOfSeries(query), 'all');
    const edge = id === undefined ? undefined : edgeAnswer(view, id);
    if (edge !== undefined && query.series !== undefined) return reply.send(await withSeries(context, edge, query));
    if (isUnchanged(request, reply, view, context.startedAt)) return reply.send();
    if (edge !== undefined) return reply.send(edge);
    return reply.send(pageOf(selectGraph(view, filter).edges, 'edges', after, limit));
  });
}

function seriesOfPage(): Problem {
  return new Problem(400, 'bad-parameter', 'a series is of one edge; name it by id', { parameter: 'series' });
}
