import type { Family } from './case.ts';

export const DEFINITIONS: readonly Family[] = [
  {
    system: 'postgresql',
    cases: [
      ['CREATE TABLE orders (id int PRIMARY KEY, c int REFERENCES customers (id) ON DELETE CASCADE)', 'create orders'],
      ['CREATE UNLOGGED TABLE IF NOT EXISTS audit.orders (id int)', 'create audit.orders'],
      ['CREATE TABLE a AS SELECT * FROM b WITH NO DATA', 'create a', 'select b'],
      ['CREATE TABLE a AS WITH x AS (SELECT * FROM b) SELECT * FROM x', 'create a', 'select b'],
      ['CREATE OR REPLACE VIEW v AS SELECT * FROM a JOIN b USING (id)', 'create v', 'select a', 'select b'],
      ['CREATE MATERIALIZED VIEW v AS SELECT * FROM a', 'create v', 'select a'],
      ['REFRESH MATERIALIZED VIEW CONCURRENTLY v', 'refresh v'],
      ['CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON ONLY orders USING btree (a, b)', 'create orders'],
      ['ALTER TABLE IF EXISTS ONLY orders ADD COLUMN a int, DROP COLUMN b', 'alter orders'],
      ['ALTER TABLE orders ADD CONSTRAINT c FOREIGN KEY (a) REFERENCES b (id) ON UPDATE SET NULL', 'alter orders'],
      ['ALTER TABLE orders RENAME TO old_orders', 'alter orders'],
      ['DROP TABLE IF EXISTS a, audit.b CASCADE', 'drop a', 'drop audit.b'],
      ['DROP MATERIALIZED VIEW v', 'drop v'],
      ['DROP INDEX i', '(verb_only)'],
      ['CREATE SCHEMA audit', '(verb_only)'],
      ['CREATE EXTENSION IF NOT EXISTS pgcrypto', '(verb_only)'],
      ['CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT id FROM a $$', '(verb_only)'],
      ['CREATE TRIGGER t AFTER INSERT OR UPDATE ON a FOR EACH ROW EXECUTE FUNCTION f()', '(verb_only)'],
      ['CREATE PUBLICATION p FOR TABLE a, b', '(verb_only)'],
      ['CREATE TEMP TABLE t (id int)', '(session)'],
    ],
  },
  {
    system: 'mysql',
    cases: [
      ['CREATE TABLE a LIKE b', 'create a'],
      ['CREATE TABLE a SELECT * FROM b', 'create a', 'select b'],
      [
        'CREATE ALGORITHM=MERGE DEFINER=`root`@`%` SQL SECURITY DEFINER VIEW v AS SELECT * FROM a',
        'create v',
        'select a',
      ],
      ['DROP INDEX i ON t', 'drop t'],
      ['ALTER TABLE t MODIFY a INT AFTER b, ADD INDEX i (a)', 'alter t'],
      ['CREATE PROCEDURE p() BEGIN INSERT INTO a VALUES (1); DELETE FROM b; END', '(verb_only)'],
    ],
  },
  {
    system: 'microsoft.sql_server',
    cases: [
      ['ALTER INDEX IX_A ON dbo.Orders REBUILD', 'alter dbo.orders'],
      ['CREATE TABLE #t (Id int)', '(session)'],
      ['CREATE PROCEDURE p AS SELECT * FROM a; SELECT * FROM b', '(verb_only)'],
    ],
  },
  { system: 'clickhouse', cases: [['ALTER TABLE t UPDATE x = 1 WHERE y', 'alter t']] },
];
