import { describe, expect, test } from 'vitest';
import { readStatement } from '../../../src/normalize/sql/statement.ts';

const PARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
const parentOf = (text: string) => readStatement(text, 'postgresql').traceparent;
const verbOf = (text: string) => readStatement(text, 'postgresql').verb;

describe('traceparent', () => {
  test('is read from a comment in front or at the end', () => {
    expect(parentOf(`INSERT INTO t VALUES (1) /*action='x',traceparent='${PARENT}'*/;`)).toBe(PARENT);
    expect(parentOf(`/*dddbs='shop',traceparent='${PARENT}'*/ SELECT 1`)).toBe(PARENT);
    expect(parentOf(`EXPLAIN SELECT 1 -- traceparent='${PARENT.toUpperCase()}'`)).toBe(PARENT);
  });

  test('is not read from data, nor when malformed or cut', () => {
    expect(parentOf(`INSERT INTO t VALUES ('/*traceparent=''${PARENT}''*/')`)).toBe('');
    expect(parentOf(`SELECT 1 /*traceparent='${PARENT.replace('b', 'x')}'*/`)).toBe('');
    expect(parentOf(`SELECT 1 /*traceparent='${PARENT.slice(0, 40)}`)).toBe('');
  });
});

describe('verb', () => {
  test('is the first that works on data', () => {
    expect(verbOf('SELECT 1; UPDATE t SET a = 1; DELETE FROM u')).toBe('update');
    expect(verbOf('WITH a AS (SELECT * FROM b) INSERT INTO c SELECT * FROM a')).toBe('insert');
    expect(verbOf('SET x = 1; CALL p()')).toBe('call');
    expect(verbOf('SELECT close_day(1)')).toBe('select');
    expect(verbOf('DROP INDEX i')).toBe('drop');
  });

  test('of a skipped statement is its first word, of a block none', () => {
    expect(verbOf('BEGIN')).toBe('begin');
    expect(verbOf('SELECT 1')).toBe('select');
    expect(verbOf('DO $$ BEGIN NULL; END $$')).toBe('');
  });
});

describe('truncated', () => {
  const truncated = (text: string) => readStatement(text, 'postgresql').truncated;

  test('when the text breaks off', () => {
    for (const text of ['SELECT a...', "SELECT 'a", 'SELECT "a', 'SELECT 1 /* a', 'SELECT $$a', 'SELECT a …']) {
      expect(truncated(text), text).toBe(true);
    }
  });

  test('not when values were left out of the middle', () => {
    for (const text of ['SELECT a FROM t WHERE b IN (...) AND c', 'SELECT a FROM t'])
      expect(truncated(text), text).toBe(false);
  });

  test('beyond 64 kB, and beyond 256 tables', () => {
    const long = readStatement(
      `SELECT * FROM a WHERE b = '${'x'.repeat(70_000)}' AND c IN (SELECT d FROM e)`,
      'postgresql',
    );
    expect(long.truncated).toBe(true);
    expect(long.effects.map(e => e.table)).toEqual(['a']);
    const many = Array.from({ length: 400 }, (_, i) => `t${i}`);
    const wide = readStatement(`SELECT * FROM ${many.join(', ')}`, 'postgresql');
    expect(wide.truncated).toBe(true);
    expect(wide.effects.map(e => e.table)).toEqual(many.slice(0, 256));
  });
});

test('one verb on one table is one effect, two verbs are two', () => {
  const { effects } = readStatement('SELECT * FROM a JOIN A x ON TRUE; DELETE FROM a; SELECT 1 FROM a', 'postgresql');
  expect(effects).toEqual([
    { verb: 'select', access: 'read', catalog: '', schema: '', table: 'a' },
    { verb: 'delete', access: 'write', catalog: '', schema: '', table: 'a' },
  ]);
});

test('what begins in one statement does not reach into the next', () => {
  for (const text of ["SELECT 1; SELECT a; 'b'", "WITH a AS (SELECT 1; ', 'FROM b", 'SELECT nextval(; a']) {
    expect(() => readStatement(text, 'other_sql'), text).not.toThrow();
  }
  expect(readStatement("SELECT a; 'b'", 'postgresql')).toMatchObject({ outcome: 'queries', effects: [] });
});
