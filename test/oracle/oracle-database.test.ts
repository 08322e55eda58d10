/** The oracle's own guard: each sentence about database spans as one small trace. */
import { describe, expect, it } from 'vitest';
import { analyze, client, internal, postgres, START_US, server } from './cases.ts';

const ORDERS = 'table:postgresql/pg-1/shop/public/orders';
const DATABASE = 'database:postgresql/pg-1/shop';
const select = { 'db.query.text': 'SELECT id FROM orders WHERE id = $1' };

describe('database spans', () => {
  it('reads a table', () => {
    const seen = analyze(client('a', 1, 0, postgres(select)));
    expect(seen).toMatchObject({ edges: [`${ORDERS} reads a 1`], fates: ['inferred'] });
    expect(seen.edge('reads')).toMatchObject({ operations: { select: 1 }, evidence: { client_span: 1, statement: 1 } });
  });
  it('knows the old names', () => {
    const attributes = {
      'db.system': 'postgresql',
      'db.name': 'shop',
      'net.peer.name': 'PG-1',
      'net.peer.port': '5432',
      'db.statement': select['db.query.text'],
    };
    expect(analyze(client('a', 1, 0, { attributes })).edges).toEqual([`${ORDERS} reads a 1`]);
  });
  it('keeps other ports, schemas of the namespace, and what is unknown', () => {
    const edges = (more: Record<string, string | number>) =>
      analyze(client('a', 1, 0, postgres({ ...select, ...more }))).edges;
    expect(edges({ 'server.port': 6432 })).toEqual(['table:postgresql/pg-1:6432/shop/public/orders reads a 1']);
    expect(edges({ 'db.namespace': 'shop|audit' })).toEqual(['table:postgresql/pg-1/shop/audit/orders reads a 1']);
    expect(edges({ 'db.namespace': '', 'server.address': '' })).toEqual([
      'table:postgresql/~/~/public/orders reads a 1',
    ]);
  });
  it('counts once per table and verb class, and each verb once per span', () => {
    const text = 'INSERT INTO orders (id) VALUES ($1); DELETE FROM orders WHERE id = $2';
    expect(analyze(client('a', 1, 0, postgres({ 'db.query.text': text }))).edge('writes')).toMatchObject({
      count: 1,
      operations: { insert: 1, delete: 1 },
    });
    const copy = analyze(
      client('a', 1, 0, postgres({ 'db.query.text': 'INSERT INTO archive SELECT * FROM orders WHERE done' })),
    );
    expect(copy.edges).toEqual(['a writes table:postgresql/pg-1/shop/public/archive 1', `${ORDERS} reads a 1`]);
  });
  it('takes the table attribute for the own verb, and the summary', () => {
    const named = analyze(
      client('a', 1, 0, postgres({ 'db.collection.name': 'orders', 'db.operation.name': 'SELECT' })),
    );
    expect(named.edges).toEqual([`${ORDERS} reads a 1`]);
    expect(named.edge('reads').evidence).toEqual({ client_span: 1 });
    expect(analyze(client('a', 1, 0, postgres({ 'db.query.summary': 'SELECT orders' }))).edges).toEqual([
      `${ORDERS} reads a 1`,
    ]);
  });
  it('goes to the database where the table is unknown', () => {
    expect(analyze(client('a', 1, 0, postgres({ 'db.operation.name': 'SELECT' }))).edges).toEqual([
      `${DATABASE} reads a 1`,
    ]);
    expect(analyze(client('a', 1, 0, postgres({ 'db.query.text': 'CALL close_day($1)' }))).edges).toEqual([
      `a queries ${DATABASE} 1`,
    ]);
  });
  it.each([
    ['SELECT 1', 'health_check'],
    ['COMMIT', 'transaction_control'],
    ['SHOW server_version', 'settings'],
  ])('gives no edge for %s', (text, reason) => {
    const seen = analyze(client('a', 1, 0, postgres({ 'db.query.text': text })));
    expect(seen).toMatchObject({ edges: [], fates: ['skipped'], reasons: { [reason]: 1 } });
  });
  it('gives no edge for housekeeping of a driver, even with a statement', () => {
    expect(analyze(client('a', 1, 0, { ...postgres(select), name: 'sql.conn.prepare' })).reasons).toEqual({
      driver_housekeeping: 1,
    });
  });
});

describe('server below a database span', () => {
  it('wins, and takes the database edges back', () => {
    const seen = analyze(client('a', 1, 0, postgres(select)), server('b', 2, 1));
    expect(seen).toMatchObject({ edges: ['a calls b 1'], fates: ['paired', 'paired'] });
    expect(seen.document.nodes.map(node => node.id)).toEqual(['service:a', 'service:b']);
  });
});

describe('nested database spans', () => {
  const bare = (more: Record<string, string>) => ({ attributes: { 'db.system.name': 'postgresql', ...more } });
  it('count once; the outer takes what it lacks from the first inner', () => {
    const inner = client('a', 3, 2, postgres(select));
    const later = client('a', 4, 1, { ...postgres({ ...select, 'server.address': 'pg-2' }), startUs: START_US + 90 });
    const seen = analyze(client('a', 1, 0, bare({ 'db.operation.name': 'SELECT' })), internal('a', 2, 1), inner, later);
    expect(seen).toMatchObject({
      edges: [`${ORDERS} reads a 1`],
      fates: ['inferred', 'internal', 'inferred', 'inferred'],
    });
  });
  it('keep what the outer knows', () => {
    const outer = client('a', 1, 0, bare({ 'db.query.summary': 'UPDATE stock', 'db.namespace': 'own' }));
    expect(analyze(outer, client('a', 2, 1, postgres(select))).edges).toEqual([
      'a writes table:postgresql/pg-1/own/public/stock 1',
    ]);
  });
  it('are two works when service or system differ', () => {
    const [outer, other] = [
      client('a', 1, 0, postgres(select)),
      client('a', 2, 1, postgres({ ...select, 'db.system.name': 'mysql' })),
    ];
    expect(analyze(outer, other).edges).toHaveLength(2);
    expect(analyze(outer, client('b', 2, 1, postgres(select))).edges).toEqual([
      'a calls b 1',
      `${ORDERS} reads a 1`,
      `${ORDERS} reads b 1`,
    ]);
  });
});
