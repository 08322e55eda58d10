/** System catalogues: what a database keeps about itself. They are no tables of anybody's data. */
import type { TableName } from './names.ts';

const SCHEMAS = new Set(
  'information_schema pg_catalog pg_toast sys performance_schema sysibm sysibmadm syscat sysstat'.split(' '),
);

/** Schemas that are the system's own in some systems only. */
const SCHEMAS_OF: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ...['mysql', 'mariadb', 'tidb'].map(system => [system, new Set(['mysql'])] as const),
  ['clickhouse', new Set(['system'])],
  ['cassandra', new Set(['system', 'system_schema', 'system_auth', 'system_distributed', 'system_traces'])],
  ['cockroachdb', new Set(['crdb_internal', 'system'])],
  ['oracle.db', new Set(['system'])],
  ['teradata', new Set(['dbc'])],
]);

/** Unqualified names that begin like this are the system's own. */
const PREFIXES_OF: ReadonlyMap<string, RegExp> = new Map([
  ['sqlite', /^sqlite_/],
  ['cockroachdb', /^pg_/],
  ['firebirdsql', /^(rdb|mon)\$/],
  ['aws.redshift', /^(pg|stl|stv|svv|svl|svcs|sys)_/],
  ['oracle.db', /^((dba|cdb)_|g?v\$)/],
  ['oracle', /^((dba|cdb)_|g?v\$)/],
]);

/** By unqualified name, in any system. */
const TABLES = new Set(
  `dual sysdummy1 sqlite_master sqlite_schema sqlite_temp_master sqlite_temp_schema sqlite_sequence sqlite_stat1
  sysobjects syscolumns sysindexes sysdatabases sysusers systypes sysprocesses syscomments sysreferences sysforeignkeys
  systables nls_session_parameters nls_database_parameters product_component_version rdb$database rdb$relations
  rdb$relation_fields session_privs`.split(/\s+/),
);

/** BigQuery keeps these in every dataset. */
const OF_DATASETS = new Set(['__tables__', '__tables_summary__']);

const ORACLE_VIEWS = new Set(
  `tables tab_columns tab_cols objects views indexes ind_columns constraints cons_columns sequences users synonyms
  triggers source tab_comments col_comments tab_partitions tablespaces segments extents free_space data_files
  procedures arguments types jobs errors dependencies mviews lobs sys_privs role_privs tab_privs`.split(/\s+/),
);

/** Databases that a system brings along. */
const DATABASES_OF: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['microsoft.sql_server', new Set(['master', 'msdb', 'tempdb', 'model'])],
  ['snowflake', new Set(['snowflake'])],
  ['databricks', new Set(['system'])],
]);

/** What is a system's own, beside what every system has. */
export interface Catalogues {
  readonly schemas: ReadonlySet<string>;
  readonly databases: ReadonlySet<string>;
  readonly prefix: RegExp | undefined;
  readonly oracle: boolean;
}

const NONE: ReadonlySet<string> = new Set();
const COMMON: Catalogues = { schemas: NONE, databases: NONE, prefix: /^(pg_|g?v\$)/, oracle: false };

const CATALOGUES: ReadonlyMap<string, Catalogues> = new Map(
  [...SCHEMAS_OF.keys(), ...DATABASES_OF.keys(), ...PREFIXES_OF.keys(), 'oracle'].map(system => [
    system,
    {
      schemas: SCHEMAS_OF.get(system) ?? NONE,
      databases: DATABASES_OF.get(system) ?? NONE,
      prefix: PREFIXES_OF.get(system),
      oracle: system === 'oracle' || system === 'oracle.db',
    },
  ]),
);

export const cataloguesOf = (system: string): Catalogues => CATALOGUES.get(system) ?? COMMON;

export function isSystemCatalogue({ catalog, schema, table }: TableName, own: Catalogues): boolean {
  if (catalog !== '' && own.databases.has(catalog)) return true;
  if (schema !== '') return SCHEMAS.has(schema.toLowerCase()) || own.schemas.has(schema) || OF_DATASETS.has(table);
  const name = table.toLowerCase();
  return TABLES.has(name) || own.prefix?.test(name) === true || (own.oracle && isOracleView(name));
}

/** `all_tables`, `user_indexes`, … */
function isOracleView(name: string): boolean {
  const bar = name.indexOf('_');
  const scope = name.slice(0, bar);
  return (scope === 'all' || scope === 'user') && ORACLE_VIEWS.has(name.slice(bar + 1));
}
