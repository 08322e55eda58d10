/** Tokens: once one is configured, every resource asks for one, but for those that tell whether the service lives. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { Problem } from './problem.ts';

const OPEN: ReadonlySet<string> = new Set(['/healthz', '/readyz']);

/** To be called before the routes are added. */
export function requireToken(app: FastifyInstance, tokens: readonly string[]): void {
  if (tokens.length === 0) return;
  const known = tokens.map(digestOf);
  app.addHook('onRequest', async (request, reply) => {
    if (OPEN.has(request.routeOptions.url ?? '')) return;
    const given = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
    if (given !== undefined && isKnown(given, known)) return;
    reply.header('www-authenticate', 'Bearer realm="tacit"');
    const wrong = given === undefined ? 'this service asks for a token' : 'this token is not known';
    throw new Problem(
      401,
      'unauthorized',
      `${wrong}; send Authorization: Bearer and one of the configured auth.tokens`,
    );
  });
}

/** Takes the same time whatever is right about the token. */
function isKnown(given: string, known: readonly Buffer[]): boolean {
  const digest = digestOf(given);
  return known.filter(one => timingSafeEqual(one, digest)).length > 0;
}

function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
