import type { Family } from './case.ts';

/** SQLite, and the embedded Java databases. */
export const SQLITE: readonly Family[] = [
  {
    system: 'sqlite',
    cases: [
      ['SELECT * FROM main.t, temp.u', 'select t'],
      ['SELECT * FROM [a b] JOIN "c" JOIN `d`', 'select a b', 'select c', 'select d'],
      ['SELECT * FROM t INDEXED BY i JOIN u NOT INDEXED ON 1', 'select t', 'select u'],
      ["SELECT * FROM t, json_each(t.doc) AS j, json_tree(t.doc, '$.a')", 'select t'],
      ['SELECT * FROM fts WHERE fts MATCH ? ORDER BY rank', 'select fts'],
      ["SELECT a FROM t WHERE a = ?1 AND b = :b AND c = @c AND d = $d AND e GLOB '*'", 'select t'],
      ['INSERT OR IGNORE INTO t (a) VALUES (?) ON CONFLICT DO NOTHING RETURNING rowid', 'insert t'],
      ['INSERT OR ROLLBACK INTO t DEFAULT VALUES', 'insert t'],
      ['REPLACE INTO t VALUES (1)', 'replace t'],
      ['UPDATE OR FAIL t INDEXED BY i SET a = 1 FROM u WHERE u.id = t.id', 'update t', 'select u'],
      ['DELETE FROM t WHERE rowid = 1 ORDER BY a LIMIT 1', 'delete t'],
      ['CREATE VIRTUAL TABLE f USING fts5(a, b)', 'create f'],
      [
        'CREATE TABLE t (a INTEGER PRIMARY KEY AUTOINCREMENT, b TEXT REFERENCES u ON UPDATE CASCADE) WITHOUT ROWID, STRICT',
        'create t',
      ],
      ['CREATE TEMP TABLE x AS SELECT * FROM t', 'select t'],
      ['CREATE TRIGGER tr AFTER INSERT ON t BEGIN UPDATE u SET a = 1; END', '(verb_only)'],
      ['ALTER TABLE t RENAME TO u', 'alter t'],
      ['ALTER TABLE t RENAME COLUMN a TO b', 'alter t'],
      ['DROP TABLE t', 'drop t'],
      ['PRAGMA foreign_keys = ON', '(settings)'],
      ["PRAGMA main.table_info('t')", '(settings)'],
      ["ATTACH DATABASE 'x.db' AS x", '(session)'],
      ['DETACH x', '(session)'],
      ["VACUUM INTO 'x.db'", '(settings)'],
      ['EXPLAIN QUERY PLAN SELECT * FROM t', '(explain)'],
      ['BEGIN IMMEDIATE', '(transaction_control)'],
      ['END TRANSACTION', '(transaction_control)'],
      ['RELEASE s', '(transaction_control)'],
      ['SELECT sqlite_version()', '(health_check)'],
      ['SELECT last_insert_rowid(), changes()', '(health_check)'],
      ["SELECT sql FROM sqlite_schema WHERE type = 'table'", '(catalog)'],
      ["SELECT * FROM pragma_table_info('t')", '(health_check)'],
      [
        'WITH RECURSIVE c(x) AS (VALUES(1) UNION ALL SELECT x+1 FROM c LIMIT 5) INSERT INTO t SELECT x FROM c',
        'insert t',
      ],
    ],
  },
  {
    system: 'h2database',
    cases: [
      ['MERGE INTO t KEY (id) VALUES (1, 2)', 'merge t'],
      ['MERGE INTO "T" (ID, A) KEY (ID) SELECT * FROM U', 'merge t', 'select u'],
      ['call next value for hibernate_sequence', '(queries)'],
      ['SELECT H2VERSION()', '(health_check)'],
      ['SELECT * FROM INFORMATION_SCHEMA.SETTINGS', '(catalog)'],
      ['select next_val as id_val from hibernate_sequence for update', 'select hibernate_sequence'],
    ],
  },
];
