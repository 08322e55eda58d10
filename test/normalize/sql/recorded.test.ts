/**
 * Statements that other projects collected, with the tables they expect. They lie beside the checkout. Every statement
 * must be read as expected, but for the deviations listed, each for the reason given there.
 */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { readStatement, readSummary, type Statement } from '../../../src/normalize/sql/statement.ts';
import { type Deviation, JAVA_AGENT, SQL_METADATA, SUMMARIES } from './deviations.ts';

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

/** Holds what deviates against the list, and returns the share that does not. */
function shareMet(cases: readonly Expected[], listed: readonly Deviation[]): number {
  const deviations = cases.flatMap(({ sql, system, tables }) => {
    const found = tablesOf(readStatement(sql, system));
    const expected = normalize(tables);
    return found.join() === expected.join() ? [] : [{ text: sql.trim().replaceAll(/\s+/g, ' '), found, expected }];
  });
  const unlisted = deviations.filter(
    ({ text, found, expected }) =>
      !listed.some(
        one => text.startsWith(one.begins) && same(one.found, found) && same(one.expected, expected) && one.reason,
      ),
  );
  expect(unlisted).toEqual([]);
  for (const { begins } of listed) {
    expect(
      deviations.some(({ text }) => text.startsWith(begins)),
      `no longer deviates: ${begins}`,
    ).toBe(true);
  }
  return 1 - deviations.length / cases.length;
}

const same = (a: readonly string[], b: readonly string[]): boolean => a.join() === b.join();

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
  test('sql-metadata: all but a temporary table', () => {
    const cases = readJson('sql-metadata/tables-cases.json') as { sql: string; tables: readonly string[] }[];
    expect(cases.length).toBeGreaterThan(200);
    const share = shareMet(
      cases.map(c => ({ ...c, system: 'other_sql' })),
      SQL_METADATA,
    );
    expect(share).toBeGreaterThanOrEqual(0.99);
  });

  test('summaries of OpenTelemetry .NET: all that follow the rules, over nine of ten in all', () => {
    expect(shareMet(summaryCases(), SUMMARIES)).toBeGreaterThanOrEqual(0.92);
  });

  test('tables that the Java agent reported for real statements: all but those it leaves out', () => {
    const cases = readJson('robotframework-otlp/distinct-statements.json') as {
      sql: string | null;
      db_sql_table_reported: readonly string[];
    }[];
    const real = cases.filter(c => c.sql !== null);
    expect(real.length).toBeGreaterThan(50);
    for (const { sql } of real) expect(readStatement(sql!, 'postgresql').outcome, sql!).toBe('tables');
    const reported = real.flatMap(({ sql, db_sql_table_reported: tables }) =>
      tables.length > 0 ? [{ sql: sql!, system: 'postgresql', tables }] : [],
    );
    expect(shareMet(reported, JAVA_AGENT)).toBeGreaterThanOrEqual(0.95);
  });

  test('statements and procedures of the .NET SqlClient', () => {
    const cases = readJson('otel-dotnet-sql/OpenTelemetry.Instrumentation.SqlClient.Tests/SqlClientTestCases.json') as {
      input: { commandText: string };
      expected: { 'db.query.summary': string };
    }[];
    for (const { input, expected } of cases) {
      const statement = readStatement(input.commandText, 'microsoft.sql_server');
      const summary = readSummary(expected['db.query.summary'], 'microsoft.sql_server');
      expect([statement.outcome, tablesOf(statement)]).toEqual([summary.outcome, tablesOf(summary)]);
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
