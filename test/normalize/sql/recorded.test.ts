/**
 * Statements that other projects collected, with the tables they expect. They lie beside the checkout. Every statement
 * must be read; where an expectation is not met, the deviation is printed. Known deviations, all deliberate:
 * temporary tables are no tables; `ALTER TABLE … APPEND FROM` counts its target alone; a name in single quotes is a
 * string; a qualified name in a WITH list is no valid SQL; summaries name indexes instead of their tables, leave out what
 * a view selects from, the table of TRUNCATE and of a bulk insert.
 */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { readStatement, readSummary, type Statement } from '../../../src/normalize/sql/statement.ts';

const DATA = new URL('../../../../shared/data/', import.meta.url);
const missing = !existsSync(DATA);
if (missing) console.warn(`skipped: collected statements are missing at ${fileURLToPath(DATA)}`);

interface Expected {
  readonly sql: string;
  readonly system: string;
  readonly tables: readonly string[];
}

const readJson = (path: string): unknown => JSON.parse(readFileSync(new URL(path, DATA), 'utf8'));

function tablesOf({ effects }: Statement): readonly string[] {
  const names = effects.map(e => [e.catalog, e.schema, e.table].filter(part => part !== '').join('.'));
  return normalize(names);
}

function normalize(names: readonly string[]): readonly string[] {
  return [...new Set(names.map(name => name.replaceAll(/["'`[\]]/g, '').toLowerCase()))].sort();
}

/** Prints what deviates and returns the share that does not. */
function shareMet(name: string, cases: readonly Expected[]): number {
  const deviations = cases.flatMap(({ sql, system, tables }) => {
    const found = tablesOf(readStatement(sql, system));
    const expected = normalize(tables);
    if (found.join() === expected.join()) return [];
    return [`  ${sql.replaceAll(/\s+/g, ' ').slice(0, 120)}\n    found ${found.join()}, expected ${expected.join()}`];
  });
  const share = 1 - deviations.length / cases.length;
  console.info(`${name}: ${(share * 100).toFixed(1)} % of ${cases.length}\n${deviations.join('\n')}`);
  return share;
}

const TPC_DS =
  `call_center catalog_page catalog_returns catalog_sales customer customer_address customer_demographics date_dim
household_demographics income_band inventory item promotion reason ship_mode store store_returns store_sales time_dim
warehouse web_page web_returns web_sales web_site`.split(/\s+/);

function summaryCases(): readonly Expected[] {
  const folder = 'otel-dotnet-sql/OpenTelemetry.Contrib.Shared.Tests/';
  const files = ['SqlProcessorTestCases.json', 'SqlProcessorAdditionalTestCases.json'];
  const cases = files.flatMap(
    file =>
      readJson(folder + file) as {
        input: { query: string; 'db.system.name': string };
        expected: { 'db.query.summary': string };
      }[],
  );
  return cases.map(({ input, expected }) => {
    const system = input['db.system.name'];
    return { sql: input.query, system, tables: tablesOf(readSummary(expected['db.query.summary'], system)) };
  });
}

describe.skipIf(missing)('tables that others expect', () => {
  test('sql-metadata', () => {
    const cases = readJson('sql-metadata/tables-cases.json') as { sql: string; tables: readonly string[] }[];
    expect(
      shareMet(
        'sql-metadata',
        cases.map(c => ({ ...c, system: 'other_sql' })),
      ),
    ).toBeGreaterThanOrEqual(0.95);
  });

  test('summaries of OpenTelemetry .NET', () => {
    expect(shareMet('otel-dotnet-sql', summaryCases())).toBeGreaterThanOrEqual(0.9);
  });

  test('the table that the Java agent reported for a real statement is among those found', () => {
    const cases = readJson('robotframework-otlp/distinct-statements.json') as {
      sql: string | null;
      db_sql_table_reported: readonly string[];
    }[];
    const real = cases.filter(c => c.sql !== null);
    expect(real.length).toBeGreaterThan(50);
    for (const { sql, db_sql_table_reported: reported } of real) {
      const statement = readStatement(sql!, 'postgresql');
      expect(statement.outcome, sql!).toBe('tables');
      expect(tablesOf(statement), sql!).toEqual(expect.arrayContaining([...normalize(reported)]));
    }
  });

  test('TPC-H and TPC-DS name no table beyond their schemas', () => {
    const h = readFileSync(new URL('sqlglot-fixtures/optimizer/tpc-h/tpc-h.sql', DATA), 'utf8');
    const tables = new Set(tablesOf(readStatement(h.slice(0, 60_000), 'postgresql')));
    const schema = ['customer', 'lineitem', 'nation', 'orders', 'part', 'partsupp', 'region', 'supplier'];
    expect([...tables].sort()).toEqual(schema);
    const ds = gunzipSync(readFileSync(new URL('sqlglot-fixtures/optimizer/tpc-ds/tpc-ds.sql.gz', DATA))).toString();
    const found = ds.split(';').flatMap(sql => tablesOf(readStatement(sql, 'other_sql')));
    expect(normalize(found)).toEqual(TPC_DS);
  });
});

describe.skipIf(missing)('statements that stress a parser', () => {
  for (const file of missing ? [] : ['identity.sql', 'optimizer/qualify_tables.sql']) {
    test(file, () => {
      const lines = readFileSync(new URL(`sqlglot-fixtures/${file}`, DATA), 'utf8').split('\n');
      expect(lines.length).toBeGreaterThan(100);
      for (const line of lines) {
        for (const system of ['postgresql', 'mysql', 'microsoft.sql_server', 'oracle.db', 'other_sql']) {
          const { outcome, effects } = readStatement(line, system);
          expect(effects.length > 0, line).toBe(outcome === 'tables');
        }
      }
    });
  }
});
