/** Counts and times answers by route and status, as metrics of the API itself. Both are few, whatever is asked. */
import type { FastifyInstance } from 'fastify';
import type { MetricSample } from '../contract/component.ts';
import { DurationHistogram } from '../telemetry/histogram.ts';
import { API_DURATION, API_REQUESTS } from '../telemetry/metrics/api.ts';

/** Hooks into the server; the function returned reads the counters. */
export function countRequests(app: FastifyInstance): () => readonly MetricSample[] {
  const counts = new Map<string, { readonly labels: { route: string; code: string }; value: number }>();
  const durations = new Map<string, DurationHistogram>();
  app.addHook('onResponse', async (request, reply) => {
    const labels = { route: request.routeOptions.url ?? 'unknown', code: String(reply.statusCode) };
    const key = `${labels.route} ${labels.code}`;
    const entry = counts.get(key);
    if (entry === undefined) counts.set(key, { labels, value: 1 });
    else entry.value++;
    const took = durations.get(labels.route) ?? new DurationHistogram();
    durations.set(labels.route, took);
    took.add(reply.elapsedTime);
  });
  return () => [
    API_REQUESTS.samples([...counts.values()]),
    API_DURATION.samples([...durations].flatMap(([route, took]) => took.values({ route }))),
  ];
}
