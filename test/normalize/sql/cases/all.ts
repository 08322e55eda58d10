import type { Family } from './case.ts';
import { CASSANDRA } from './cassandra.ts';
import { DEFINITIONS } from './define.ts';
import { INSTRUMENTED } from './instrumented.ts';
import { LAKES } from './lakes.ts';
import { MYSQL } from './mysql.ts';
import { WITHOUT_TABLES } from './no-table.ts';
import { ORACLE } from './oracle.ts';
import { POSTGRESQL } from './postgresql.ts';
import { SELECTS } from './select.ts';
import { SQL_SERVER } from './sql-server.ts';
import { SQLITE } from './sqlite.ts';
import { TEXTS } from './text.ts';
import { WRITES } from './write.ts';

/** Every statement of these tables, by what it shows. */
export const FAMILIES: readonly (readonly [name: string, families: readonly Family[]])[] = [
  ['SELECT reads its tables and nothing that only looks like one', SELECTS],
  ['statements that change data tell targets from sources', WRITES],
  ['definitions change the table they name', DEFINITIONS],
  ['statements without tables say why', WITHOUT_TABLES],
  ['quoting, comments and cuts', TEXTS],
  ['PostgreSQL and its relatives', POSTGRESQL],
  ['MySQL and MariaDB', MYSQL],
  ['SQL Server', SQL_SERVER],
  ['Oracle and Db2', ORACLE],
  ['SQLite and H2', SQLITE],
  ['analytical systems', LAKES],
  ['Cassandra', CASSANDRA],
  ['texts as object mappers and instrumentations send them', INSTRUMENTED],
];
