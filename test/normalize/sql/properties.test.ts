/** Whatever the text: an answer, never an error, in time linear in its length. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readStatement, readSummary, readTableName } from '../../../src/normalize/sql/statement.ts';
import { FAMILIES } from './cases/all.ts';

const SYSTEMS =
  `postgresql mysql microsoft.sql_server oracle.db sqlite gcp.bigquery clickhouse snowflake spark cassandra
other_sql azure.cosmosdb memgraph`.split(/\s+/);
const PIECES =
  `SELECT;FROM;JOIN;WHERE;INSERT;INTO;UPDATE;SET;DELETE;MERGE;USING;WITH;RECURSIVE;AS;CREATE;TABLE;INDEX;ON;DO;
BEGIN;END;IF;THEN;VALUES;UNION;COPY;TO;LATERAL;VIEW;ROWS;(;);,;.;..;...;*;=;::;:a;@b;#c;?;$1;$$;$x$;{;};[;];";';\`;--;/*;*/;
/*!;\\;a;b;t1;"q";[r];'s';1;2x;E'\\';q'[;N'x';%s;%(n)s;%;…;\n;é;0`.split(';');

/** How many characters are looked at while the text is read. */
function workOf(text: string, system: string): number {
  const { charCodeAt, indexOf } = String.prototype;
  let looks = 0;
  String.prototype.charCodeAt = function (at) {
    looks++;
    return charCodeAt.call(this, at);
  };
  String.prototype.indexOf = function (part, from = 0) {
    const at = indexOf.call(this, part, from);
    looks += (at < 0 ? this.length : at) - from;
    return at;
  };
  try {
    readStatement(text, system);
  } finally {
    Object.assign(String.prototype, { charCodeAt, indexOf });
  }
  return looks;
}

const KNOWN = FAMILIES.flatMap(([, families]) => families.flatMap(({ cases }) => cases.map(([text]) => text)));

/** A piece of a statement that means something. */
const piece = fc
  .tuple(fc.constantFrom(...KNOWN), fc.nat(400), fc.nat(400))
  .map(([text, start, length]) => text.slice(start % text.length, (start % text.length) + length));

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.array(fc.constantFrom(...PIECES, '; '), { maxLength: 60 }).map(pieces => pieces.join(' ')),
  fc.array(fc.constantFrom(...PIECES, '; '), { maxLength: 60 }).map(pieces => pieces.join('')),
  fc.array(piece, { maxLength: 6 }).map(pieces => pieces.join(' ')),
  fc.array(piece, { maxLength: 6 }).map(pieces => pieces.join('; ')),
);

test('any text gives one outcome, with effects exactly when it is `tables` and a reason exactly when it is `skip`', () => {
  fc.assert(
    fc.property(anyText, fc.constantFrom(...SYSTEMS), (text, system) => {
      for (const { outcome, effects, reason } of [readStatement(text, system), readSummary(text, system)]) {
        expect(effects.length > 0).toBe(outcome === 'tables');
        expect(reason !== '').toBe(outcome === 'skip');
        for (const effect of effects) expect(effect.table).not.toBe('');
      }
      readTableName(text, system);
    }),
    { numRuns: 10_000 },
  );
});

test('a semicolon adds statements up', () => {
  const statements = [
    'SELECT * FROM a',
    'INSERT INTO b SELECT * FROM a',
    'WITH x AS (SELECT 1) DELETE FROM c',
    'BEGIN',
    'SELECT 1',
  ];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...statements), { minLength: 1, maxLength: 6 }), parts => {
      const key = (text: string) => readStatement(text, 'postgresql').effects.map(e => `${e.verb} ${e.table}`);
      expect(key(parts.join('; ')).sort()).toEqual([...new Set(parts.flatMap(key))].sort());
    }),
  );
});

test('blanks, comments and the case of keywords mean nothing', () => {
  const blank = fc.constantFrom(' ', '\n', '\t ', '/* FROM x */', '-- FROM y\n', ' /*+ hint */ ');
  const words =
    'WITH r AS ( SELECT * FROM a JOIN b USING ( id ) ) UPDATE t SET n = 1 FROM r , c AS d WHERE t . id = d . id'.split(
      ' ',
    );
  fc.assert(
    fc.property(
      fc.array(blank, { minLength: words.length, maxLength: words.length }),
      fc.boolean(),
      (blanks, lower) => {
        const text = words.map((word, i) => (lower ? word.toLowerCase() : word) + blanks[i]!).join('');
        const effects = readStatement(text, 'postgresql').effects.map(e => `${e.verb} ${e.table}`);
        expect(effects).toEqual(['select a', 'select b', 'update t', 'select c']);
      },
    ),
  );
});

describe('a comment at any blank changes nothing', () => {
  for (const [name, families] of FAMILIES) {
    test(name, () => {
      for (const { system, cases } of families) {
        for (const [text] of cases) {
          const whole = workDone(text, system);
          for (const at of blanksOf(text)) {
            for (const comment of ['/* FROM made_up; */', '-- FROM made_up\n']) {
              const commented = `${text.slice(0, at)} ${comment} ${text.slice(at + 1)}`;
              expect(workDone(commented, system), commented).toEqual(whole);
            }
          }
        }
      }
    });
  }
});

function workDone(text: string, system: string): unknown {
  const { effects, outcome, reason, verb } = readStatement(text, system);
  return { effects, outcome, reason, verb };
}

/** Offsets of blanks outside of quotes; none in texts with comments of their own, or other quotes. */
function blanksOf(text: string): readonly number[] {
  if (/\/\*|--|#|\/\/|\$|"""|\[|\\/.test(text)) return [];
  let quote = '';
  return [...text].flatMap((character, at) => {
    if (quote !== '') quote = character === quote ? '' : quote;
    else if ('\'"`'.includes(character)) quote = character;
    return character === ' ' && quote === '' ? [at] : [];
  });
}

describe('twice the length is twice the work, and a text of 1 MB is cut', () => {
  const UNITS = [
    '(',
    '((SELECT * FROM (',
    'SELECT * FROM a,',
    "'",
    "''",
    '"a".',
    '$a$ $b$ ',
    '/*',
    '/* */',
    '--\n',
    '[',
    "q'[",
    'WITH a AS (',
    'a AS (SELECT 1), ',
    'FROM a JOIN ',
    'UPDATE a, b SET a.x=1,',
    '...',
    '. ',
    '{',
    '\\',
    "E'\\",
    'x',
    '1',
    '\n',
    ';',
    '/*traceparent=',
    'INSERT INTO a SELECT * FROM b;',
    '`',
    '@a,',
    '(a.b(',
    'é',
    '$',
    '-a',
    "'''",
    'DELETE a USING ',
    'IF a ',
    'nextval(',
    '@{a}',
    '@{',
    'a AS (SELECT * FROM b) ',
    '{',
    '/*!',
  ];
  for (const unit of UNITS) {
    test(JSON.stringify(unit), () => {
      for (const start of ['', 'SELECT * FROM ', 'WITH ', "EXEC('"]) {
        const textOf = (length: number) => (start + unit.repeat(Math.ceil(length / unit.length))).slice(0, length);
        for (const system of ['mysql', 'gcp.bigquery', 'other_sql']) {
          const half = workOf(textOf(4_007), system);
          const whole = workOf(textOf(8_014), system);
          expect(whole, `${start} in ${system}`).toBeLessThan(2.2 * half + 1000);
          expect(whole).toBeLessThan(8_014 * 25);
        }
      }
      const megabyte = unit.repeat(Math.ceil((1 << 20) / unit.length));
      expect(readStatement(megabyte, 'other_sql').truncated).toBe(true);
      expect(readSummary(megabyte, 'other_sql').truncated).toBe(true);
    });
  }
});
