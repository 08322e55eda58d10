/** `/v1/diff`: what is different between two times. */
import type { FastifyInstance } from 'fastify';
import { type Static, Type } from 'typebox';
import { EDGE_KINDS, NODE_KINDS } from '../../contract/graph-document.ts';
import type { Figures } from '../../contract/graph-view.ts';
import { diffGraphs } from '../../query/diff.ts';
import { DEFAULT_DIFF_LIMIT, DEFAULT_MIN_RATIO, diffDocument } from '../../query/diff-document.ts';
import { METRICS } from '../../query/diff-ratios.ts';
import type { PastTime } from '../../query/past.ts';
import { EdgeWeightsSchema } from '../../query/schemas/change-schema.ts';
import type { ApiContext } from '../context.ts';
import { filterOf, kindParameter, querySchema, scopeParameters } from '../parameters.ts';
import { asOf, pastView, requiredTime, timeOf, timeParameter } from '../past.ts';
import { Problem } from '../problem.ts';
import { answers } from '../responses.ts';

const MOST = 10_000;

const querystring = querySchema({
  start: requiredTime('The earlier time.'),
  end: timeParameter('The later time. Default: now.'),
  min_ratio: Type.Number({
    minimum: 1,
    default: DEFAULT_MIN_RATIO,
    description: 'Edges whose rate, error ratio or latency changed by at least this factor.',
  }),
  kind: kindParameter,
  ...scopeParameters,
  limit: Type.Integer({
    minimum: 1,
    maximum: MOST,
    default: DEFAULT_DIFF_LIMIT,
    description: 'Of each list, at most.',
  }),
});

const text = Type.String();
const weights = EdgeWeightsSchema;
const edge = { id: text, key: text, kind: Type.Enum([...EDGE_KINDS]), source: text, target: text };
const node = Type.Object({ id: text, key: text, kind: Type.Enum([...NODE_KINDS]), name: text });
const part = (description: string) =>
  Type.Object({ nodes: Type.Array(node), edges: Type.Array(Type.Object({ ...edge, weights })) }, { description });
const DiffSchema = Type.Object({
  schema: Type.Literal('tacit.diff/v1'),
  start: Type.String({ format: 'date-time', description: 'As it could be told: to the minute, or coarser.' }),
  end: Type.String({ format: 'date-time' }),
  added: part('There at the end, and not at the start.'),
  removed: part('There at the start, and not (or gone) at the end.'),
  changed: Type.Array(
    Type.Object({
      edge: Type.Object(edge),
      before: weights,
      after: weights,
      metric: Type.Enum([...METRICS], { description: 'What changed most.' }),
      ratio: Type.Number({ description: 'After / before.' }),
    }),
    { description: 'The greatest change first.' },
  ),
  truncated: Type.Boolean({ description: 'There is more than `limit`.' }),
});

export function diffRoute(app: FastifyInstance, context: ApiContext): void {
  const schema = {
    summary: 'What is different between two times',
    tags: ['changes'],
    querystring,
    response: answers('What is known now about then: added, removed, changed.', DiffSchema, [400, 404]),
  };
  app.get<{ Querystring: Static<typeof querystring> }>('/v1/diff', { schema }, async (request, reply) => {
    const { start, end = 'now', min_ratio: minRatio, limit, ...query } = request.query;
    const filter = filterOf(query);
    const nowMs = context.clock.now();
    const [startMs, endMs] = [timeOf('start', start, nowMs), timeOf('end', end, nowMs)];
    if (startMs > endMs)
      throw new Problem(400, 'bad-parameter', `start "${start}" is after end "${end}"`, { parameter: 'start' });
    const after = await figuresAt(context, asOf(endMs, nowMs));
    const before = startMs === endMs ? after : await figuresAt(context, { at: startMs });
    const question = { startMs: before.asOf, endMs: after.asOf, minRatio, limit, filter };
    reply.header('cache-control', 'no-store');
    return reply.send(diffDocument(diffGraphs(before.figures, after.figures), question));
  });
}

/** Taken in the turn in which the view comes. */
async function figuresAt(context: ApiContext, time: PastTime): Promise<{ figures: Figures; asOf: number }> {
  const view = await pastView(context, time, 'all');
  return { figures: view.figures(), asOf: view.asOf };
}
