/**
 * Documents of Zipkin and Jaeger from their own projects through `analyze`, with edges found by hand, span by span.
 * They lie beside the checkout; without them this says that it is skipped.
 */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { FATES, type GraphDocument } from '../../src/contract/graph-document.ts';
import { analyze } from './analyze-inputs.ts';

const DATA = fileURLToPath(new URL('../../../shared/data/', import.meta.url));
const missing = !existsSync(DATA);
if (missing) console.warn(`skipped: documents of Zipkin and Jaeger are missing at ${DATA}`);

async function graphOf(file: string): Promise<GraphDocument> {
  const { code, stderr, graph } = await analyze(`${DATA}${file}`);
  expect(code, stderr).toBe(0);
  const { spans } = graph.stats;
  expect(FATES.reduce((sum, fate) => sum + spans[fate], 0)).toBe(spans.received);
  return graph;
}

/** `source kind target count`, without what all names begin with. */
function edgesOf(graph: GraphDocument): string[] {
  const bare = (id: string) => id.replace('service:', '');
  return graph.edges.map(({ source, kind, target, count }) => `${bare(source)} ${kind} ${bare(target)} ${count}`);
}

const entriesOf = (graph: GraphDocument): Record<string, number> =>
  Object.fromEntries(graph.nodes.flatMap(({ name, entry }) => (entry === undefined ? [] : [[name, entry.count]])));

describe.skipIf(missing)('Zipkin', () => {
  it.each<[string, readonly string[], Record<string, number>]>([
    [
      'ascend: calls whose two sides share their ids',
      ['mobile-gateway calls auth-service 1', 'mobile-gateway calls content-service 1'],
      { 'mobile-gateway': 1 },
    ],
    ['envoy: a proxy that names no service', [], {}],
    ['messaging: a consumer without a topic below its producer', ['frontend messages backend 1'], { frontend: 1 }],
    [
      'messaging2: producer and consumer that nothing joins; a server whose client was not sampled',
      ['external:rabbitmq messages notification-service 1', 'mobile-gateway calls auth-service 1'],
      { 'mobile-gateway': 1 },
    ],
    [
      'simple-db-p6: statements in a tag that is no attribute',
      ['bootifulmeters calls external:app_db 4'],
      { bootifulmeters: 1 },
    ],
    ['skew: a server that began before its client', ['servicea calls serviceb 1'], { servicea: 1 }],
    [
      'yelp: proxies, some of whose sides are missing',
      [
        'mobile_api calls external:blt 1',
        'mobile_api calls external:memcache 2',
        'mobile_api calls spectre 1',
        'routing calls unknown 1',
        'routing calls yelp-main 1',
        'unknown calls yelp_main%2Fapi_proxy 1',
        'yelp-main calls external:memcache 3',
        'yelp-main calls external:mysql 2',
        'yelp-main calls mobile_api 1',
        'yelp_main%2Fapi_proxy calls yelp-main 2',
      ],
      { routing: 1 },
    ],
  ])('%s', async (title, edges, entries) => {
    const graph = await graphOf(`zipkin-lens/${title.split(':')[0]}.json`);
    expect(edgesOf(graph)).toEqual(edges);
    expect(entriesOf(graph)).toEqual(entries);
  });

  it('messaging-kafka: topics in tags of Brave', async () => {
    expect(edgesOf(await graphOf('zipkin-lens/messaging-kafka.json'))).toEqual([
      'servicea publishes topic:kafka/~/central.messages 3',
      'servicea publishes topic:kafka/~/command-messages 3',
      'servicea publishes topic:kafka/~/messages 3',
      'topic:kafka/~/messages consumes servicea 4',
      'topic:kafka/~/messages consumes serviceb 3',
    ]);
  });

  it('a trace of 1,041 spans, of which some came in pieces', async () => {
    const graph = await graphOf('zipkin-lens/smartthings-mobile-web-install.json.gz');
    const { received, rejected, duplicates, pending } = graph.stats.spans;
    expect({ received, rejected, duplicates, pending }).toEqual({
      received: 1041,
      rejected: 0,
      duplicates: 84,
      pending: 0,
    });
    expect(edgesOf(graph)).toEqual(
      expect.arrayContaining([
        'platformapi calls gizmo 52',
        'stLogin calls platformapi 53',
        'strongman calls platformapi 30',
        // One client, five servers that share its id.
        'bouncer calls pusher 5',
      ]),
    );
    expect(graph.edges.filter(({ kind }) => kind !== 'calls')).toEqual([]);
    expect(entriesOf(graph)).toEqual({ coreSrv: 1 });
  });

  it('errors of both sides are one', async () => {
    const graph = await graphOf('zipkin-lens/smartthings-oauth-authorization.json');
    const edge = graph.edges.find(({ id }) => id === 'service:stlogin#calls#service:auth');
    expect(edge).toMatchObject({ count: 2, served: 2, errors: 1 });
    expect(graph.edges.find(({ id }) => id === 'service:datamgmt#calls#service:datamgmt')).toMatchObject({
      loop: true,
    });
  });
});

describe.skipIf(missing)('Jaeger', () => {
  const FIXTURE = 'jaeger-fixtures/cmd/jaeger/internal/extension/jaegerquery/internal/fixture/otlp2jaeger';

  it('what it makes of OTLP says what the OTLP said', async () => {
    const [before, after] = await Promise.all([graphOf(`${FIXTURE}-in.json`), graphOf(`${FIXTURE}-out.json`)]);
    expect(after.nodes).toEqual(before.nodes);
    expect(after.edges).toEqual(before.edges);
    expect(after.stats).toEqual(before.stats);
    expect(after.stats.spans).toMatchObject({ received: 2, duplicates: 1, unpaired: 1 });
  });

  it('the trace of its UI: two processes, a span of an id twice, references of both kinds', async () => {
    const graph = await graphOf('jaeger-fixtures/internal/uimodel/converter/v1/json/fixtures/ui_01.json');
    expect(graph.stats.spans).toMatchObject({ received: 5, rejected: 0, internal: 4, inferred: 1 });
    expect(graph.nodes.filter(({ kind }) => kind === 'service').map(({ id }) => id)).toEqual([
      'service:service-x',
      'service:service-y',
    ]);
    // Children of another service, and a client that names it as its peer.
    expect(graph.edges.map(({ id }) => id)).toEqual(['service:service-x#calls#service:service-y']);
  });

  it('a document of Elasticsearch', async () => {
    const graph = await graphOf('jaeger-fixtures/internal/storage/v2/elasticsearch/tracestore/fixtures/es_01.json');
    expect(edgesOf(graph)).toEqual(['service-x calls external:service-y 1']);
    expect(graph.edges[0]).toMatchObject({ clientErrors: 1, errors: 1 });
  });

  it('a row of Cassandra is refused by name', async () => {
    const file = 'jaeger-fixtures/internal/storage/v2/cassandra/tracestore/fixtures/cas_01.json';
    const { code, stderr } = await analyze(`${DATA}${file}`);
    expect(code).toBe(2);
    expect(stderr).toContain('cas_01.json:1: a row of Jaeger in Cassandra; expected what its UI or API gives');
  });
});
