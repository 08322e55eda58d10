/**
 * Recordings of real programs, edge by edge: what their sources do, counted by hand. A shop takes five orders, of which
 * one fails; each is inserted, sent to a topic, and handled by a second service that inserts points.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Edge } from '../../../src/contract/graph-document.ts';
import { analyze } from '../../cli/analyze-inputs.ts';

const DATA = fileURLToPath(new URL('../../../../shared/data/', import.meta.url));
const missing = !existsSync(DATA);
if (missing) console.warn(`skipped: recorded inputs are missing at ${DATA}`);

const files = (folder: string, pattern: RegExp): string[] =>
  readdirSync(join(DATA, folder))
    .filter(name => pattern.test(name))
    .map(name => join(DATA, folder, name));

/** Ports, clusters and suffixes of topics are new in every recording. */
const plain = (id: string): string =>
  id
    .replace(/^service:/, '')
    .replace(/local:\d+/, 'local:PORT')
    .replace(/^topic:kafka\/[^/]+\/order-events-.*/, 'topic');

const told = ({ source, kind, target, count, messages, operations, errors, evidence }: Edge) => [
  `${plain(source)} ${kind} ${plain(target)}`,
  { count, ...(messages && { messages }), operations, errors, evidence },
];

const ORDERS = 'table:postgresql/local:PORT/postgres/public/orders';
const POINTS = 'table:postgresql/local:PORT/postgres/public/user_points';
const byText = (n: number) => ({ client_span: n, statement: n });

const COMMON = {
  [`order-service writes ${ORDERS}`]: { count: 5, operations: { insert: 5 }, errors: 1, evidence: byText(5) },
  [`user-service writes ${POINTS}`]: { count: 4, operations: { insert: 4 }, errors: 0, evidence: byText(4) },
  'order-service publishes topic': {
    count: 4,
    messages: 4,
    operations: { send: 4 },
    errors: 0,
    evidence: { client_span: 4 },
  },
};
const CACHE = {
  'order-service writes database:redis/local:PORT/~': {
    count: 4,
    operations: { set: 4 },
    errors: 0,
    evidence: { client_span: 4 },
  },
};
const consumed = (operations: object, evidence: object) => ({
  'topic consumes user-service': { count: 4, messages: 4, operations, errors: 0, evidence },
});
/** Nine transactions, two connections, and one hand-out of the pool for each. */
const NODE_REASONS = { driver_housekeeping: 11, transaction_control: 18 };

describe.skipIf(missing)('recorded', () => {
  it.each([
    [
      'Node, a message at a time',
      'recorded-otlp-node',
      /\.bin$/,
      { ...COMMON, ...CACHE, ...consumed({ process: 4 }, { server_span: 4, paired: 4 }) },
      NODE_REASONS,
    ],
    [
      'Node, batches',
      'recorded-otlp-node/json',
      /-json\.json$/,
      { ...COMMON, ...CACHE, ...consumed({ receive: 4, process: 4 }, { server_span: 8, span_link: 4 }) },
      NODE_REASONS,
    ],
    [
      'Java',
      'recorded-otlp-java',
      /\.bin$/,
      { ...COMMON, ...consumed({ process: 4 }, { server_span: 4, paired: 4 }) },
      {},
    ],
    [
      'Python',
      'recorded-otlp-python',
      /\.bin$/,
      { ...COMMON, ...consumed({ receive: 4 }, { server_span: 4, paired: 4 }) },
      {},
    ],
  ])('%s', async (_, folder, pattern, edges, reasons) => {
    const { graph } = await analyze(...files(folder, pattern));
    expect(Object.fromEntries(graph.edges.map(told))).toEqual(edges);
    expect(graph.stats.reasons).toEqual(reasons);
    expect(graph.nodes.filter(({ kind }) => kind === 'service').map(({ name, entry }) => [name, entry?.count])).toEqual(
      [
        ['order-service', 5],
        ['user-service', undefined],
      ],
    );
  });
});
