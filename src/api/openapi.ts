/** The API's own description: OpenAPI 3.1 at `/openapi.json` from the routes' schemas, browsable at `/docs`. */
import fastifySwagger from '@fastify/swagger';
import fastifySwaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { ChangeSchema } from '../query/schemas/change-schema.ts';
import { SHARED_GRAPH_SCHEMAS } from '../query/schemas/graph-schema.ts';
import { ProblemSchema } from './problem.ts';

const BEARER = {
  type: 'http',
  scheme: 'bearer',
  description: 'One of the configured `auth.tokens`; it needs the scope `read`, for single traces `admin`.',
} as const;

/** For the pages of Swagger UI: its own files only; it sets styles from its scripts. */
const DOCS_POLICY =
  "default-src 'self'; base-uri 'self'; frame-ancestors 'none'; img-src 'self' data:; object-src 'none'; " +
  "script-src 'self'; style-src 'self' 'unsafe-inline'";

/** To be called before the routes are added. */
export async function describeApi(app: FastifyInstance, version: string, needsToken: boolean): Promise<void> {
  for (const schema of [...SHARED_GRAPH_SCHEMAS, ChangeSchema, ProblemSchema]) app.addSchema(schema);
  await app.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'tacit',
        version,
        description: 'A live graph of services, topics and tables, from OpenTelemetry spans.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      ...(needsToken && { components: { securitySchemes: { token: BEARER } }, security: [{ token: [] }] }),
      tags: [
        { name: 'graph', description: 'Questions about the graph.' },
        { name: 'changes', description: 'What happened to the graph, and happens.' },
        { name: 'service', description: 'About tacit itself.' },
      ],
    },
    refResolver: { buildLocalReference: json => String(json.$id) },
  });
  await app.register(fastifySwaggerUi, { routePrefix: '/docs', staticCSP: DOCS_POLICY });
  app.get('/openapi.json', { schema: { hide: true } }, () => app.swagger());
}
