/** `/metrics`: the program's own numbers and those of its process, for Prometheus. */
import type { FastifyInstance } from 'fastify';
import type { MetricSample } from '../../contract/component.ts';
import type { ApiContext } from '../context.ts';
import { metricsText } from '../metrics-text.ts';
import { textAnswer } from '../responses.ts';

const MEDIA_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

export function metricsRoute(app: FastifyInstance, { ask }: ApiContext, samples: () => readonly MetricSample[]): void {
  const response = textAnswer('Prometheus text format.', 'text/plain');
  const schema = { summary: 'Own metrics', tags: ['service'], response };
  app.get('/metrics', { schema }, async (_request, reply) => {
    return reply.type(MEDIA_TYPE).send(metricsText(await ask('metrics', samples())));
  });
}
