/** `/v1/debug/trace/{id}`: what became of each span of a trace that is still kept. */
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { type ApiContext, noTopology } from '../context.ts';
import { querySchema } from '../parameters.ts';
import { Problem } from '../problem.ts';
import { answers, TraceSchema } from '../responses.ts';

export function debugTraceRoute(app: FastifyInstance, context: ApiContext): void {
  const schema = {
    summary: 'The spans of a trace',
    tags: ['graph'],
    params: Type.Object({ id: Type.String({ description: '32 hex digits, or 16 for a 64-bit trace id.' }) }),
    querystring: querySchema({}),
    response: answers('Class, fate, join and reason of each span still kept.', TraceSchema),
  };
  app.get<{ Params: { id: string } }>('/v1/debug/trace/:id', { schema }, async (request, reply) => {
    const traceId = traceIdOf(request.params.id);
    const spans = await context.ask('trace', traceId);
    if (spans === undefined) throw noTopology();
    return reply.header('cache-control', 'no-store').send({ traceId, spans });
  });
}

function traceIdOf(text: string): string {
  if (/^([0-9a-f]{16}){1,2}$/i.test(text)) return text.toLowerCase().padStart(32, '0');
  throw new Problem(400, 'bad-parameter', `"${text}" is no trace id; it has 32 hex digits, or 16`, { parameter: 'id' });
}
