import { describe, expect, test } from 'vitest';
import { type Effect, readStatement, type Statement } from '../../../src/normalize/sql/statement.ts';
import type { Family } from './cases/case.ts';
import { DEFINITIONS } from './cases/define.ts';
import { WITHOUT_TABLES } from './cases/no-table.ts';
import { SELECTS } from './cases/select.ts';
import { TEXTS } from './cases/text.ts';
import { WRITES } from './cases/write.ts';

const READS = new Set(['select']);

function formatEffect({ verb, access, catalog, schema, table }: Effect): string {
  const expected = READS.has(verb) ? 'read' : 'write';
  const name = catalog ? `${catalog}.${schema}.${table}` : schema ? `${schema}.${table}` : table;
  return `${verb}${access === expected ? '' : `:${access}`} ${name}`;
}

function format(statement: Statement): readonly string[] {
  if (statement.outcome === 'tables') return statement.effects.map(formatEffect).sort();
  return [`(${statement.reason || statement.outcome})`];
}

function check(name: string, families: readonly Family[]): void {
  describe(name, () => {
    for (const { system, cases } of families) {
      for (const [text, ...effects] of cases) {
        test(`${system}: ${text}`, () => {
          expect(format(readStatement(text, system))).toEqual([...effects].sort());
        });
      }
    }
  });
}

check('SELECT reads its tables and nothing that only looks like one', SELECTS);
check('statements that change data tell targets from sources', WRITES);
check('definitions change the table they name', DEFINITIONS);
check('statements without tables say why', WITHOUT_TABLES);
check('quoting, comments and cuts', TEXTS);
