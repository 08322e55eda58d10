/** What differs between database systems in how their statements are read, as data. */

export interface Dialect {
  /** A backslash escapes inside every string; `unsure`: only where the text looks so. */
  readonly backslash: boolean | 'unsure';
  /** `#` opens a comment; `unsure`: only before a blank. */
  readonly hashComments: boolean | 'unsure';
  /** `--` opens a comment only before a blank. */
  readonly dashNeedsBlank: boolean;
  /** `//` opens a comment. */
  readonly slashComments: boolean;
  /** `[name]`; `unsure`: unless it looks like a subscript. */
  readonly brackets: boolean | 'unsure';
  /** `$tag$ … $tag$`. */
  readonly dollarQuotes: boolean;
  readonly nestedComments: boolean;
  /** Three quotes open a string that three quotes close. */
  readonly tripleQuotes: boolean;
  /** Comments that open with `/*!` are code. */
  readonly versionComments: boolean;
  /** Quoted names: kept as they are, kept unless all upper case, or folded like all others. */
  readonly quotedNames: 'keep' | 'keep_mixed' | 'fold';
  /** One pair of backticks may hold a whole path. */
  readonly backtickPaths: boolean;
  /** Names may hold dashes where a table is due. */
  readonly dashedNames: boolean;
  /** `FROM orders o, o.lines`: the second is a column of the first. */
  readonly arrayPaths: boolean;
  /** `@name` where a table is due is a place with files, not a variable. */
  readonly stages: boolean;
  /** The schema that names belong to anyway, and the one of temporary tables; empty for none. */
  readonly mainSchema: string;
  readonly temporarySchema: string;
  /** Behind FORMAT an INSERT goes on with rows that are no SQL. */
  readonly inlineRows: boolean;
  /** `DO expression`, instead of an anonymous block. */
  readonly doEvaluates: boolean;
  /** A string may name a table. */
  readonly stringNames: boolean;
  /** What FROM names stands for the container that the request goes to, whatever it is called. */
  readonly anonymousSource: boolean;
  /** DELETE lists columns before FROM, and USING says nothing of tables. */
  readonly deletesColumns: boolean;
  /** Where `SELECT … INTO name` makes a table; elsewhere it fills a variable. */
  readonly selectIntoTable: 'always' | 'outside_blocks' | 'never';
  /** The table of one row that the system brings along, beside those of all systems. */
  readonly oneRow: string;
  /** A common table expression may name itself without RECURSIVE. */
  readonly selfReference: boolean;
}

const STANDARD: Dialect = {
  backslash: 'unsure',
  hashComments: 'unsure',
  dashNeedsBlank: false,
  slashComments: false,
  brackets: 'unsure',
  dollarQuotes: true,
  nestedComments: false,
  tripleQuotes: false,
  versionComments: true,
  quotedNames: 'keep_mixed',
  backtickPaths: false,
  dashedNames: false,
  arrayPaths: false,
  stages: false,
  mainSchema: '',
  temporarySchema: '',
  inlineRows: false,
  doEvaluates: false,
  stringNames: true,
  anonymousSource: false,
  deletesColumns: false,
  selectIntoTable: 'outside_blocks',
  oneRow: '',
  selfReference: true,
};

const POSTGRESQL: Dialect = {
  ...STANDARD,
  temporarySchema: 'pg_temp',
  stringNames: false,
  backslash: false,
  hashComments: false,
  brackets: false,
  nestedComments: true,
  versionComments: false,
  quotedNames: 'keep',
  selfReference: false,
};

const MYSQL: Dialect = {
  ...STANDARD,
  doEvaluates: true,
  stringNames: false,
  backslash: true,
  hashComments: true,
  dashNeedsBlank: true,
  brackets: false,
  dollarQuotes: false,
  quotedNames: 'fold',
  selectIntoTable: 'never',
  selfReference: false,
};

const SQL_SERVER: Dialect = {
  ...STANDARD,
  stringNames: false,
  backslash: false,
  hashComments: false,
  brackets: true,
  dollarQuotes: false,
  nestedComments: true,
  versionComments: false,
  quotedNames: 'fold',
  selectIntoTable: 'always',
};

const ORACLE: Dialect = {
  ...STANDARD,
  stringNames: false,
  backslash: false,
  hashComments: false,
  brackets: false,
  dollarQuotes: false,
  versionComments: false,
  selectIntoTable: 'never',
};

const SQLITE: Dialect = {
  ...STANDARD,
  mainSchema: 'main',
  temporarySchema: 'temp',
  backslash: false,
  hashComments: false,
  dollarQuotes: false,
  quotedNames: 'fold',
};

const LAKE: Dialect = {
  ...STANDARD,
  stringNames: false,
  backslash: true,
  hashComments: 'unsure',
  brackets: false,
  quotedNames: 'fold',
  backtickPaths: true,
  arrayPaths: true,
  selectIntoTable: 'never',
};

const BIGQUERY: Dialect = { ...LAKE, tripleQuotes: true, dashedNames: true };

const SNOWFLAKE: Dialect = {
  ...STANDARD,
  stringNames: false,
  backslash: true,
  slashComments: true,
  brackets: false,
  stages: true,
};

const COSMOS: Dialect = { ...STANDARD, anonymousSource: true };

const CASSANDRA: Dialect = { ...STANDARD, slashComments: true, brackets: false, deletesColumns: true };

const DIALECTS: ReadonlyMap<string, Dialect> = new Map([
  ...['postgresql', 'cockroachdb', 'yugabytedb', 'greenplum', 'edb', 'timescaledb', 'alloydb', 'opengauss'].map(
    s => [s, POSTGRESQL] as const,
  ),
  ['aws.redshift', { ...POSTGRESQL, quotedNames: 'fold', arrayPaths: true }],
  ...['mysql', 'mariadb', 'tidb', 'vitess', 'singlestore', 'percona', 'oceanbase', 'doris', 'starrocks'].map(
    s => [s, MYSQL] as const,
  ),
  ['microsoft.sql_server', SQL_SERVER],
  ['oracle.db', ORACLE],
  ['oracle', ORACLE],
  ['sqlite', SQLITE],
  ['clickhouse', { ...LAKE, inlineRows: true }],
  ...['hive', 'spark', 'databricks'].map(s => [s, LAKE] as const),
  ...['gcp.bigquery', 'bigquery', 'gcp.spanner'].map(s => [s, BIGQUERY] as const),
  ['snowflake', SNOWFLAKE],
  ['cassandra', CASSANDRA],
  ['scylladb', CASSANDRA],
  ['azure.cosmosdb', COSMOS],
  ['sap.hana', { ...STANDARD, oneRow: 'dummy' }],
]);

/** Graph stores: their languages have words of SQL that mean something else. */
const OTHER_LANGUAGES: ReadonlySet<string> = new Set(['memgraph', 'aws.neptune', 'janusgraph', 'arangodb']);

export const speaksSql = (system: string): boolean => !OTHER_LANGUAGES.has(system);

/** The dialect of a `db.system.name`; of an unknown one what most statements have in common. */
export function dialectOf(system: string): Dialect {
  return DIALECTS.get(system) ?? STANDARD;
}
