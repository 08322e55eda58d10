/** Statements cut anywhere: what was named before the cut is kept, and nothing is made up. */
import { describe, expect, test } from 'vitest';
import { readStatement } from '../../../src/normalize/sql/statement.ts';
import { FAMILIES } from './cases/all.ts';

const tablesOf = (text: string, system: string): ReadonlySet<string> =>
  new Set(readStatement(text, system).effects.map(effect => effect.table.toLowerCase()));

/** The cut text without quotes and blanks at its end, which then is the beginning of a name. */
const withoutEnd = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(/(["\]`])\1/g, '$1')
    .replace(/["'\]`\s.*-]+$/, '');

/** The last name may be the beginning of a longer one. */
const isLast = (table: string, cut: string): boolean => withoutEnd(cut).endsWith(withoutEnd(table));

/** What is changed may be an alias, whose table was still to come. */
const isAlias = (table: string, cut: string, rest: string): boolean =>
  /\b(update|delete)\b/i.test(cut) && new RegExp(`\\b${table}\\b`, 'i').test(rest);

/** Words that are no tables because of what follows them, further away than the next character. */
const TOLD_LATER = new Set(['rows', 'first', 'final', 'old', 'the', 'directory', 'local', 'function']);

/** An alias in DELETE FROM … USING is that of a target where both have the target's name. */
const LOSES = 'DELETE FROM a USING b, c AS x WHERE a.id = b.id';

describe('a statement that is cut at any character', () => {
  for (const [name, families] of FAMILIES) {
    test(name, () => {
      for (const { system, cases } of families) for (const [text] of cases) cutEverywhere(text, system);
    });
  }
});

function cutEverywhere(text: string, system: string): void {
  const whole = tablesOf(text, system);
  const kept = new Set<string>();
  for (let length = 0; length < text.length; length++) {
    const cut = text.slice(0, length);
    const found = tablesOf(cut, system);
    for (const table of kept) if (!found.has(table) && text !== LOSES) expect.fail(`${table} is lost in ${cut}`);
    for (const table of found) {
      if (isLast(table, cut)) continue;
      if (whole.has(table)) kept.add(table);
      else if (!TOLD_LATER.has(table) && !isAlias(table, cut, text.slice(length)))
        expect.fail(`${table} is made up in ${cut}`);
    }
  }
}

test.each([
  'DELETE F',
  'DELETE FRO',
  'INSERT I',
  'INSERT INT',
  'MERGE INT',
  'REPLACE IN',
  'COPY INT',
  'CREATE TABLE order',
  'DROP TABLE',
  'TABLE ',
])('the beginning of a keyword is no table: %s', text => {
  expect(readStatement(text, 'other_sql')).toMatchObject({ effects: [], outcome: 'verb_only' });
});

test('a name at the end of a text as long as instrumentations cut is none', () => {
  const start = 'SELECT * FROM orders JOIN ';
  for (const length of [1000, 1024, 4096]) {
    const text = `${start}${'x'.repeat(length - start.length)}`;
    expect([...tablesOf(text, 'postgresql')]).toEqual(['orders']);
    expect(tablesOf(`${text}yy`, 'postgresql').size).toBe(2);
  }
});
