/**
 * The simulated system: services on hosts, flows through five of them, topics, tables and the statements on them.
 * Everything follows from the seed; nothing here knows how a span is written.
 */
import type { Random } from './random.ts';

export const SERVICES = 50;
export const INSTANCES = 2;
export const HOSTS = 10;
const FLOWS = 80;
const TOPICS = 12;
const DATABASES = ['shop', 'billing', 'logistics', 'identity'] as const;
const TABLES = [
  'orders',
  'order_items',
  'customers',
  'payments',
  'invoices',
  'products',
  'stock',
  'shipments',
  'sessions',
  'audit_log',
] as const;
const VERBS = ['list', 'get', 'create', 'update', 'search', 'export'] as const;

/** A statement and the tables it touches, by name within `database`. */
export interface Statement {
  readonly sql: string;
  readonly verb: string;
  readonly database: string;
  readonly reads: readonly string[];
  readonly writes: readonly string[];
}

/** One way through the system: A calls B, B sends to C over the topic, C calls D, D calls E; B and D ask a database. */
export interface Flow {
  readonly services: readonly [a: number, b: number, c: number, d: number, e: number];
  readonly entryRoute: string;
  readonly innerRoute: string;
  readonly topic: string;
  readonly rpcService: string;
  readonly statements: readonly [ofB: Statement, ofD: Statement];
}

export const serviceName = (service: number): string => `svc-${String(service).padStart(2, '0')}`;
export const hostOf = (service: number, instance: number): number => (service + instance * 3) % HOSTS;
/** Services with an even number use the old semantic conventions, odd ones the stable ones. */
export const usesOldConventions = (service: number): boolean => service % 2 === 0;

export function createFlows(random: Random): readonly Flow[] {
  return Array.from({ length: FLOWS }, (_, i) => {
    const topic = i % TOPICS;
    return {
      services: [
        i % 10,
        10 + (i % 15),
        25 + ((topic + Math.floor(i / 40) * 5) % 10),
        35 + ((i * 7 + Math.floor(i / 10)) % 10),
        45 + ((i + Math.floor(i / 5)) % 5),
      ],
      entryRoute: `/api/v1/${VERBS[i % VERBS.length]}/{id}`,
      innerRoute: `/internal/${VERBS[random.below(VERBS.length)]}/{id}/items`,
      topic: `topic-${String(topic).padStart(2, '0')}`,
      rpcService: `shop.v1.Service${random.below(5)}`,
      statements: [createStatement(random, i * 2), createStatement(random, i * 2 + 1)],
    };
  });
}

function createStatement(random: Random, index: number): Statement {
  const number = index % (DATABASES.length * TABLES.length);
  const database = DATABASES[Math.floor(number / TABLES.length)]!;
  const table = TABLES[number % TABLES.length]!;
  const other = TABLES[(number + 3) % TABLES.length]!;
  switch (random.below(8)) {
    case 0:
      return {
        sql: `SELECT a.id, b.amount FROM ${table} a JOIN ${other} b ON b.ref_id = a.id WHERE a.tenant_id = $1 ORDER BY a.id LIMIT 50`,
        verb: 'SELECT',
        database,
        reads: [table, other],
        writes: [],
      };
    case 1:
      return {
        sql: `INSERT INTO ${table} (id, amount) SELECT ref_id, sum(amount) FROM ${other} WHERE tenant_id = $1 GROUP BY ref_id`,
        verb: 'INSERT',
        database,
        reads: [other],
        writes: [table],
      };
    case 2:
      return {
        sql: `INSERT INTO ${table} (id, tenant_id, payload, created_at) VALUES ($1, $2, $3, now())`,
        verb: 'INSERT',
        database,
        reads: [],
        writes: [table],
      };
    case 3:
    case 4:
      return {
        sql: `UPDATE ${table} SET status = $1, updated_at = now() WHERE id = $2 AND tenant_id = $3`,
        verb: 'UPDATE',
        database,
        reads: [],
        writes: [table],
      };
    case 5:
      return {
        sql: `DELETE FROM ${table} WHERE expires_at < $1`,
        verb: 'DELETE',
        database,
        reads: [],
        writes: [table],
      };
    default:
      return {
        sql: `SELECT id, status, updated_at FROM ${table} WHERE tenant_id = $1 AND id = $2`,
        verb: 'SELECT',
        database,
        reads: [table],
        writes: [],
      };
  }
}
