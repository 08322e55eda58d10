/** Counts answers by route and status, as a metric of the API itself. Both are few, whatever is asked. */
import type { FastifyInstance } from 'fastify';
import type { MetricSample } from '../contract/component.ts';
import { API_REQUESTS, mergeSamples } from '../telemetry/metrics.ts';

/** Hooks into the server; the function returned reads the counters. */
export function countRequests(app: FastifyInstance): () => readonly MetricSample[] {
  const counts = new Map<string, { readonly labels: { route: string; code: string }; value: number }>();
  app.addHook('onResponse', async (request, reply) => {
    const labels = { route: request.routeOptions.url ?? 'unknown', code: String(reply.statusCode) };
    const key = `${labels.route} ${labels.code}`;
    const entry = counts.get(key);
    if (entry === undefined) counts.set(key, { labels, value: 1 });
    else entry.value++;
  });
  return () => mergeSamples([...counts.values()].map(({ value, labels }) => API_REQUESTS.sample(value, labels)));
}
