/**
 * Which tables a database span touches and how: the table attribute for its own verb, the summary, and every other
 * table of the statement. Without a table the database itself; without work on data a reason.
 */
import { ACCESS_QUERY, ACCESS_READ, ACCESS_WRITE, type PlanGap, type PlanTable } from '../lib/plans.ts';
import { STORE_FAMILIES, type StoreFamily } from './conventions/stores.ts';
import { isDriverHousekeeping, sqlAccess, sqlVerb } from './conventions/verbs.ts';
import { readStatement, readSummary, readTableName, type Statement, type TableName } from './sql/statement.ts';
import { storeTables } from './stores/tables.ts';

/** What a span says of its database work. */
export interface SpanDatabase {
  readonly system: string;
  readonly database: string;
  /** Schema from the namespace; empty = the system's default. */
  readonly schema: string;
  readonly collection: string;
  /** The same as a list: stores name several. */
  readonly collections: readonly string[];
  readonly operation: string;
  readonly summary: string;
  readonly statement: string;
  readonly spanName: string;
  /** Path or URL, and method, of a store that is spoken to over HTTP. */
  readonly path: string;
  readonly method: string;
}

export interface SpanTables {
  readonly tables: readonly PlanTable[];
  /** Why the span gives no edge; empty when it gives one. */
  readonly skipReason: string;
  /** Why tables may be missing. */
  readonly gap?: PlanGap;
  /** The database, where the span's is none. */
  readonly database?: string;
}

export function tablesOf(span: SpanDatabase): SpanTables {
  const family = STORE_FAMILIES.get(span.system);
  return family === undefined || speaksSql(span, family) ? sqlTables(span) : storeTables(span, family);
}

/** Some stores take statements beside their own operations. */
function speaksSql({ statement }: SpanDatabase, { language, namespaceIsTable }: StoreFamily): boolean {
  return (
    (language === 'sql' || namespaceIsTable === true) && sqlAccess(sqlVerb(statement)) >= 0 && /\s/.test(statement)
  );
}

const NONE = { schema: '', database: '', table: '', fromStatement: false };

/** Preparing a statement is no work on data, even where the span carries the statement. */
const PREPARE = /(^|[.\s])prepare\b/i;

function sqlTables(span: SpanDatabase): SpanTables {
  if (PREPARE.test(span.spanName)) return HOUSEKEEPING;
  const statement = span.statement === '' ? undefined : readStatement(span.statement, span.system);
  const summary = span.summary === '' ? undefined : readSummary(span.summary, span.system);
  const verb = statement ?? summary ?? readVerb(span.operation, span.system);
  const tables = new TableSet(span);
  if (statement) tables.addAll(statement, true);
  if (summary) tables.addAll(summary, false, statement);
  if (span.collection !== '' && verb?.outcome !== 'skip') tables.addCollection(statement);
  if (tables.list.length > 0) {
    return { tables: tables.list, skipReason: '', gap: statement?.truncated ? 'statement_truncated' : '' };
  }
  return withoutTables(span, statement ?? summary);
}

/** No table is named: the database itself by the verb, a query, or no work on data at all. */
function withoutTables(span: SpanDatabase, text: Statement | undefined): SpanTables {
  if (text === undefined && span.operation === '') return byName(span);
  const read = text ?? readVerb(span.operation, span.system);
  if (read?.outcome === 'skip') return { tables: [], skipReason: read.reason || 'health_check' };
  const verb = sqlVerb(read?.verb || span.operation);
  const access = sqlAccess(verb);
  if (text === undefined && access < 0 && isDriverHousekeeping(span.operation)) return HOUSEKEEPING;
  const known = access >= 0 && read?.outcome !== 'queries';
  return onDatabase(known ? access : ACCESS_QUERY, verb, gapOf(text));
}

/** Nothing but a name: what drivers do by themselves, a verb, or a query of some kind. */
function byName({ spanName, system }: SpanDatabase): SpanTables {
  const verb = sqlVerb(spanName);
  const changes = /^(select|insert|update|delete|merge|truncate)$/.test(verb);
  if (!changes && isDriverHousekeeping(spanName)) return HOUSEKEEPING;
  const read = readVerb(spanName, system);
  if (read !== undefined) return { tables: [], skipReason: read.reason };
  const access = changes || /^(create|alter|drop|upsert|replace|copy)$/.test(verb) ? sqlAccess(verb) : -1;
  return access < 0 ? onDatabase(ACCESS_QUERY, '', 'no_statement') : onDatabase(access, verb, 'no_statement');
}

const HOUSEKEEPING: SpanTables = { tables: [], skipReason: 'driver_housekeeping' };

function onDatabase(access: number, verb: string, gap: PlanGap): SpanTables {
  return { tables: [{ ...NONE, access, verbs: verb === '' ? [] : [verb] }], skipReason: '', gap };
}

/** An operation or a name alone may be one that gives no edge, as `COMMIT` or `SHOW`. */
function readVerb(text: string, system: string): Statement | undefined {
  const verb = sqlVerb(text);
  if (verb === '' || sqlAccess(verb) >= 0) return undefined;
  const read = readStatement(verb, system);
  return read.outcome === 'skip' && read.reason !== '' && read.reason !== 'empty' ? read : undefined;
}

function gapOf(read: Statement | undefined): PlanGap {
  if (read === undefined) return 'no_statement';
  if (read.truncated) return 'statement_truncated';
  return read.outcome === 'queries' ? '' : 'statement_unreadable';
}

/** Tables by name and access; the same table under several verbs of one access is one entry. */
class TableSet {
  readonly list: PlanTable[] = [];
  private readonly span: SpanDatabase;

  constructor(span: SpanDatabase) {
    this.span = span;
  }

  /** @param statement what a summary was made from: its names of other things than tables are none here either. */
  addAll(read: Statement, fromStatement: boolean, statement?: Statement): void {
    for (const effect of read.effects) {
      if (statement && isLocal(effect, statement)) continue;
      this.add(
        effect.catalog,
        effect.schema,
        effect.table,
        effect.access === 'read' ? ACCESS_READ : ACCESS_WRITE,
        effect.verb,
        fromStatement,
      );
    }
  }

  /**
   * The table attribute, for the operation's own verb; a statement that names the table knows the verb better. Agents
   * strip quotes, so names are compared without case.
   */
  addCollection(statement: Statement | undefined): void {
    const name = readTableName(this.span.collection, this.span.system);
    const schema = name.schema || this.span.schema;
    const isSame = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();
    const isNamed = (t: PlanTable) =>
      isSame(t.table, name.table) && (name.schema === '' || t.schema === '' || isSame(t.schema, schema));
    if (this.list.some(isNamed) || (statement && isLocal(name, statement))) return;
    const verb = sqlVerb(this.span.operation) || statement?.verb || sqlVerb(this.span.spanName);
    const access = sqlAccess(verb);
    this.add(name.catalog, name.schema, name.table, access < 0 ? ACCESS_READ : access, access < 0 ? '' : verb, false);
  }

  private add(
    catalog: string,
    schema: string,
    table: string,
    access: number,
    verb: string,
    fromStatement: boolean,
  ): void {
    const flat = SCHEMA_IS_DATABASE.has(this.span.system);
    const database = flat ? schema || catalog : catalog;
    const own = database.toLowerCase() === this.span.database.toLowerCase();
    const entry = { database: own ? '' : database, schema: flat ? '' : schema || this.span.schema, table, access };
    const at = this.list.findIndex(
      t => t.table === table && t.access === access && t.schema === entry.schema && t.database === entry.database,
    );
    const known = at < 0 ? undefined : this.list[at]!;
    const merged: PlanTable = {
      ...entry,
      verbs: verb === '' ? (known?.verbs ?? []) : [...new Set([...(known?.verbs ?? []), verb])],
      fromStatement: (known?.fromStatement ?? false) || fromStatement,
    };
    if (at < 0) this.list.push(merged);
    else this.list[at] = merged;
  }
}

/** True for a name that the statement gives to something else than a table of that name. */
function isLocal({ schema, table }: TableName, { locals, effects }: Statement): boolean {
  const name = (schema === '' ? table : `${schema}.${table}`).toLowerCase();
  if (!locals.some(local => local.toLowerCase() === name)) return false;
  return !effects.some(effect => effect.table.toLowerCase() === table.toLowerCase());
}

/** Systems whose `a.b` is database and table: they have no schemas of their own. */
export const SCHEMA_IS_DATABASE: ReadonlySet<string> = new Set([
  'mysql',
  'mariadb',
  'tidb',
  'vitess',
  'singlestore',
  'clickhouse',
  'cassandra',
  'hive',
  'spark',
]);
