/**
 * Recordings of real programs through `analyze`: services, topics and tables that their sources name, and every span
 * accounted for. The recordings lie beside the checkout; without them this says that it is skipped.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { type Edge, FATES, type GraphDocument, type SpanStats } from '../../src/contract/graph-document.ts';
import { analyze } from './analyze-inputs.ts';

const DATA = fileURLToPath(new URL('../../../shared/data/', import.meta.url));
const missing = !existsSync(DATA);
if (missing) console.warn(`skipped: recorded inputs are missing at ${DATA}`);

function files(folder: string, pattern: RegExp): string[] {
  const names = readdirSync(join(DATA, folder), { recursive: true, encoding: 'utf8' });
  return names.filter(name => pattern.test(name)).map(name => join(DATA, folder, name));
}

function expectAccounted({ stats }: GraphDocument, spans: Partial<SpanStats>): void {
  expect(stats.spans).toMatchObject({ rejected: 0, duplicates: 0, evicted: 0, pending: 0, ...spans });
  expect(FATES.reduce((sum, fate) => sum + stats.spans[fate], 0)).toBe(stats.spans.received);
}

/** Ids of nodes, without the parts that are new in every recording. */
const idsOf = (graph: GraphDocument, kind: string): string[] =>
  graph.nodes.filter(node => node.kind === kind).map(({ id }) => id);

const between = (graph: GraphDocument, source: RegExp, kind: string, target: RegExp): Edge[] =>
  graph.edges.filter(edge => edge.kind === kind && source.test(edge.source) && target.test(edge.target));

const sum = (edges: readonly Edge[], name: 'count' | 'messages' | 'errors'): number =>
  edges.reduce((total, edge) => total + (edge[name] ?? 0), 0);

describe.skipIf(missing)('a shop of two services, a topic and two tables', () => {
  it.each([
    ['the Node SDK, protobuf', 'recorded-otlp-node', /^\d+-traces-protobuf\.bin$/, 55, { process: 4 }, { paired: 4 }],
    [
      'the Node SDK with batches, JSON',
      'recorded-otlp-node',
      /^json.*-traces-json\.json$/,
      59,
      { receive: 4, process: 4 },
      { span_link: 4 },
    ],
    ['the Java agent', 'recorded-otlp-java', /\.bin$/, 22, { process: 4 }, { paired: 4 }],
    ['Python instrumentations', 'recorded-otlp-python', /\.bin$/, 22, { receive: 4 }, { paired: 4 }],
  ])('%s', async (_, folder, pattern, received, operations, evidence) => {
    const { code, stderr, graph } = await analyze(...files(folder, pattern));
    expect(code).toBe(0);
    // Both services name their database by a loopback address, and nothing but that is worth a note.
    expect(stderr.trimEnd().split('\n')).toEqual([expect.stringMatching(/^note: .* use postgresql at local:\d+: /)]);
    expect(graph.diagnostics.map(one => one.code)).toEqual(['shared_loopback']);
    expect(idsOf(graph, 'service')).toEqual(['service:order-service', 'service:user-service']);
    expect(graph.nodes.find(({ name }) => name === 'order-service')?.entry).toEqual({ count: 5 });
    expect(idsOf(graph, 'external')).toEqual([]);
    expect(idsOf(graph, 'table').map(id => id.split('/').slice(-2).join('/'))).toEqual([
      'public/orders',
      'public/user_points',
    ]);

    const inserts = between(graph, /order-service/, 'writes', /\/orders$/);
    expect([sum(inserts, 'count'), sum(inserts, 'errors'), inserts[0]?.operations]).toEqual([5, 1, { insert: 5 }]);
    expect(sum(between(graph, /user-service/, 'writes', /\/user_points$/), 'count')).toBe(4);

    const topic = /^topic:kafka\/[^/]+\/order-events-/;
    expect(sum(between(graph, /order-service/, 'publishes', topic), 'messages')).toBe(4);
    const consumes = between(graph, topic, 'consumes', /user-service/);
    expect(consumes).toMatchObject([{ count: 4, messages: 4, evidence }]);
    expect(consumes[0]?.operations).toEqual(operations);
    expect(graph.edges.filter(({ kind }) => kind === 'calls' || kind === 'messages')).toEqual([]);
    expectAccounted(graph, { received, paired: 8, unpaired: 0 });
  });
});

interface RecordedSpan {
  readonly attributes?: readonly { readonly key: string; readonly value: { readonly stringValue?: string } }[];
}

/** Spans with a table the agent reported: how many, by table. */
function reportedTables(lines: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const line of lines) {
    const { resourceSpans } = JSON.parse(line) as {
      resourceSpans: { scopeSpans: { spans: RecordedSpan[] }[] }[];
    };
    for (const { attributes = [] } of resourceSpans.flatMap(r => r.scopeSpans.flatMap(s => s.spans))) {
      const table = attributes.find(({ key }) => key === 'db.sql.table')?.value.stringValue;
      if (table !== undefined) counts.set(table, (counts.get(table) ?? 0) + 1);
    }
  }
  return counts;
}

describe.skipIf(missing)('a test runner against a Java service with a database', () => {
  const file = join(DATA, 'robotframework-otlp/otel-traces.json.gz');
  const read = () => analyze(file).then(({ graph }) => graph);

  it('names its services, and how one reaches the other', async () => {
    const graph = await read();
    const services = ['essvt-core', 'essvt-test-runner', 'essvt-ui'];
    expect(idsOf(graph, 'service')).toEqual(services.map(name => `service:${name}`));
    // The runner's spans are internal and of another service than the server spans beneath them.
    expect(between(graph, /runner$/, 'calls', /core$/)).toMatchObject([{ served: 5, evidence: { parent_child: 5 } }]);
    expect(graph.nodes.find(({ name }) => name === 'essvt-core')?.entry).toEqual({ count: 81 - 5 });
    expectAccounted(graph, { received: 1066, internal: 441 + 78 + 13, unpaired: 0 });
    const { skipped, inferred } = graph.stats.spans;
    expect(skipped + inferred).toBe(453 + 81);
  });

  it('finds every table that the agent reported, at least as often', async () => {
    const graph = await read();
    const reported = reportedTables(gunzipSync(readFileSync(file)).toString().trim().split('\n'));
    expect(reported.size).toBe(18);
    for (const [table, count] of reported) {
      const edges = graph.edges.filter(({ source, target }) => [source, target].some(id => id.endsWith(`/${table}`)));
      expect({ table, enough: sum(edges, 'count') >= count }).toEqual({ table, enough: true });
    }
  });

  it('finds no table that no statement names', async () => {
    const statements = JSON.parse(readFileSync(join(DATA, 'robotframework-otlp/distinct-statements.json'), 'utf8')) as {
      readonly sql: string;
    }[];
    const tables = (await read()).nodes.filter(({ kind }) => kind === 'table').map(({ name }) => name);
    expect(tables.length).toBeGreaterThanOrEqual(18);
    for (const table of tables) {
      const named = statements.some(({ sql }) =>
        new RegExp(`\\b(from|join|into|update)\\s+${table}\\b`, 'i').test(sql),
      );
      expect({ table, named }).toEqual({ table, named: true });
    }
    // Of recursive queries, which name themselves in `with recursive … as`.
    expect(tables).not.toContain('execution_tree');
  });
});

describe.skipIf(missing)('fixtures of Jaeger', () => {
  it('OTLP documents over many lines are read, each span once', async () => {
    const { code, graph } = await analyze(...files('jaeger-fixtures/internal/storage/integration', /traces.*\.json$/));
    expect(code).toBe(0);
    const { received, duplicates } = graph.stats.spans;
    expect(received).toBeGreaterThan(30);
    expectAccounted(graph, { duplicates });
  });
});
