/**
 * The HTTP server with every route, not yet listening. Answers are JSON as they are: the schemas of responses describe
 * (and are tested), they do not cut anything out.
 */
import type { Server as TlsServer } from 'node:tls';
import fastifyHelmet, { type FastifyHelmetOptions } from '@fastify/helmet';
import Fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify';
import type { MetricSample } from '../contract/component.ts';
import type { Logger } from '../contract/logger.ts';
import type { CorsConfig } from '../lib/listen/cors.ts';
import type { Guard } from '../lib/listen/guard.ts';
import { requireToken } from './auth.ts';
import { compilers } from './compilers.ts';
import type { ApiContext } from './context.ts';
import { allowOrigins } from './cross-origin.ts';
import { checkParameterNames } from './known-parameters.ts';
import { describeApi } from './openapi.ts';
import { Problem, problemHandler, sendProblem } from './problem.ts';
import { changeRoutes } from './routes/changes.ts';
import { couplingsRoute } from './routes/couplings.ts';
import { debugTraceRoute } from './routes/debug-trace.ts';
import { diffRoute } from './routes/diff.ts';
import { edgeRoutes } from './routes/edges.ts';
import { explainRoutes } from './routes/explain.ts';
import { graphRoute } from './routes/graph.ts';
import { homeRoute } from './routes/home.ts';
import { metricsRoute } from './routes/metrics.ts';
import { neighborsRoute } from './routes/neighbors.ts';
import { nodeRoutes } from './routes/nodes.ts';
import { pathsRoute } from './routes/paths.ts';
import { statusRoutes } from './routes/status.ts';

/** Ids of edges hold two ids of nodes, each of several names of up to 255 bytes, all percent-encoded. */
const MAX_PATH_PARAMETER = 16_384;

const ROUTES = [
  graphRoute,
  nodeRoutes,
  edgeRoutes,
  neighborsRoute,
  explainRoutes,
  pathsRoute,
  couplingsRoute,
  changeRoutes,
  diffRoute,
  statusRoutes,
  debugTraceRoute,
  homeRoute,
];

/** Time for a request's head, and for the whole of it. */
const HEAD_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
const HEAD_LIMITS = { headersTimeout: HEAD_TIMEOUT_MS, connectionsCheckingInterval: HEAD_TIMEOUT_MS / 2 };

export interface ServerOptions {
  readonly logger: Logger;
  readonly guard: Guard;
  readonly cors: CorsConfig | undefined;
  /** The API's own numbers. */
  samples(): readonly MetricSample[];
}

/**
 * Nothing of ours is run, framed or embedded by others; the two pages with scripts or styles set a policy of their own.
 * No HSTS: it binds a host name on all its ports, and this one may be one service of many there.
 */
const SAFE_HEADERS: FastifyHelmetOptions = {
  contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } },
  strictTransportSecurity: false,
};

/** Throws a `ListenOptionError` when certificates or tokens cannot be used. */
export async function createServer(context: ApiContext, options: ServerOptions): Promise<FastifyInstance> {
  const { logger, guard, cors, samples } = options;
  const onProblem = problemHandler(logger);
  const tls = guard.open();
  const app = Fastify({
    logger: false,
    requestTimeout: REQUEST_TIMEOUT_MS,
    ...(tls === undefined ? { http: HEAD_LIMITS } : { https: { ...HEAD_LIMITS, ...tls } }),
    routerOptions: { maxParamLength: MAX_PATH_PARAMETER },
    schemaController: { compilersFactory: compilers },
    frameworkErrors: onProblem,
  } as FastifyServerOptions) as FastifyInstance;
  if (tls !== undefined) guard.watch(app.server as unknown as TlsServer);
  app.setErrorHandler(onProblem);
  app.setNotFoundHandler((request, reply) => {
    const problem = noSuchResource(request.method, request.url);
    if (problem.status === 405) reply.header('allow', 'GET, HEAD');
    return sendProblem(reply, problem);
  });
  app.addHook('preValidation', checkParameterNames);
  await app.register(fastifyHelmet, SAFE_HEADERS);
  if (cors !== undefined) allowOrigins(app, cors);
  if (guard.auth !== undefined) requireToken(app, guard.auth);
  await describeApi(app, context.version, guard.auth !== undefined);
  for (const addRoutes of ROUTES) addRoutes(app, context);
  metricsRoute(app, context, samples);
  return app;
}

function noSuchResource(method: string, url: string): Problem {
  if (method !== 'GET' && method !== 'HEAD') {
    return new Problem(405, 'method-not-allowed', `${method} is not possible here; the API answers GET`);
  }
  return new Problem(
    404,
    'no-such-resource',
    `there is nothing at "${url.split('?', 1)[0]}"; /docs lists what there is`,
  );
}
