/** Schemas of the answers for the OpenAPI description; the graph itself is in `query/schemas/`. */
import { type TSchema, Type } from 'typebox';
import { RELOAD_RESULTS } from '../contract/component.ts';
import { STORAGE_STATES } from '../contract/storage.ts';
import { DRAWINGS } from '../query/formats/drawings.ts';

const integer = (description: string) => Type.Integer({ minimum: 0, description });
const nullableText = (description: string) => Type.Union([Type.String(), Type.Null()], { description });

const problem = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: Type.Ref('Problem#') } },
});

/** `200` and the errors a route with parameters can give. */
export function answers(description: string, schema: TSchema, errors: readonly (400 | 404)[] = [400]) {
  const texts = { 400: 'A parameter is wrong or unknown.', 404: 'Nothing has this name.' };
  return {
    200: { description, content: { 'application/json': { schema } } },
    ...Object.fromEntries(errors.map(status => [status, problem(texts[status])])),
    503: problem('There is no graph yet.'),
  };
}

/** As `answers`, with the drawings a graph can be asked for. */
export function graphAnswers(description: string, errors: readonly (400 | 404)[]) {
  return drawnAnswers(description, Type.Ref('GraphDocument#'), errors);
}

/** As `answers`, where the answer can also be drawn. */
export function drawnAnswers(description: string, schema: TSchema, errors: readonly (400 | 404)[]) {
  const response = answers(description, schema, errors);
  const types = Object.values(DRAWINGS).map(({ mediaType }) => mediaType.split(';')[0]!);
  const drawings = Object.fromEntries(types.map(type => [type, { schema: Type.String() }]));
  const content = { ...drawings, ...response[200].content };
  return {
    ...response,
    200: { ...response[200], content },
    304: { description: 'Unchanged since the revision of If-None-Match.', type: 'null' },
  };
}

export function textAnswer(description: string, type: string) {
  return { 200: { description, content: { [type]: { schema: Type.String() } } } };
}

export function pageSchema(item: 'Node' | 'Edge') {
  return Type.Object({
    items: Type.Array(Type.Ref(`${item}#`), { description: 'Sorted by id.' }),
    next: nullableText('Cursor of the next page; null on the last.'),
  });
}

export const TraceSchema = Type.Object({
  traceId: Type.String({ pattern: '^[0-9a-f]{32}$' }),
  spans: Type.Array(
    Type.Object({
      spanId: Type.String(),
      parentSpanId: nullableText('Null at a root.'),
      service: nullableText('Null when the span names none.'),
      class: Type.String({ description: 'client, server, producer, consumer, internal or database.' }),
      fate: Type.String({ description: 'What became of it.' }),
      join: nullableText(
        'How it found its partner, or what it counts as alone: shared_id, parent, link, parent_child, entry or inferred. Null while it waits, and for a span that was found by its partner.',
      ),
      partnerSpanId: nullableText('The span it was joined with.'),
      reason: nullableText('Why it has this fate.'),
      start: Type.String({ format: 'date-time' }),
      durationSeconds: Type.Number(),
    }),
    { description: 'Spans of the trace that are still kept, newest first; empty when there are none.' },
  ),
});

const names = Type.Array(Type.String());

const ReloadSchema = Type.Object({
  at: Type.String({ format: 'date-time' }),
  durationSeconds: Type.Number({ minimum: 0 }),
  result: Type.Enum([...RELOAD_RESULTS], {
    description: 'After `refused` and `failed` everything runs as before.',
  }),
  problems: Type.Array(Type.String(), { description: 'What was wrong, each with its place.' }),
  changed: Type.Array(Type.String(), { description: '`option: before → after`, without secrets.' }),
});

const seconds = (description: string) => Type.Number({ minimum: 0, description });

const StorageSchema = Type.Object({
  path: Type.String(),
  state: Type.Enum([...STORAGE_STATES], {
    description:
      '`unavailable`: nothing can be written now, requests are refused until it can; `failed`: only a restart helps.',
  }),
  message: Type.String({ description: 'What is wrong; empty while nothing is.' }),
  recovery: Type.Object(
    {
      checkpointFrame: integer('Frame of the checkpoint it began with; 0: none.'),
      bytes: integer('Read of the journal after it.'),
      totalBytes: integer('To be read.'),
      frames: integer('Frames applied.'),
      seconds: seconds('How long it took, or takes.'),
      problems: Type.Array(Type.String(), { description: 'What was damaged or missing, and what became of it.' }),
    },
    { description: 'Of the last start.' },
  ),
  journal: Type.Object({
    bytes: integer('On the disk.'),
    segments: integer('Files.'),
    lastFrame: integer('Applied last.'),
    waitingFrames: integer('Not applied yet.'),
    waitingBytes: integer('Not applied yet.'),
    setAside: integer(
      'Frames since the start, with those applied by it, that a fault of the program kept from being applied.',
    ),
    writtenBytes: integer('Since the start.'),
    syncs: integer('Since the start.'),
  }),
  checkpoint: Type.Union(
    [
      Type.Object({
        frame: integer('The frame it is consistent at.'),
        at: Type.String({ format: 'date-time' }),
        ageSeconds: seconds('Since then.'),
        bytes: integer('In all.'),
        writtenBytes: integer('Less than `bytes` where parts did not change.'),
        pauseSeconds: seconds('For how long the application of frames paused; requests did not.'),
        seconds: seconds('Until it was on the disk.'),
      }),
      Type.Null(),
    ],
    { description: 'The newest; null before the first.' },
  ),
  checkpointBytes: integer('Of all checkpoints, with what is still needed of earlier ones.'),
  failedCheckpoints: integer('Since the start.'),
  freeBytes: Type.Integer({ description: 'On the disk; -1 unknown.' }),
});

const ReceiverSchema = Type.Object({
  state: Type.Enum(['connecting', 'running', 'stopped']),
  problems: Type.Array(
    Type.Object({
      code: Type.String(),
      message: Type.String({ description: 'What is wrong, and what would be right.' }),
      since: Type.String({ format: 'date-time' }),
      last: Type.String({ format: 'date-time' }),
      count: integer('How often.'),
    }),
  ),
  cluster: Type.String({ description: 'Id of the cluster; empty before it is known.' }),
  group: Type.Object({
    id: Type.String(),
    memberId: Type.String(),
    others: Type.Array(Type.String(), { description: 'Members that are not this receiver; there should be none.' }),
  }),
  topics: Type.Array(
    Type.Object({
      topic: Type.String(),
      incarnation: Type.String({ description: 'Tells it from a topic of the same name before it.' }),
      encoding: Type.String(),
      partitions: integer('Partitions read.'),
      records: integer('Records taken since the start.'),
      rate: Type.Number({ description: 'Records a second, of the last ten seconds.' }),
      bytes: integer('Their bytes as fetched.'),
      poison: integer('Records that could not be read.'),
      lost: integer('Records that were deleted before they could be read.'),
      lag: integer('Records written and not yet taken for certain.'),
    }),
  ),
  deadLetters: Type.Object(
    { sent: integer('Sent.'), failed: integer('Not taken by the brokers.'), dropped: integer('Too many waited.') },
    { description: 'Copies of records that could not be read.' },
  ),
});

const ExporterSchema = Type.Object({
  exporter: Type.String(),
  pipeline: Type.String(),
  problem: Type.String({ description: 'Why the last attempt failed; empty when it did not.' }),
  delivered: integer('Changes that the other side took.'),
  batches: integer('Requests that it took.'),
  failedAttempts: integer('Attempts that failed and are made again.'),
  deadLettered: integer('Changes that were refused for good or given up.'),
  forgotten: integer('Dead letters that made room for newer ones.'),
  lost: integer('Changes that were no longer kept when their turn came, at most.'),
  behind: integer('Changes that are not sent yet, with those that will not be.'),
});

const HistorySchema = Type.Object({
  begin: Type.Union([Type.String({ format: 'date-time' }), Type.Null()], {
    description: 'From when on the past can be asked; null when it cannot.',
  }),
  through: integer('Frame up to which everything is kept.'),
  bytes: integer('In use.'),
  maxBytes: integer('At most.'),
  rows: Type.Object({
    minutes: integer('By the minute.'),
    ten_minutes: integer('By ten minutes.'),
    hours: integer('By the hour.'),
    bases: integer('Sums that spare a way.'),
  }),
  coarsened: integer('How often detail was given up before its time, since there was no room.'),
  damagedRows: integer('Rows that could not be read and were given up, since the start.'),
  damage: Type.String({ description: 'What the newest of them held; empty while there is none.' }),
  message: Type.String({ description: 'Why nothing can be kept; empty while all is well.' }),
});

const ToldSchema = Type.Union([
  Type.Object({ seq: integer('Its number.'), at: Type.String({ format: 'date-time' }) }),
  Type.Null(),
]);

const ChangesSchema = Type.Object({
  oldest: ToldSchema,
  newest: ToldSchema,
  bytes: integer('Of those that can be read.'),
  waiting: integer('Not stored yet, and not told.'),
  dropped: integer('Never told, since too many waited for the disk.'),
  message: Type.String({ description: 'Why nothing can be stored; empty while all is well.' }),
});

export const StatusSchema = Type.Object({
  version: Type.String(),
  startedAt: Type.String({ format: 'date-time' }),
  uptimeSeconds: Type.Number({ minimum: 0 }),
  ready: Type.Boolean(),
  listeners: Type.Array(
    Type.Object({
      component: Type.String(),
      protocol: Type.Enum(['grpc', 'http']),
      address: Type.String({ description: 'host:port as bound.' }),
      tls: Type.Enum(['off', 'on', 'mutual'], { description: '`mutual`: clients must show a certificate.' }),
      auth: Type.Enum(['none', 'token'], { description: '`token`: requests must carry one.' }),
    }),
  ),
  pipelines: Type.Record(Type.String(), Type.Object({ receivers: names, processors: names, exporters: names })),
  receivers: Type.Record(Type.String(), ReceiverSchema, { description: 'Those that fetch their data, by id.' }),
  exporters: Type.Array(ExporterSchema, { description: 'Those of changes, by pipeline.' }),
  configuration: Type.Object({
    loadedAt: Type.String({ format: 'date-time', description: 'When the configuration in force was read.' }),
    lastReload: Type.Union([ReloadSchema, Type.Null()], { description: 'Null before the first.' }),
  }),
  storage: Type.Union([StorageSchema, Type.Null()], { description: 'Null where nothing is kept.' }),
  history: Type.Union([HistorySchema, Type.Null()], { description: 'The graph of earlier.' }),
  changes: Type.Union([ChangesSchema, Type.Null()], { description: 'What was told.' }),
  graph: Type.Union([
    Type.Object({
      revision: integer('Grows with every change.'),
      asOf: Type.String({ format: 'date-time' }),
      nodes: integer('Nodes of every state.'),
      edges: integer('Edges of every state.'),
    }),
    Type.Null(),
  ]),
  stats: Type.Union([Type.Ref('Stats#'), Type.Null()]),
  diagnostics: Type.Array(Type.Ref('Diagnostic#')),
  tiers: Type.Array(
    Type.Object({
      name: Type.String(),
      used: integer('Entries held.'),
      limit: integer('Entries it may hold.'),
      bytesPerEntry: Type.Number(),
      horizonSeconds: Type.Number({ description: 'Seconds back it really reaches.' }),
      evicted: integer('Entries that had to go early.'),
    }),
    { description: 'The bounded memories of the correlator.' },
  ),
});

export const HealthSchema = Type.Object({ status: Type.String() });
