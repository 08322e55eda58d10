/** Tokens: once some are configured, every resource asks for one, but for those that tell whether the service lives. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Scope } from '../lib/listen/auth-options.ts';
import type { Authorizer, Denial } from '../lib/listen/authorizer.ts';
import { Problem } from './problem.ts';

const OPEN: ReadonlySet<string> = new Set(['/healthz', '/readyz']);

const PROBLEMS: Readonly<Record<Denial['status'], readonly [status: number, slug: string]>> = {
  unauthenticated: [401, 'unauthorized'],
  forbidden: [403, 'forbidden'],
};

/** To be called before the routes are added. */
export function requireToken(app: FastifyInstance, auth: Authorizer): void {
  app.addHook('onRequest', async (request, reply) => {
    if (OPEN.has(request.routeOptions.url ?? '')) return;
    const denial = auth.authorize(request.headers.authorization, scopeOf(request));
    if (denial === undefined) return;
    reply.header('www-authenticate', denial.challenge);
    throw new Problem(...PROBLEMS[denial.status], denial.message);
  });
}

/** Single traces are shown to those who may see everything; whatever is no mere question changes something. */
function scopeOf({ method, routeOptions }: FastifyRequest): Scope {
  const asks = method === 'GET' || method === 'HEAD';
  return asks && routeOptions.url?.startsWith('/v1/debug/') !== true ? 'read' : 'admin';
}
