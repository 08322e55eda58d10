/**
 * The HTTP server with every route, not yet listening. Answers are JSON as they are: the schemas of responses describe
 * (and are tested), they do not cut anything out.
 */
import Fastify, { type FastifyInstance } from 'fastify';
import type { Logger } from '../contract/logger.ts';
import { requireToken } from './auth.ts';
import type { ApiContext } from './context.ts';
import { checkParameterNames } from './known-parameters.ts';
import { describeApi } from './openapi.ts';
import { Problem, problemHandler, sendProblem } from './problem.ts';
import { debugTraceRoute } from './routes/debug-trace.ts';
import { edgeRoutes } from './routes/edges.ts';
import { graphRoute } from './routes/graph.ts';
import { homeRoute } from './routes/home.ts';
import { metricsRoute } from './routes/metrics.ts';
import { neighborsRoute } from './routes/neighbors.ts';
import { nodeRoutes } from './routes/nodes.ts';
import { statusRoutes } from './routes/status.ts';

/** Ids of edges hold two ids of nodes, each of several names of up to 255 bytes, all percent-encoded. */
const MAX_PATH_PARAMETER = 16_384;

const ROUTES = [
  graphRoute,
  nodeRoutes,
  edgeRoutes,
  neighborsRoute,
  statusRoutes,
  debugTraceRoute,
  metricsRoute,
  homeRoute,
];

/** Time for a request's head, and for the whole of it. */
const HEAD_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;

export interface ServerOptions {
  readonly logger: Logger;
  /** Tokens of which a request must carry one; none: everybody may ask. */
  readonly tokens: readonly string[];
}

export async function createServer(context: ApiContext, { logger, tokens }: ServerOptions): Promise<FastifyInstance> {
  const onProblem = problemHandler(logger);
  const app = Fastify({
    logger: false,
    requestTimeout: REQUEST_TIMEOUT_MS,
    http: { headersTimeout: HEAD_TIMEOUT_MS, connectionsCheckingInterval: HEAD_TIMEOUT_MS / 2 },
    routerOptions: { maxParamLength: MAX_PATH_PARAMETER },
    ajv: { customOptions: { removeAdditional: false, coerceTypes: true } },
    frameworkErrors: onProblem,
  });
  app.setSerializerCompiler(() => data => JSON.stringify(data));
  app.setErrorHandler(onProblem);
  app.setNotFoundHandler((request, reply) => {
    const problem = noSuchResource(request.method, request.url);
    if (problem.status === 405) reply.header('allow', 'GET, HEAD');
    return sendProblem(reply, problem);
  });
  app.addHook('preValidation', checkParameterNames);
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('x-content-type-options', 'nosniff');
  });
  requireToken(app, tokens);
  await describeApi(app, context.host.status().version, tokens.length > 0);
  for (const addRoutes of ROUTES) addRoutes(app, context);
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
