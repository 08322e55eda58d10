/** `/v1/nodes`: pages of nodes, and one node by its name in the path or as `?id=`. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import { pageOf } from '../../query/page.ts';
import { selectNodes } from '../../query/select.ts';
import type { ApiContext } from '../context.ts';
import { isUnchanged } from '../entity-tag.ts';
import { cursorOf, filterOf, pageParameters, querySchema } from '../parameters.ts';
import { type PastQuery, pastParameters, viewFor } from '../past.ts';
import { nodeAnswer, nodeOfPath, pathAfter } from '../resolve.ts';
import { answers, pageSchema } from '../responses.ts';

const NAME = 'Id, key, or unambiguous bare name.';
const querystring = querySchema({
  id: Type.Optional(Type.String({ description: `Answer this node instead of a page. ${NAME}` })),
  ...pageParameters,
  ...pastParameters,
});
const oneQuery = querySchema(pastParameters);

export function nodeRoutes(app: FastifyInstance, context: ApiContext): void {
  listRoute(app, context);
  const schema = {
    summary: 'One node',
    tags: ['graph'],
    params: Type.Object({ id: Type.String({ description: `${NAME} Percent-encoded.` }) }),
    querystring: oneQuery,
    response: answers('The node.', Type.Ref('Node#'), [400, 404]),
  };
  const handler = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const view = await viewFor(context, request.query as PastQuery, 'counts');
    const node = nodeOfPath(view, pathAfter('/v1/nodes/', request));
    return isUnchanged(request, reply, view, context.startedAt) ? reply.send() : reply.send(node);
  };
  app.get('/v1/nodes/:id', { schema }, handler);
  app.get('/v1/nodes/*', { schema: { querystring: oneQuery, hide: true } }, handler);
}

function listRoute(app: FastifyInstance, context: ApiContext): void {
  const answer = Type.Union([pageSchema('Node'), Type.Ref('Node#')]);
  const response = answers('A page of nodes, or with `id` the node alone.', answer, [400, 404]);
  const schema = { summary: 'Nodes', tags: ['graph'], querystring, response };
  app.get<{ Querystring: Static<typeof querystring> }>('/v1/nodes', { schema }, async (request, reply) => {
    const { id, cursor, limit, ...query } = request.query;
    const filter = filterOf(query);
    const after = cursorOf('nodes', cursor);
    const view = await viewFor(context, query, 'counts');
    const node = id === undefined ? undefined : nodeAnswer(view, id, filter);
    if (isUnchanged(request, reply, view, context.startedAt)) return reply.send();
    if (node !== undefined) return reply.send(node);
    return reply.send(pageOf(selectNodes(view, filter), 'nodes', after, limit));
  });
}
