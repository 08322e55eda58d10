/** `/v1/status`, `/healthz`, `/readyz`: how the service does. */
import type { FastifyInstance } from 'fastify';
import type { ApiContext } from '../context.ts';
import { querySchema } from '../parameters.ts';
import { HealthSchema, StatusSchema } from '../responses.ts';

export function statusRoutes(app: FastifyInstance, context: ApiContext): void {
  const answer = (description: string, schema: object) => ({
    description,
    content: { 'application/json': { schema } },
  });
  const querystring = querySchema({});
  app.get(
    '/v1/status',
    {
      schema: {
        summary: 'How the service does',
        tags: ['service'],
        querystring,
        response: { 200: answer('Status.', StatusSchema) },
      },
    },
    (_request, reply) => reply.header('cache-control', 'no-store').send(statusOf(context)),
  );
  app.get(
    '/healthz',
    { schema: { summary: 'Is it alive', tags: ['service'], response: { 200: answer('It is.', HealthSchema) } } },
    () => ({ status: 'ok' }),
  );
  const readiness = { 200: answer('It is.', HealthSchema), 503: answer('Not yet, or no more.', HealthSchema) };
  app.get(
    '/readyz',
    { schema: { summary: 'Does it take data', tags: ['service'], response: readiness } },
    (_request, reply) => {
      const { ready } = context.host.status();
      return reply.code(ready ? 200 : 503).send({ status: ready ? 'ready' : 'not ready' });
    },
  );
}

function statusOf({ host, clock }: ApiContext): object {
  const { version, startedAt, ready, listeners, pipelines, configuration } = host.status();
  const reader = host.topology();
  const view = reader?.view();
  const graph =
    view === undefined
      ? null
      : {
          revision: view.revision,
          asOf: new Date(view.asOf).toISOString(),
          nodes: view.nodes.length,
          edges: view.edges.length,
        };
  return {
    version,
    startedAt,
    uptimeSeconds: Math.max(0, clock.now() - Date.parse(startedAt)) / 1000,
    ready,
    listeners,
    pipelines,
    configuration,
    graph,
    stats: view?.stats ?? null,
    diagnostics: view?.diagnostics ?? [],
    tiers: reader?.tiers() ?? [],
  };
}
