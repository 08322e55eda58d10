import type { Family } from './case.ts';

/** CQL. */
export const CASSANDRA: readonly Family[] = [
  {
    system: 'cassandra',
    cases: [
      ['SELECT * FROM ks.orders WHERE id = ? ALLOW FILTERING', 'select ks.orders'],
      ['SELECT JSON a, WRITETIME(b), TOKEN(c) FROM "Ks"."Orders" PER PARTITION LIMIT 2', 'select Ks.Orders'],
      ['SELECT * FROM t WHERE a = :a AND b IN ? AND c CONTAINS KEY ? AND d > maxTimeuuid(?)', 'select t'],
      ["INSERT INTO ks.t (a, b) VALUES (?, {1: 'x', 2: 'y'}) IF NOT EXISTS USING TTL ? AND TIMESTAMP ?", 'insert ks.t'],
      ['INSERT INTO t JSON \'{"a": 1}\' DEFAULT UNSET', 'insert t'],
      ["UPDATE ks.t USING TTL 60 SET a = a + {'x'}, b[?] = ?, c = c + 1 WHERE id = ? IF d = ?", 'update ks.t'],
      ['UPDATE t USING TIMESTAMP ? AND TTL ? SET a = ? WHERE id = ? IF EXISTS', 'update t'],
      ["DELETE a, b['x'] FROM ks.t USING TIMESTAMP ? WHERE id = ?", 'delete ks.t'],
      ['DELETE FROM t WHERE id = ? IF EXISTS', 'delete t'],
      [
        'BEGIN UNLOGGED BATCH USING TIMESTAMP 1 INSERT INTO a (x) VALUES (1); DELETE FROM b WHERE x = 1; UPDATE c SET y = 1 WHERE x = 1; APPLY BATCH;',
        'insert a',
        'delete b',
        'update c',
      ],
      ['BEGIN COUNTER BATCH UPDATE a SET n = n + 1 WHERE x = 1 APPLY BATCH', 'update a'],
      ['TRUNCATE ks.t', 'truncate ks.t'],
      ['TRUNCATE TABLE t', 'truncate t'],
      [
        "CREATE TABLE IF NOT EXISTS ks.t (a uuid, b map<text, frozen<list<int>>>, PRIMARY KEY ((a), b)) WITH CLUSTERING ORDER BY (b DESC) AND comment = 'x'",
        'create ks.t',
      ],
      ['CREATE COLUMNFAMILY t (a int PRIMARY KEY)', 'create t'],
      [
        'CREATE MATERIALIZED VIEW ks.v AS SELECT * FROM ks.t WHERE a IS NOT NULL PRIMARY KEY (a)',
        'create ks.v',
        'select ks.t',
      ],
      ["CREATE KEYSPACE ks WITH replication = {'class': 'SimpleStrategy'}", '(verb_only)'],
      ['CREATE TYPE ks.address (street text)', '(verb_only)'],
      ["CREATE CUSTOM INDEX i ON ks.t (a) USING 'x'", 'create ks.t'],
      ['ALTER TABLE ks.t ADD c int', 'alter ks.t'],
      ['ALTER KEYSPACE ks WITH replication = {}', '(verb_only)'],
      ['DROP TABLE IF EXISTS ks.t', 'drop ks.t'],
      ['DROP KEYSPACE ks', '(verb_only)'],
      ['USE ks', '(session)'],
      ['LIST ROLES', '(session)'],
      ['SELECT release_version FROM system.local', '(catalog)'],
      ['SELECT * FROM system_schema.tables', '(catalog)'],
    ],
  },
];
