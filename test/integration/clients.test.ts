/**
 * The OpenTelemetry Node SDK as users set it up, against a real process: whatever the transport, encoding and
 * compression, the shop's graph is the same and every span is accounted for.
 */
import { expect, test, vi } from 'vitest';
import type { GraphDocument } from '../../src/contract/graph-document.ts';
import { COMPRESSIONS, createExporter, EXPORTER_KINDS } from '../kits/sdk/exporters.ts';
import { startServiceProcess } from '../kits/sdk/service-process.ts';
import { runShop, SPANS_PER_ORDER } from '../kits/sdk/shop.ts';

const ORDERS = 5;
const RECEIVED = ORDERS * SPANS_PER_ORDER;

const variants = EXPORTER_KINDS.flatMap(kind => COMPRESSIONS.map(compression => [kind, compression] as const));

test.each(variants)('%s, compression %s', async (kind, compression) => {
  const service = await startServiceProcess();
  try {
    const endpoint = kind === 'grpc' ? service.grpc : service.http;
    await runShop(ORDERS, () => createExporter(kind, compression, endpoint));
    const graph = await waitForSpans(service.api);
    expect(describeEdges(graph)).toEqual([
      ['calls', 'shop-web', 'orders', ORDERS],
      ['consumes', 'order-events', 'billing', ORDERS],
      ['publishes', 'orders', 'order-events', ORDERS],
      ['writes', 'orders', 'orders', ORDERS],
    ]);
    expect(graph.nodes.map(node => `${node.kind} ${node.name}`).sort()).toEqual([
      'service billing',
      'service orders',
      'service shop-web',
      'table orders',
      'topic order-events',
    ]);
    expect(graph.nodes.find(node => node.name === 'shop-web')?.entry?.count).toBe(ORDERS);
    expect(edge(graph, 'calls')).toMatchObject({ served: ORDERS, errors: 0, evidence: { paired: ORDERS } });
    expect(edge(graph, 'consumes')).toMatchObject({ evidence: { paired: ORDERS }, groups: { billing: ORDERS } });
    expect(graph.stats.spans).toMatchObject({ rejected: 0, duplicates: 0, paired: ORDERS * 4, inferred: ORDERS * 2 });
  } finally {
    expect(await service.stop()).toBe(0);
  }
});

async function waitForSpans(api: string): Promise<GraphDocument> {
  return vi.waitFor(
    async () => {
      const response = await fetch(`http://${api}/v1/graph`);
      const graph = (await response.json()) as GraphDocument;
      expect(graph.stats.spans).toMatchObject({ received: RECEIVED, pending: 0 });
      return graph;
    },
    { timeout: 20_000, interval: 100 },
  );
}

function edge(graph: GraphDocument, kind: string): object | undefined {
  return graph.edges.find(one => one.kind === kind);
}

function describeEdges(graph: GraphDocument): unknown[] {
  const name = (id: string): string => graph.nodes.find(node => node.id === id)?.name ?? id;
  return graph.edges.map(e => [e.kind, name(e.source), name(e.target), e.count]).sort();
}
