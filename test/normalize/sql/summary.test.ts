import { describe, expect, test } from 'vitest';
import { readSummary } from '../../../src/normalize/sql/statement.ts';

const effectsOf = (summary: string, system = 'postgresql') =>
  readSummary(summary, system).effects.map(e => `${e.verb} ${e.schema ? `${e.schema}.` : ''}${e.table}`);

describe('a summary names tables by operation', () => {
  const CASES: readonly (readonly [summary: string, system: string, ...effects: string[]])[] = [
    ['SELECT orders customers', 'postgresql', 'select orders', 'select customers'],
    ['INSERT shipping_details SELECT orders', 'postgresql', 'insert shipping_details', 'select orders'],
    ['SELECT SELECT orders customers', 'postgresql', 'select orders', 'select customers'],
    ['SELECT "song list" \'artists\'', 'postgresql', 'select song list', 'select artists'],
    ['SELECT audit.events "Order"', 'postgresql', 'select audit.events', 'select Order'],
    ['BATCH INSERT t', 'postgresql', 'insert t'],
    ['CREATE TABLE t', 'postgresql', 'create t'],
    ['TRUNCATE TABLE t', 'postgresql', 'truncate t'],
    ['SELECT user', 'postgresql', 'select user'],
    ['SELECT table', 'postgresql', 'select table'],
    ['SELECT [dbo].[Person] [dbo].[Address]', 'microsoft.sql_server', 'select dbo.person', 'select dbo.address'],
    ['SELECT [#Temp] Orders', 'microsoft.sql_server', 'select orders'],
  ];
  for (const [summary, system, ...effects] of CASES) {
    test(`${system}: ${summary}`, () => expect(effectsOf(summary, system)).toEqual(effects));
  }
});

test('operations without a table', () => {
  expect(readSummary('SELECT', 'postgresql')).toMatchObject({ outcome: 'verb_only', verb: 'select' });
  expect(readSummary('CREATE INDEX i', 'postgresql')).toMatchObject({ outcome: 'verb_only', verb: 'create' });
  expect(readSummary('call close_day', 'postgresql')).toMatchObject({ outcome: 'queries', verb: 'call' });
  expect(readSummary('EXECUTE close_day', 'postgresql')).toMatchObject({ outcome: 'queries', verb: 'call' });
  expect(readSummary('sp_close_day', 'postgresql')).toMatchObject({ outcome: 'queries' });
  expect(readSummary('COMMIT', 'postgresql')).toMatchObject({ outcome: 'skip', reason: 'transaction_control' });
  expect(readSummary('select sys.databases', 'microsoft.sql_server')).toMatchObject({
    outcome: 'skip',
    reason: 'catalog',
  });
  expect(readSummary(' ', 'postgresql')).toMatchObject({ outcome: 'skip', reason: 'empty' });
});

test('a name that the limit of 255 characters may have cut does not count', () => {
  const summary = `SELECT orders ${'x'.repeat(300)}`.slice(0, 255);
  expect(effectsOf(summary)).toEqual(['select orders']);
});
