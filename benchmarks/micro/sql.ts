/** SQL statements → effects, without a cache, on statements as instrumentations send them. */
import { existsSync, readFileSync } from 'node:fs';
import { readStatement } from '../../src/normalize/sql/statement.ts';
import { type Bench, benchAll } from './harness.ts';

/** About 80 characters each. */
const SHORT = [
  'SELECT o.id, o.total, c.name FROM orders o JOIN customers c ON c.id = o.customer_id WHERE o.id = $1',
  'INSERT INTO order_lines (order_id, sku, quantity, price) VALUES ($1, $2, $3, $4)',
  'UPDATE "public"."stock" SET "quantity" = "quantity" - $1 WHERE "sku" = $2',
  "DELETE FROM carts WHERE session_id = ? AND updated_at < ? AND state = 'open'",
  'SELECT id, name, price FROM products WHERE category_id = ? ORDER BY name LIMIT 50',
  "INSERT INTO archive SELECT * FROM orders WHERE closed_at < now() - interval '1 y'",
];

const LONG = `WITH recent AS (SELECT id, customer_id, total FROM orders WHERE created_at > $1),
  spent AS (SELECT customer_id, sum(total) AS total FROM recent GROUP BY customer_id HAVING sum(total) > 100)
SELECT c.id, c.name, s.total, (SELECT count(*) FROM tickets t WHERE t.customer_id = c.id AND t.state <> 'closed')
FROM customers c LEFT JOIN addresses a ON a.customer_id = c.id AND a.kind IN ('home', 'work')
JOIN spent s ON s.customer_id = c.id WHERE c.region = ANY ($2) AND EXISTS (SELECT 1 FROM consents n
WHERE n.customer_id = c.id AND n.granted) ORDER BY s.total DESC, c.name LIMIT 20 OFFSET 40
/*traceparent='00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'*/`;

const ROWS = `INSERT INTO t (a, b, c) VALUES ${Array.from({ length: 500 }, () => "(1, 'it''s', NULL)").join(', ')}`;

/** Statements that real services sent, and those that a test suite of tables holds; they lie beside the checkout. */
const RECORDED = ['robotframework-otlp/distinct-statements.json', 'sql-metadata/tables-cases.json'];

function subject(name: string, statements: readonly string[]): Bench {
  return {
    name,
    run() {
      for (const statement of statements) {
        if (readStatement(statement, 'postgresql').effects.length === 0) throw new Error(`no table in ${statement}`);
      }
      return statements.length;
    },
  };
}

function recorded(path: string): readonly Bench[] {
  const file = new URL(`../../../shared/data/${path}`, import.meta.url);
  if (!existsSync(file)) return [];
  const cases = JSON.parse(readFileSync(file, 'utf8')) as { sql: string | null }[];
  const statements = cases.flatMap(({ sql }) =>
    sql !== null && readStatement(sql, 'postgresql').effects.length > 0 ? [sql] : [],
  );
  const length = Math.round(statements.reduce((sum, { length }) => sum + length, 0) / statements.length);
  return [subject(`${path}, ${length} characters on average`, statements)];
}

benchAll([
  subject('readStatement, 80 characters', SHORT),
  subject(`readStatement, ${LONG.length} characters`, [LONG]),
  subject(`readStatement, ${ROWS.length} characters`, [ROWS]),
  ...RECORDED.flatMap(recorded),
]);
