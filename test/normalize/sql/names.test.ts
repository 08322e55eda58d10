import { describe, expect, test } from 'vitest';
import { readTableName } from '../../../src/normalize/sql/statement.ts';

const CASES: readonly (readonly [name: string, system: string, table: string, schema?: string, catalog?: string])[] = [
  ['orders', 'postgresql', 'orders'],
  ['STOCK', 'postgresql', 'stock'],
  ['"Order"', 'postgresql', 'Order'],
  ['audit.events', 'postgresql', 'events', 'audit'],
  ['"Audit"."Event.Log"', 'postgresql', 'Event.Log', 'Audit'],
  ['shop.audit.events', 'postgresql', 'events', 'audit', 'shop'],
  ['[dbo].[Orders]', 'microsoft.sql_server', 'orders', 'dbo'],
  ['"Orders"', 'microsoft.sql_server', 'orders'],
  ['Shop..Orders', 'microsoft.sql_server', 'orders', '', 'shop'],
  ['`shop`.`Orders`', 'mysql', 'orders', 'shop'],
  ['"ORDERS"', 'oracle.db', 'orders'],
  ['"Orders"', 'oracle.db', 'Orders'],
  ['"ORDERS"', 'somethingdb', 'orders'],
  ['`p.d.T`', 'gcp.bigquery', 't', 'd', 'p'],
  ['select', 'postgresql', 'select'],
  ['order items', 'postgresql', 'order items'],
  ['"cut', 'postgresql', '"cut'],
  ['orders-2024', 'postgresql', 'orders-2024'],
  ['', 'postgresql', ''],
];

describe('a table attribute is read like a name in a statement, or as it stands', () => {
  for (const [name, system, table, schema = '', catalog = ''] of CASES) {
    test(`${system}: ${name}`, () => expect(readTableName(name, system)).toEqual({ catalog, schema, table }));
  }
});
