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
    async (_request, reply) => reply.header('cache-control', 'no-store').send(await statusOf(context)),
  );
  app.get(
    '/healthz',
    { schema: { summary: 'Is it alive', tags: ['service'], response: { 200: answer('It is.', HealthSchema) } } },
    async () => {
      // The thread of the ingest lives as well.
      await context.ask('status', undefined);
      return { status: 'ok' };
    },
  );
  const readiness = { 200: answer('It is.', HealthSchema), 503: answer('Not yet, or no more.', HealthSchema) };
  app.get(
    '/readyz',
    { schema: { summary: 'Does it take data', tags: ['service'], response: readiness } },
    async (_request, reply) => {
      const { ready, storage } = await context.ask('status', undefined);
      const why = storage === null || storage.state === 'ok' ? '' : `: storage is ${storage.state}`;
      return reply.code(ready ? 200 : 503).send({ status: ready ? 'ready' : `not ready${why}` });
    },
  );
}

async function statusOf({ ask, graph: askGraph, clock }: ApiContext): Promise<object> {
  const [status, tiers, history, changes, view] = await Promise.all([
    ask('status', undefined),
    ask('tiers', undefined),
    ask('history', undefined),
    ask('changes-status', undefined),
    askGraph(),
  ]);
  const { version, startedAt, ready, listeners, pipelines, receivers, exporters, configuration, storage } = status;
  const graph =
    view === undefined
      ? null
      : {
          revision: view.revision,
          asOf: new Date(view.asOf).toISOString(),
          nodes: view.nodeFacts.length,
          edges: view.edgeSource.length,
        };
  return {
    version,
    startedAt,
    uptimeSeconds: Math.max(0, clock.now() - Date.parse(startedAt)) / 1000,
    ready,
    listeners,
    pipelines,
    receivers,
    exporters,
    configuration,
    storage,
    history: history ?? null,
    changes: changes ?? null,
    graph,
    stats: view?.stats ?? null,
    diagnostics: view?.diagnostics ?? [],
    tiers: tiers ?? [],
  };
}
