import { describe, expect, test } from 'vitest';
import { type Effect, readStatement, type Statement } from '../../../src/normalize/sql/statement.ts';
import { FAMILIES } from './cases/all.ts';
import type { Family } from './cases/case.ts';

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

for (const [name, families] of FAMILIES) check(name, families);
