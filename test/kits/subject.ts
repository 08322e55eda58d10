/** The program as the oracle's tests see it: requests in, the finished graph out, offline, through scanner and all. */
import type { Clock } from '../../src/contract/clock.ts';
import type { GraphDocument } from '../../src/contract/graph-document.ts';
import type { RecordView } from '../../src/contract/record.ts';
import { decodeLogs } from '../../src/encodings/otlp/logs.ts';
import { decodeTraces } from '../../src/encodings/otlp/traces.ts';
import { decodeTracesJson } from '../../src/encodings/otlp/traces-json.ts';
import { createSpanView } from '../../src/normalize/conventions/slots.ts';
import { graphDocument } from '../../src/query/document.ts';
import type { TopologyOptions } from '../../src/service/topology/config.ts';
import { Topology } from '../../src/service/topology/topology.ts';
import { encodeLogs, encodeTraces } from './otlp.ts';
import { sendRecords } from './records.ts';

export const SMALL = {
  waitMs: 10_000,
  lateMs: 300_000,
  maxPending: 4000,
  maxLate: 4000,
  maxSeen: 20_000,
  messageWaitMs: 86_400_000,
  maxMessages: 20_000,
  maxRecords: 20_000,
  halfLifeMs: 3_600_000,
  maxNodes: 20_000,
  maxEdges: 200_000,
  maxPaths: 100_000,
};

/** A topology that took these requests and decided everything. Each object is one OTLP JSON export request of spans or logs, or a group of records, in the order of arrival. @param offline as `analyze` does it, else as a service that ends then. */
export function analyzed(
  requests: readonly object[],
  options: TopologyOptions,
  clock: Clock,
  offline = true,
): Topology {
  const topology = new Topology(options, clock, offline);
  const view = createSpanView();
  for (const request of requests) {
    if ('records' in request) {
      sendRecords(topology.records, request.records as readonly RecordView[]);
      continue;
    }
    const consumer = 'resourceLogs' in request ? topology.logs : topology.sink;
    consumer.begin();
    if ('resourceLogs' in request) decodeLogs(encodeLogs(request), view, topology.logs);
    else decodeTraces(encodeTraces(request), view, topology.sink);
    consumer.commit();
  }
  topology.finish();
  return topology;
}

/** Interactions by the chain of nodes that they took, as the oracle tells them; chains nobody took are left out. */
export function pathsOf({ paths, store }: Topology): Map<string, { count: number; received: number }> {
  const { size, parents, nodes, counts, received } = paths.table();
  const texts: string[] = [''];
  const found = new Map<string, { count: number; received: number }>();
  for (let path = 1; path < size; path++) {
    const above = parents[path]! > 0 ? `${texts[parents[path]!]} > ` : parents[path] === 0 ? '' : '? > ';
    texts.push(above + store.identityOf(nodes[path]!).id);
    const visits = { count: counts[path]!, received: received[path]! };
    if (visits.count + visits.received > 0) found.set(texts[path]!, visits);
  }
  return found;
}

/** As `analyzed`, as the document of the graph. */
export function analyzeRequests(requests: readonly object[]): GraphDocument {
  return documentOf(analyzed(requests, SMALL, { now: () => Date.now() }));
}

export function documentOf(topology: Topology): GraphDocument {
  const graph = topology.view();
  return graphDocument(graph, { nodes: graph.nodes, edges: graph.edges, truncated: false });
}

/** As `analyzeRequests`, with the requests as JSON. */
export function analyzeJson(requests: readonly object[]): GraphDocument {
  const topology = new Topology(SMALL, { now: () => Date.now() }, true);
  const view = createSpanView();
  for (const request of requests) {
    topology.sink.begin();
    decodeTracesJson(Buffer.from(JSON.stringify(request)), view, topology.sink);
    topology.sink.commit();
  }
  topology.finish();
  return documentOf(topology);
}
