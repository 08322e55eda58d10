/** `/v1/explain` and `/v1/doctor`: how an edge is known, and why one is missing. */
import type { FastifyInstance } from 'fastify';
import { type Static, Type } from 'typebox';
import type { GraphView } from '../../contract/graph-view.ts';
import { examine, NO_CHECKUP } from '../../query/doctor/doctor.ts';
import { scopedCheckups } from '../../query/doctor/span-findings.ts';
import { explainEdge } from '../../query/explain/edge.ts';
import { explainBetween } from '../../query/explain/explain.ts';
import type { GraphFilter } from '../../query/filter.ts';
import { DoctorSchema, ExplainSchema } from '../../query/schemas/explain-schema.ts';
import { type ApiContext, noTopology } from '../context.ts';
import { filterOf, querySchema, scopeParameters } from '../parameters.ts';
import { asksForPast, pastParameters, viewFor } from '../past.ts';
import { Problem } from '../problem.ts';
import { resolveEdge, resolveNode, resolveService } from '../resolve.ts';
import { answers } from '../responses.ts';

const NAME = 'Id, key, or unambiguous bare name.';
const ends = {
  from: Type.Optional(Type.String({ minLength: 1, description: `Where the data comes from. ${NAME}` })),
  to: Type.Optional(Type.String({ minLength: 1, description: `Where it goes. ${NAME}` })),
  ...scopeParameters,
};
const explainQuery = querySchema({
  edge: Type.Optional(Type.String({ minLength: 1, description: 'Id (`source#kind#target`) or key.' })),
  ...ends,
  ...pastParameters,
});
const doctorQuery = querySchema({
  service: Type.Optional(Type.String({ minLength: 1, description: `Look at this one alone. ${NAME}` })),
  ...ends,
});

export function explainRoutes(app: FastifyInstance, context: ApiContext): void {
  addExplain(app, context);
  addDoctor(app, context);
}

function addExplain(app: FastifyInstance, context: ApiContext): void {
  const schema = {
    summary: 'How an edge is known',
    tags: ['graph'],
    querystring: explainQuery,
    response: answers(
      'The edge’s proofs, or of two nodes: all edges between them, or why there is none.',
      ExplainSchema,
      [400, 404],
    ),
  };
  app.get<{ Querystring: Static<typeof explainQuery> }>('/v1/explain', { schema }, async (request, reply) => {
    const { edge, from, to, ...query } = request.query;
    if (edge === undefined ? from === undefined || to === undefined : from !== undefined || to !== undefined)
      throw wrongEnds('give edge, or from and to');
    // A view is read in the turn in which it comes: last. What became of spans is known of now alone.
    const options = { traceUrl: context.traceUrl, isPast: asksForPast(query) };
    const asksFates = edge === undefined && !options.isPast;
    const checkup = (asksFates ? await context.ask('checkup', undefined) : undefined) ?? NO_CHECKUP;
    const view = await viewFor(context, query, 'all');
    reply.header('cache-control', 'no-store');
    if (edge !== undefined) return reply.send(explainEdge(view, resolveEdge(view, edge), options));
    const [source, target] = nodesOf(view, [from!, to!], filterOf(query));
    const services = scopedCheckups(view, checkup, new Set([view.nodeFacts[source!]!.id, view.nodeFacts[target!]!.id]));
    return reply.send(explainBetween(view, source!, target!, services, options));
  });
}

function addDoctor(app: FastifyInstance, context: ApiContext): void {
  const schema = {
    summary: 'Why the graph is empty, partial or wrong',
    tags: ['graph'],
    querystring: doctorQuery,
    response: answers(
      'What is amiss, the worst first, each with an example and what mends it.',
      DoctorSchema,
      [400, 404],
    ),
  };
  app.get<{ Querystring: Static<typeof doctorQuery> }>('/v1/doctor', { schema }, async (request, reply) => {
    const { service, from, to, ...query } = request.query;
    const names = [service, from, to].filter(name => name !== undefined);
    if ((from === undefined) !== (to === undefined) || names.length > 2)
      throw wrongEnds('give service, or from and to, or none of them');
    const [checkup, tiers, { pipelines }] = await Promise.all([
      context.ask('checkup', undefined),
      context.ask('tiers', undefined),
      context.ask('status', undefined),
    ]);
    const view = await context.graph();
    if (view === undefined && names.length > 0) throw noTopology();
    const filter = filterOf(query);
    const scope =
      view === undefined
        ? []
        : service === undefined
          ? nodesOf(view, names, filter)
          : [resolveService(view, service, filter)];
    const patient = { view, checkup: checkup ?? NO_CHECKUP, tiers, pipelines, traceUrl: context.traceUrl };
    return reply.header('cache-control', 'no-store').send(examine(patient, scope));
  });
}

function nodesOf(view: GraphView, names: readonly string[], filter: GraphFilter): number[] {
  return names.map(name => resolveNode(view, name, filter));
}

function wrongEnds(right: string): Problem {
  return new Problem(400, 'bad-parameter', `from and to go together, and alone; ${right}`, { parameter: 'from' });
}
