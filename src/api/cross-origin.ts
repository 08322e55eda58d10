/** Requests from web pages of other origins: preflights are answered here, other answers marked as theirs to read. */
import type { FastifyInstance } from 'fastify';
import { type CorsConfig, CorsPolicy } from '../lib/listen/cors.ts';

/** To be called before tokens are asked for: a preflight carries none. */
export function allowOrigins(app: FastifyInstance, config: CorsConfig): void {
  const policy = new CorsPolicy(config);
  app.addHook('onRequest', async (request, reply) => {
    const { origin, 'access-control-request-headers': asked } = request.headers;
    if (origin === undefined) return;
    if (request.method !== 'OPTIONS' || request.headers['access-control-request-method'] === undefined) {
      reply.headers(policy.answerHeaders(origin) ?? { Vary: 'Origin' });
      return;
    }
    await reply
      .code(204)
      .headers(policy.preflightHeaders(origin, 'GET, HEAD', asked) ?? {})
      .send();
  });
}
