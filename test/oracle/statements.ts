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

export type SkipReason =
  | 'health_check'
  | 'transaction_control'
  | 'settings'
  | 'explain'
  | 'prepare'
  | 'session'
  | 'grant'
  | 'catalog'
  | 'driver_housekeeping';

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
  ['SELECT audit.close_day($1)', [{ does: 'queries', verb: 'select' }]],
  ['DO $$ BEGIN PERFORM audit.close_day(1); END $$', [{ does: 'queries', verb: 'select' }]],
  ['SELECT * FROM $1', [{ does: 'reads', verb: 'select' }]],
  ['UPDATE %s SET n = 1', [{ does: 'writes', verb: 'update' }]],
  // The verb of the whole statement first
  [
    'WITH gone AS (DELETE FROM carts WHERE id = $1 RETURNING *) INSERT INTO archive SELECT * FROM gone',
    [writes('insert', 'archive'), writes('delete', 'carts')],
  ],
  [
    'MERGE INTO stock s USING (SELECT * FROM orders) o ON s.id = o.id WHEN MATCHED THEN UPDATE SET n = o.n WHEN NOT MATCHED THEN INSERT VALUES (o.id)',
    [writes('merge', 'stock'), reads('orders')],
  ],
  ['UPDATE stock s SET n = o.n FROM orders AS o WHERE o.id = s.id', [writes('update', 'stock'), reads('orders')]],
  ['DELETE FROM carts USING orders o WHERE o.id = carts.id', [writes('delete', 'carts'), reads('orders')]],
  [
    'INSERT INTO stock VALUES ($1) ON CONFLICT (id) DO UPDATE SET n = EXCLUDED.n WHERE EXISTS (SELECT 1 FROM orders)',
    [writes('insert', 'stock'), reads('orders')],
  ],
  [
    'SELECT * FROM orders o, LATERAL (SELECT * FROM stock WHERE stock.id = o.id) s, generate_series(1, 3) g',
    [reads('orders'), reads('stock')],
  ],
  ['(SELECT id FROM orders) UNION ALL TABLE archive', [reads('orders'), reads('archive')]],
  [
    'WITH RECURSIVE tree AS (SELECT * FROM stock UNION ALL SELECT s.* FROM stock s JOIN tree ON true) SELECT * FROM tree',
    [reads('stock')],
  ],
  ['SELECT id INTO archive FROM orders', [writes('create', 'archive'), reads('orders')]],
  ['CREATE TABLE archive AS SELECT * FROM orders', [writes('create', 'archive'), reads('orders')]],
  ['ALTER TABLE orders ADD COLUMN n int', [writes('alter', 'orders')]],
  ['DROP TABLE IF EXISTS carts, audit.events', [writes('drop', 'carts'), writes('drop', 'events', 'audit')]],
  ['COPY orders FROM STDIN', [writes('copy', 'orders')]],
  ['COPY audit.events TO STDOUT', [{ does: 'reads', verb: 'copy', table: 'events', schema: 'audit' }]],
  ['REFRESH MATERIALIZED VIEW archive', [writes('refresh', 'archive')]],
  ["/*action='pay'*/ SELECT * FROM orders -- FROM carts", [reads('orders')]],
  ['SELECT id FROM orders JOIN cust...', [reads('orders')]],
  ['BEGIN; DELETE FROM carts; COMMIT', [writes('delete', 'carts')]],
  [
    'DO $$ BEGIN IF NOT EXISTS (SELECT FROM orders) THEN INSERT INTO archive DEFAULT VALUES; END IF; END $$',
    [reads('orders'), writes('insert', 'archive')],
  ],
]);

export const SKIPPED_STATEMENTS: ReadonlyMap<string, SkipReason> = new Map([
  ['SELECT 1', 'health_check'],
  ['SELECT version()', 'health_check'],
  ['BEGIN', 'transaction_control'],
  ['COMMIT', 'transaction_control'],
  ['SET search_path TO audit', 'settings'],
  ['SHOW server_version', 'settings'],
  ["SELECT nextval('orders_id_seq'), $1::int AS n", 'health_check'],
  ['EXPLAIN ANALYZE DELETE FROM orders', 'explain'],
  ['PREPARE p AS SELECT * FROM orders', 'prepare'],
  ['DEALLOCATE ALL', 'prepare'],
  ['DISCARD ALL', 'session'],
  ['CREATE TEMP TABLE found (id int)', 'session'],
  ['GRANT SELECT ON orders TO reader', 'grant'],
  ['SELECT relname FROM pg_catalog.pg_class', 'catalog'],
]);

/** Span names of drivers that do no work on data, with or without a statement. */
export const HOUSEKEEPING_NAMES: readonly string[] = ['pg.connect', 'pg-pool.connect', 'sql.conn.prepare'];

export const SUMMARIES: ReadonlyMap<string, readonly Effect[]> = new Map([
  ['SELECT orders', [reads('orders')]],
  ['UPDATE stock', [writes('update', 'stock')]],
  ['INSERT archive SELECT orders', [writes('insert', 'archive'), reads('orders')]],
  ['SELECT SELECT orders "Order"', [reads('orders'), reads('Order')]],
  ['SELECT recent gone', [reads('recent'), reads('gone')]],
  ['BATCH DELETE audit.events', [writes('delete', 'events', 'audit')]],
]);

/** Names in a statement that stand for something else than a table, wherever a summary of it names them. */
export const LOCAL_NAMES: ReadonlyMap<string, string> = new Map([
  ['WITH recent AS (SELECT id FROM orders) SELECT * FROM recent JOIN stock ON stock.id = recent.id', 'recent'],
  ['WITH gone AS (DELETE FROM carts WHERE id = $1 RETURNING *) INSERT INTO archive SELECT * FROM gone', 'gone'],
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
