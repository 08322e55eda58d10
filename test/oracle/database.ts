/**
 * Database spans: attributes in, what the span does to which store out.
 * Also the rule for nested database spans: the outer one counts, with identity parts taken from an inner one.
 */
import { readAttribute, readNumber } from './attributes.ts';
import { databaseNode, type NodeIdentity, type Store, tableNode, topicNode } from './names.ts';
import { type Attributes, CLIENT, type Span } from './span.ts';
import {
  type DataClass,
  type Effect,
  HOUSEKEEPING_NAMES,
  LOCAL_NAMES,
  SKIPPED_STATEMENTS,
  type SkipReason,
  STATEMENTS,
  SUMMARIES,
  TABLE_NAMES,
  VERBS,
} from './statements.ts';
import { COMMANDS, commandOf, isRedis, SKIPPED_COMMANDS, streamWorkOf } from './stores.ts';

const defaultPortOf = (attributes: Attributes) => (isRedis(attributes) ? 6379 : 5432);
const DEFAULT_SCHEMA = 'public';
const LOOPBACKS = ['localhost', '127.0.0.1'];

interface TableWork {
  readonly does: DataClass;
  readonly verbs: ReadonlySet<string>;
  readonly table: string;
  readonly schema: string;
  /** True where the statement's text named the table. */
  readonly named: boolean;
}

export interface DatabaseWork {
  readonly skip?: SkipReason;
  readonly store: Store;
  readonly tables: readonly TableWork[];
  /** What is done when no table is known. */
  readonly fallback: readonly Effect[];
  /** Topics of a command over several. */
  readonly streams?: StreamUses;
}

export interface StreamUses {
  readonly operation: 'send' | 'receive';
  readonly topics: readonly NodeIdentity[];
  readonly group: string | undefined;
}

/** One edge of a database span: a node, a direction and the verbs. */
export interface DatabaseUse {
  readonly does: DataClass;
  readonly node: NodeIdentity;
  readonly verbs: ReadonlySet<string>;
  readonly named: boolean;
}

export function hasDatabaseAttributes({ attributes, kind }: Span): boolean {
  return (
    systemOf(attributes) !== undefined ||
    statementOf(attributes) !== undefined ||
    readAttribute(attributes, 'db.query.summary') !== undefined ||
    tableOf(attributes) !== undefined ||
    operationOf(attributes) !== undefined ||
    (kind === CLIENT && databaseOf(attributes) !== undefined)
  );
}

export function readDatabaseWork(span: Span, environment: string | undefined): DatabaseWork {
  const { attributes } = span;
  const [database, schema = DEFAULT_SCHEMA] = databaseOf(attributes)?.split('|') ?? [];
  const store = { environment, system: systemOf(attributes), instance: instanceOf(span), database };
  if (isRedis(attributes)) return readCommands(span, store);
  const skip = skipReason(span);
  const operation = verbOf(operationOf(attributes));
  const fallback = [fallbackOf(span, operation)];
  const tables = skip === undefined ? tablesOf(attributes, operation, schema) : [];
  return { ...(skip && { skip }), store, tables, fallback };
}

/** What is done to the database as a whole: by the operation, the statement, or a verb that begins the span's name. */
function fallbackOf(span: Span, operation: string | undefined): Effect {
  if (operation !== undefined) return { does: VERBS.get(operation) ?? 'queries', verb: operation };
  const statement = statementOf(span.attributes);
  const verb = statement === undefined ? verbOf(span.name) : undefined;
  const does = VERBS.get(verb ?? '');
  if (verb !== undefined && does !== undefined) return { does, verb };
  return lookUpStatement(statement).find(effect => effect.table === undefined) ?? { does: 'queries', verb: '' };
}

/** The first word, without `BATCH` before it. */
function verbOf(text: string | undefined): string | undefined {
  return text
    ?.toLowerCase()
    .replace(/^batch /, '')
    .split(' ')[0];
}

/** Redis has no tables: what its commands do, they do to the database, unless they are messages. */
function readCommands(span: Span, store: Store): DatabaseWork {
  const text = commandOf(span.attributes) ?? '';
  const stream = streamWorkOf(span.attributes);
  if (stream !== undefined && stream.operation !== 'settle') {
    const topics = stream.names.map(name => topicNode(store.environment, 'redis', undefined, name));
    const streams = { operation: stream.operation, topics, group: stream.group };
    return { store, tables: [], fallback: [], streams };
  }
  const skip = SKIPPED_COMMANDS.get(text);
  const command = COMMANDS.get(text);
  if (skip === undefined && command === undefined) throw new Error(`the oracle does not know the command ${text}`);
  return { ...(skip && { skip }), store, tables: [], fallback: command?.does ?? [] };
}

const databaseOf = (attributes: Attributes) =>
  readAttribute(attributes, 'db.namespace', 'db.name', 'db.redis.database_index');
const systemOf = (attributes: Attributes) => readAttribute(attributes, 'db.system.name', 'db.system');
const statementOf = (attributes: Attributes) => readAttribute(attributes, 'db.query.text', 'db.statement');
const tableOf = (attributes: Attributes) => readAttribute(attributes, 'db.collection.name', 'db.sql.table');
const operationOf = (attributes: Attributes) => readAttribute(attributes, 'db.operation.name', 'db.operation');

function instanceOf({ attributes, resource }: Span): string | undefined {
  const address = readAttribute(
    attributes,
    'server.address',
    'net.peer.name',
    'network.peer.address',
    'net.sock.peer.addr',
    'net.peer.ip',
  );
  const named = address ?? readAttribute(attributes, 'peer.service', 'service.peer.name');
  if (named === undefined) return undefined;
  const host = named.toLowerCase().replace(/\.$/, '');
  const port = readNumber(attributes, 'server.port', 'net.peer.port');
  const suffix = port === undefined || port === defaultPortOf(attributes) ? '' : `:${port}`;
  if (!LOOPBACKS.includes(host)) return host + suffix;
  const isContained = Object.keys(resource).some(key => key.startsWith('k8s.') || key.startsWith('container.'));
  return isContained ? `local:${resource['service.name']}` : `local${suffix}`;
}

function skipReason(span: Span): SkipReason | undefined {
  if (HOUSEKEEPING_NAMES.includes(span.name)) return 'driver_housekeeping';
  const statement = statementOf(span.attributes);
  if (statement !== undefined) return SKIPPED_STATEMENTS.get(statement);
  return undefined;
}

function lookUpStatement(statement: string | undefined): readonly Effect[] {
  if (statement === undefined || SKIPPED_STATEMENTS.has(statement)) return [];
  const effects = STATEMENTS.get(statement);
  if (effects === undefined)
    throw new Error(`the oracle does not know the statement ${JSON.stringify(statement)}; add it to statements.ts`);
  return effects;
}

/** The table attribute for the operation's own verb, the summary, and every other table of the statement. */
function tablesOf(attributes: Attributes, operation: string | undefined, schema: string): TableWork[] {
  const statement = lookUpStatement(statementOf(attributes));
  const summaryText = readAttribute(attributes, 'db.query.summary');
  const summary = summaryText === undefined ? [] : (SUMMARIES.get(summaryText) ?? []);
  const ownVerb = operation ?? summary[0]?.verb ?? statement[0]?.verb;
  const tableText = tableOf(attributes);
  const table = tableText === undefined ? undefined : (TABLE_NAMES.get(tableText) ?? { table: tableText });
  const own: Effect[] =
    table === undefined || ownVerb === undefined
      ? []
      : [{ does: VERBS.get(ownVerb) ?? 'queries', verb: ownVerb, ...table }];
  const found: (TableWork & { verbs: Set<string>; named: boolean })[] = [];
  const add = (effect: Effect, named: boolean) => {
    if (effect.table === undefined) return;
    const where = { does: effect.does, table: effect.table, schema: effect.schema ?? schema };
    const known = found.find(
      one => one.does === where.does && one.table === where.table && one.schema === where.schema,
    );
    if (known === undefined) {
      found.push({ ...where, verbs: new Set([effect.verb]), named });
      return;
    }
    known.verbs.add(effect.verb);
    if (named) Object.assign(known, { named });
  };
  const local = LOCAL_NAMES.get(statementOf(attributes) ?? '');
  for (const effect of [...own, ...summary]) {
    if (local === undefined || effect.table !== local) add(effect, false);
  }
  for (const effect of statement) add(effect, true);
  return found;
}

/** The outer span's own parts first; the inner one fills what is missing. */
export function fillFromInner(outer: DatabaseWork, inner: DatabaseWork): DatabaseWork {
  return {
    ...outer,
    store: {
      ...outer.store,
      instance: outer.store.instance ?? inner.store.instance,
      database: outer.store.database ?? inner.store.database,
    },
    tables: outer.tables.length > 0 ? outer.tables : inner.tables,
  };
}

const DATA_CLASSES = ['reads', 'writes', 'queries'] as const;

/** One use per table and verb class, or one of the database when no table is known. */
export function usesOf(work: DatabaseWork): DatabaseUse[] {
  if (work.tables.length > 0) {
    return work.tables.map(({ does, verbs, table, schema, named }) => ({
      does,
      verbs,
      named,
      node: tableNode(work.store, schema, table),
    }));
  }
  const node = databaseNode(work.store);
  return DATA_CLASSES.flatMap(does => {
    const verbs = work.fallback.filter(effect => effect.does === does).map(({ verb }) => verb);
    return verbs.length === 0 ? [] : [{ does, verbs: new Set(verbs.filter(verb => verb !== '')), named: false, node }];
  });
}
