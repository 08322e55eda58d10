/** Requests of the API as spans of the program about itself. */
import type { FastifyInstance } from 'fastify';
import type { Tracer } from '../contract/tracer.ts';

export function traceRequests(app: FastifyInstance, tracer: Pick<Tracer, 'record'>): void {
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url;
    const { method, headers } = request;
    const { traceparent } = headers;
    tracer.record({
      name: route === undefined ? method : `${method} ${route}`,
      parent: typeof traceparent === 'string' ? traceparent : undefined,
      beganMs: performance.now() - reply.elapsedTime,
      attributes: {
        'http.request.method': method,
        ...(route === undefined ? {} : { 'http.route': route }),
        'http.response.status_code': reply.statusCode,
      },
      ...(reply.statusCode >= 500 ? { failure: `HTTP ${reply.statusCode}` } : {}),
    });
  });
}
