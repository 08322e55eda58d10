/** `/v1/changes` and `/v1/changes/stream`: what was told of the graph, by pages and as it happens. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import { CHANGE_TYPES, SEVERITIES } from '../../contract/change.ts';
import type { ChangePage } from '../../contract/change-feed.ts';
import { EDGE_KINDS, NODE_KINDS } from '../../contract/graph-document.ts';
import { type ChangeFilter, isChangeWanted } from '../../query/change-filter.ts';
import { toldOf } from '../changes/board.ts';
import { Subscriber } from '../changes/subscriber.ts';
import { type ApiContext, noTopology } from '../context.ts';
import { namesOf, querySchema, scopeParameters, wordsOf } from '../parameters.ts';
import { Problem } from '../problem.ts';
import { answers } from '../responses.ts';

const DEFAULT_LIMIT = 100;
const MOST = 1000;
/** Changes that one answer looks at, at most. */
const MOST_LOOKS = 20_000;

const list = (description: string) => Type.Optional(Type.String({ description }));
const filterParameters = {
  type: list(`Types, comma-separated; \`edge.*\` is all of edges. Known: ${CHANGE_TYPES.join(', ')}.`),
  severity: list(`Comma-separated: ${SEVERITIES.join(', ')}.`),
  kind: list('Kinds of nodes or edges, comma-separated: changes of such.'),
  node: list('Id, key or bare name of a node that is concerned.'),
  service: list('Id, key or bare name of a service that is concerned.'),
  env: scopeParameters.env,
  baseline: Type.Optional(
    Type.Boolean({ description: '`false`: without what was told while an environment was being learned.' }),
  ),
};
const pageQuery = querySchema({
  since: Type.Optional(
    Type.Integer({ minimum: 0, description: '`next` of the answer before, or `seq` of a change: those behind it.' }),
  ),
  limit: Type.Integer({ minimum: 1, maximum: MOST, default: DEFAULT_LIMIT, description: 'Changes, at most.' }),
  ...filterParameters,
});
const streamQuery = querySchema({
  since: Type.Optional(
    Type.Integer({ minimum: 0, description: 'As `Last-Event-ID`, for those who cannot send headers.' }),
  ),
  ...filterParameters,
});
type FilterQuery = Omit<Static<typeof streamQuery>, 'since'>;

const span = Type.Object({ from: Type.Integer(), to: Type.Integer() });
const PageSchema = Type.Object({
  items: Type.Array(Type.Ref('Change#'), { description: 'In the order of their numbers.' }),
  next: Type.Integer({ description: 'To be given as `since`, to go on; `newest` when this was all.' }),
  oldest: Type.Integer({ description: 'Number of the oldest change that is kept.' }),
  newest: Type.Integer({ description: 'Number of the newest.' }),
  missed: Type.Optional({
    ...span,
    description:
      'Behind `since`, and not kept any more; or `since` is of another log, and this one is told from its beginning.',
  }),
});

export function changeRoutes(app: FastifyInstance, context: ApiContext): void {
  addPages(app, context);
  addStream(app, context);
}

function addPages(app: FastifyInstance, { ask }: ApiContext): void {
  const schema = {
    summary: 'What changed',
    tags: ['changes'],
    querystring: pageQuery,
    response: answers('Changes as they were told, the oldest first.', PageSchema),
  };
  app.get<{ Querystring: Static<typeof pageQuery> }>('/v1/changes', { schema }, async (request, reply) => {
    const { since, limit, ...query } = request.query;
    const filter = filterOf(query);
    const texts: string[] = [];
    const begin = await pageAfter(ask, since ?? 0, 1);
    let next = placeOf(begin, since ?? 0);
    for (let looks = 0; texts.length < limit && looks < MOST_LOOKS; ) {
      const page = await pageAfter(ask, next, MOST);
      for (const text of page.changes) {
        if (texts.length === limit) break;
        next++;
        looks++;
        if (isChangeWanted(filter, toldOf(text).change)) texts.push(text);
      }
      if (page.changes.length === 0) break;
    }
    const { oldest, newest } = begin;
    const missed = since === undefined ? undefined : missedBy(begin, since);
    const rest = JSON.stringify({ next, oldest, newest: Math.max(newest, next), missed });
    reply.header('cache-control', 'no-store').type('application/json; charset=utf-8');
    return reply.send(`{"items":[${texts.join(',')}],${rest.slice(1)}`);
  });
}

function addStream(app: FastifyInstance, { ask, changes, maxStreams }: ApiContext): void {
  const schema = {
    summary: 'Changes as they happen',
    description:
      'Server-sent events: `id` is the number of a change, `event` its type, `data` the change. `missed` tells of changes that are not kept any more, `behind` a reader that it is late; a comment with an `id` comes every 15 seconds.',
    tags: ['changes'],
    querystring: streamQuery,
    response: {
      200: { description: 'Events.', content: { 'text/event-stream': { schema: Type.String() } } },
    },
  };
  app.addHook('preClose', () => changes.close());
  app.get<{ Querystring: Static<typeof streamQuery> }>(
    '/v1/changes/stream',
    { schema, exposeHeadRoute: false },
    async (request, reply) => {
      const { since, ...query } = request.query;
      const filter = filterOf(query);
      const last = lastEventOf(request) ?? since;
      if (changes.readers.size >= maxStreams) throw tooMany(maxStreams);
      const begin = await pageAfter(ask, last ?? Number.MAX_SAFE_INTEGER, 1);
      open(reply);
      const place = last === undefined ? begin.newest : placeOf(begin, last);
      const reader = new Subscriber(changes, filter, reply.raw, place);
      changes.readers.add(reader);
      reply.raw.once('close', () => changes.readers.delete(reader));
      const missed = last === undefined ? undefined : missedBy(begin, last);
      if (missed !== undefined) reader.miss(missed);
      reader.beat();
      changes.knows(begin.newest);
      reader.advance();
    },
  );
}

function open(reply: FastifyReply): void {
  reply.hijack();
  const headers = { ...reply.getHeaders(), 'content-type': 'text/event-stream; charset=utf-8' };
  reply.raw.writeHead(200, { ...headers, 'cache-control': 'no-store', 'x-accel-buffering': 'no' } as Record<
    string,
    string
  >);
}

async function pageAfter(ask: ApiContext['ask'], after: number, limit: number): Promise<ChangePage> {
  const page = await ask('changes', { after, limit });
  if (page === undefined) throw noTopology();
  return page;
}

/** The place behind which is to be told: a number of another log is none of this one. */
function placeOf({ oldest, newest }: ChangePage, since: number): number {
  return since > newest ? oldest - 1 : Math.max(since, oldest - 1);
}

/** From the beginning on, nothing is missed. */
function missedBy({ oldest, newest }: ChangePage, since: number): { from: number; to: number } | undefined {
  if (since > newest) return { from: 0, to: oldest - 1 };
  return since > 0 && since < oldest - 1 ? { from: since + 1, to: oldest - 1 } : undefined;
}

function lastEventOf({ headers }: FastifyRequest): number | undefined {
  const text = headers['last-event-id'];
  if (text === undefined || text === '') return undefined;
  if (typeof text === 'string' && /^\d{1,15}$/.test(text)) return Number(text);
  throw new Problem(400, 'bad-parameter', `Last-Event-ID "${text}" is no number of a change`, {
    parameter: 'Last-Event-ID',
  });
}

function filterOf(query: FilterQuery): ChangeFilter {
  const { type, severity, kind, node, service, env, baseline } = query;
  return {
    ...(type === undefined ? {} : { types: new Set(typesOf(type)) }),
    ...(severity === undefined ? {} : { severities: new Set(wordsOf('severity', severity, SEVERITIES)) }),
    ...(kind === undefined ? {} : { kinds: new Set(wordsOf('kind', kind, [...EDGE_KINDS, ...NODE_KINDS])) }),
    ...(env === undefined ? {} : { environments: namesOf('env', env) }),
    ...(node === undefined ? {} : { node }),
    ...(service === undefined ? {} : { service }),
    ...(baseline === undefined ? {} : { baseline }),
  };
}

const GROUPS = [...new Set(CHANGE_TYPES.map(type => `${type.split('.')[0]}.*`))];

function typesOf(text: string) {
  const words = wordsOf('type', text, [...CHANGE_TYPES, ...GROUPS]);
  return CHANGE_TYPES.filter(type => words.includes(type) || words.includes(`${type.split('.')[0]}.*`));
}

function tooMany(most: number): Problem {
  const detail = `${most} streams of changes are open, as many as max_streams allows; ask again later, or read /v1/changes`;
  return new Problem(503, 'too-many-streams', detail, {}, { 'retry-after': '10' });
}
