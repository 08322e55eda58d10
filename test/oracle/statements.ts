/**
 * The SQL statements and summaries of the generator, with what each does to which table.
 * The oracle has no SQL parser: it knows these by heart, and refuses any other text.
 */
export type DataClass = 'reads' | 'writes' | 'queries';

/** One thing a statement does; without a table it is done to the database. */
export interface Effect {
  readonly does: DataClass;
  readonly verb: string;
  readonly table?: string;
  readonly schema?: string;
}

export type SkipReason = 'health_check' | 'transaction_control' | 'settings' | 'driver_housekeeping';

const reads = (table: string, schema?: string): Effect => ({
  does: 'reads',
  verb: 'select',
  table,
  ...(schema && { schema }),
});
const writes = (verb: string, table: string, schema?: string): Effect => ({
  does: 'writes',
  verb,
  table,
  ...(schema && { schema }),
});

export const STATEMENTS: ReadonlyMap<string, readonly Effect[]> = new Map([
  ['SELECT id FROM orders WHERE id = $1', [reads('orders')]],
  ['select * from ORDERS where id = ?', [reads('orders')]],
  ['SELECT * FROM audit.events LIMIT 10', [reads('events', 'audit')]],
  ['SELECT o.id FROM orders o JOIN customers c ON c.id = o.customer_id', [reads('orders'), reads('customers')]],
  [
    'WITH recent AS (SELECT id FROM orders) SELECT * FROM recent JOIN stock ON stock.id = recent.id',
    [reads('orders'), reads('stock')],
  ],
  ['INSERT INTO orders (id, total) VALUES ($1, $2)', [writes('insert', 'orders')]],
  ['INSERT INTO "Order" (id) VALUES ($1)', [writes('insert', 'Order')]],
  ['INSERT INTO archive SELECT * FROM orders WHERE done', [writes('insert', 'archive'), reads('orders')]],
  ['UPDATE stock SET n = n - 1 WHERE id = $1', [writes('update', 'stock')]],
  ['DELETE FROM carts WHERE id = $1', [writes('delete', 'carts')]],
  ['TRUNCATE TABLE sessions', [writes('truncate', 'sessions')]],
  [
    'INSERT INTO orders (id) VALUES ($1); UPDATE stock SET n = 1 WHERE id = $2',
    [writes('insert', 'orders'), writes('update', 'stock')],
  ],
  [
    'INSERT INTO orders (id) VALUES ($1); DELETE FROM orders WHERE id = $2',
    [writes('insert', 'orders'), writes('delete', 'orders')],
  ],
  [
    'UPDATE stock SET n = 1 WHERE id = $1; SELECT n FROM stock WHERE id = $1',
    [writes('update', 'stock'), reads('stock')],
  ],
  ['CALL close_day($1)', [{ does: 'queries', verb: 'call' }]],
]);

export const SKIPPED_STATEMENTS: ReadonlyMap<string, SkipReason> = new Map([
  ['SELECT 1', 'health_check'],
  ['SELECT version()', 'health_check'],
  ['BEGIN', 'transaction_control'],
  ['COMMIT', 'transaction_control'],
  ['SET search_path TO audit', 'settings'],
  ['SHOW server_version', 'settings'],
]);

/** Span names of drivers that do no work on data, with or without a statement. */
export const HOUSEKEEPING_NAMES: readonly string[] = ['pg.connect', 'pg-pool.connect', 'sql.conn.prepare'];

export const SUMMARIES: ReadonlyMap<string, readonly Effect[]> = new Map([
  ['SELECT orders', [reads('orders')]],
  ['UPDATE stock', [writes('update', 'stock')]],
  ['INSERT archive SELECT orders', [writes('insert', 'archive'), reads('orders')]],
]);

/** What a table attribute names, by the text of the attribute. */
export const TABLE_NAMES: ReadonlyMap<string, { readonly table: string; readonly schema?: string }> = new Map([
  ['orders', { table: 'orders' }],
  ['STOCK', { table: 'stock' }],
  ['audit.events', { table: 'events', schema: 'audit' }],
  ['"Order"', { table: 'Order' }],
]);

export const VERBS: ReadonlyMap<string, DataClass> = new Map([
  ['select', 'reads'],
  ['insert', 'writes'],
  ['update', 'writes'],
  ['delete', 'writes'],
]);
