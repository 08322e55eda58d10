/** What a statement, its summary and a table attribute say together. */
import { expect, test } from 'vitest';
import { ACCESS_READ, ACCESS_WRITE } from '../../../src/lib/plans.ts';
import { type SpanDatabase, tablesOf } from '../../../src/normalize/tables.ts';

const EMPTY: SpanDatabase = {
  system: 'postgresql',
  database: 'shop',
  schema: '',
  collection: '',
  collections: [],
  operation: '',
  summary: '',
  statement: '',
  spanName: 'query',
  path: '',
  method: '',
};

const ACCESS = new Map([
  [ACCESS_READ, 'reads'],
  [ACCESS_WRITE, 'writes'],
]);

/** `access database.schema.table verbs`, without the parts that are not said. */
function shown(span: Partial<SpanDatabase>): readonly string[] {
  return tablesOf({ ...EMPTY, ...span }).tables.map(({ access, database, schema, table, verbs }) => {
    const name = [database, schema, table].filter(part => part !== '').join('.');
    return `${ACCESS.get(access) ?? 'queries'} ${name} ${verbs.join('+')}`.trim();
  });
}

test('a summary adds the tables that the statement lacks, for its own verbs', () => {
  const statement = 'INSERT INTO archive SELECT * FROM ord...';
  expect(shown({ statement, summary: 'INSERT archive SELECT orders' })).toEqual([
    'writes archive insert',
    'reads orders select',
  ]);
});

test('a common table expression or an alias of the statement is no table of its summary or table attribute', () => {
  const recent = 'WITH recent AS (SELECT * FROM orders) SELECT * FROM recent';
  expect(shown({ statement: recent, summary: 'SELECT orders SELECT recent' })).toEqual(['reads orders select']);
  expect(shown({ statement: recent, collection: 'recent', operation: 'SELECT' })).toEqual(['reads orders select']);
  const alias = 'UPDATE o SET total = 1 FROM orders o';
  expect(shown({ statement: alias, summary: 'UPDATE o orders', system: 'microsoft.sql_server' })).toEqual([
    'writes orders update',
  ]);
  const shadowed = 'WITH orders AS (SELECT * FROM orders) SELECT * FROM orders';
  expect(shown({ statement: shadowed, summary: 'SELECT orders' })).toEqual(['reads orders select']);
});

test('a qualified name of the span’s own database is in it, however it is written', () => {
  const statement = 'SELECT * FROM Shop.dbo.Orders JOIN Crm.dbo.People ON 1 = 1';
  expect(shown({ statement, database: 'SHOP', system: 'microsoft.sql_server' })).toEqual([
    'reads dbo.orders select',
    'reads crm.dbo.people select',
  ]);
});

test('where schemas are databases, the name before the table is the database', () => {
  expect(shown({ statement: 'SELECT * FROM crm.people', system: 'mysql' })).toEqual(['reads crm.people select']);
  expect(shown({ statement: 'SELECT * FROM shop.orders', system: 'mysql' })).toEqual(['reads orders select']);
  expect(shown({ statement: 'SELECT * FROM cat.crm.people', system: 'spark' })).toEqual(['reads crm.people select']);
});

test('what is no SQL, or names a container by an alias, gives no table of its words', () => {
  expect(shown({ statement: 'MATCH (n:Person) DELETE n', system: 'neo4j' })).toEqual(['writes  delete']);
  expect(shown({ statement: 'MATCH (n:Person) DELETE n', system: 'memgraph' })).toEqual(['queries']);
  expect(
    shown({ statement: 'SELECT * FROM c WHERE c.id = @id', system: 'azure.cosmosdb', collections: ['Orders'] }),
  ).toEqual(['reads Orders select']);
});
