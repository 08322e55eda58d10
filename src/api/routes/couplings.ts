/** `/v1/couplings`: which services hang together through topics and tables, and how much. */
import type { FastifyInstance } from 'fastify';
import { type Static, Type } from 'typebox';
import type { GraphView } from '../../contract/graph-view.ts';
import { DEFAULT_COUPLINGS, findCouplings, MAX_COUPLINGS } from '../../query/couplings.ts';
import type { GraphFilter } from '../../query/filter.ts';
import { couplingsToGraph } from '../../query/paths-graph.ts';
import { CouplingsAnswerSchema } from '../../query/schemas/path-schemas.ts';
import type { ApiContext } from '../context.ts';
import { isUnchanged } from '../entity-tag.ts';
import { sendGraph } from '../graph-answer.ts';
import { FORMATS, filterOf, querySchema, wayParameters } from '../parameters.ts';
import { pastParameters, viewFor } from '../past.ts';
import { Problem } from '../problem.ts';
import { resolveService } from '../resolve.ts';
import { drawnAnswers } from '../responses.ts';

const querystring = querySchema({
  implicit: Type.Optional(
    Type.Boolean({
      description: '`true`: only pairs that do not call each other; `false`: only pairs that do. Default: all.',
    }),
  ),
  service: Type.Optional(Type.String({ minLength: 1, description: 'Only pairs with this service at one end.' })),
  min_strength: Type.Number({ minimum: 0, maximum: 1, default: 0, description: 'Only pairs at least so strong.' }),
  ...wayParameters,
  ...pastParameters,
  limit: Type.Integer({
    minimum: 1,
    maximum: MAX_COUPLINGS,
    default: DEFAULT_COUPLINGS,
    description: 'At most so many, the strongest first.',
  }),
  format: Type.Enum([...FORMATS], { default: 'json', description: 'The answer, or the couplings drawn as a graph.' }),
});

export function couplingsRoute(app: FastifyInstance, context: ApiContext): void {
  const schema = {
    summary: 'Couplings of services',
    tags: ['graph'],
    querystring,
    response: drawnAnswers('Pairs of services, the strongest coupling first.', CouplingsAnswerSchema, [400, 404]),
  };
  app.get<{ Querystring: Static<typeof querystring> }>('/v1/couplings', { schema }, async (request, reply) => {
    const { implicit, service, min_strength, limit, format, ...scope } = request.query;
    const filter = filterOf(scope);
    const view = await viewFor(context, scope, 'counts');
    const place = service === undefined ? undefined : serviceOf(view, service, filter);
    if (isUnchanged(request, reply, view, context.startedAt)) return reply.send();
    const answer = findCouplings(view, { filter, service: place, implicit, minStrength: min_strength, limit });
    if (format === 'json') return reply.send(answer);
    return sendGraph(context, reply, view, couplingsToGraph(view, answer), format);
  });
}

function serviceOf(view: GraphView, text: string, filter: GraphFilter): number {
  const place = resolveService(view, text, filter);
  const { id, kind } = view.nodeFacts[place]!;
  if (kind === 'service') return place;
  throw new Problem(400, 'bad-parameter', `${id} is a ${kind}; couplings are those of a service`, {
    parameter: 'service',
  });
}
