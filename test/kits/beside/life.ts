/** tacit beside a Collector, one process per life, with the graph of every life at its end. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { edgeKey, type TrueEdge } from '../../../benchmarks/pipeline/truth.ts';
import type { GraphDocument, Node } from '../../../src/contract/graph-document.ts';

const PROGRAM = fileURLToPath(new URL('./one-life.ts', import.meta.url));
const CONFIG = fileURLToPath(new URL('../../../pipelines/beside-collector/config.yaml', import.meta.url));
const START_MS = 20_000;

export interface Ports {
  readonly grpc: number;
  readonly http: number;
  readonly api: number;
}

export interface Life {
  /** Spans received so far, without those known as sent twice. */
  distinctSpans(): Promise<number>;
  /** Ends the process with SIGTERM; the graph it had come to. */
  end(): Promise<GraphDocument>;
}

export async function startLife(ports: Ports, graphFile: string): Promise<Life> {
  const sets = [
    'service.telemetry.logs.encoding=json',
    `receivers.otlp.protocols.grpc.endpoint=127.0.0.1:${ports.grpc}`,
    `receivers.otlp.protocols.http.endpoint=127.0.0.1:${ports.http}`,
    `extensions.http_api.endpoint=127.0.0.1:${ports.api}`,
  ];
  const args = [PROGRAM, graphFile, '--config', CONFIG, ...sets.flatMap(set => ['--set', set])];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  child.stderr.on('data', chunk => {
    log += String(chunk);
  });
  const ended = new Promise<number | null>(resolve => child.once('close', resolve));
  for (let waited = 0; !log.includes('"msg":"ready"'); waited += 20) {
    if (child.exitCode !== null || waited > START_MS) throw new Error(`tacit did not start:\n${log}`);
    await delay(20);
  }
  return {
    async distinctSpans() {
      const answer = await fetch(`http://127.0.0.1:${ports.api}/v1/graph`);
      return distinctSpans((await answer.json()) as GraphDocument);
    },
    async end() {
      child.kill('SIGTERM');
      const code = await ended;
      if (code !== 0) throw new Error(`tacit ended with exit code ${code}:\n${log}`);
      return JSON.parse(readFileSync(graphFile, 'utf8')) as GraphDocument;
    },
  };
}

export function distinctSpans({ stats }: GraphDocument): number {
  return stats.spans.received - stats.spans.duplicates;
}

export interface Counts {
  /** Of every edge in all the graphs together, by the key of the truth. */
  readonly edges: ReadonlyMap<string, number>;
  /** Calls whose other half came in another life: counted by the name under which the caller knew the service. */
  readonly cut: number;
}

/**
 * Adds graphs up. A call whose halves came in two lives is an edge to a name that only the caller knew, and there it
 * is the same call: such edges are counted as edges to the service of that name.
 */
export function addCounts(graphs: readonly GraphDocument[]): Counts {
  const edges = new Map<string, number>();
  let cut = 0;
  for (const graph of graphs) {
    const byId = new Map(graph.nodes.map(node => [node.id, node]));
    for (const edge of graph.edges) {
      const target = byId.get(edge.target)!;
      if (target.kind === 'external') cut += edge.count;
      const key = edgeKey(edge.kind, nameOf(byId.get(edge.source)!), nameOf(target));
      edges.set(key, (edges.get(key) ?? 0) + edge.count);
    }
  }
  return { edges, cut };
}

export function trueCounts(edges: readonly TrueEdge[]): ReadonlyMap<string, number> {
  return new Map(edges.map(edge => [edgeKey(edge.kind, edge.source, edge.target), edge.count]));
}

const LONG_NAME = /^(svc-\d+)\.prod\.svc\.cluster\.local:\d+$/;

function nameOf(node: Node): string {
  if (node.kind === 'external') return LONG_NAME.exec(node.name)?.[1] ?? node.name;
  return node.kind === 'table' ? `${node.database}.${node.name}` : node.name;
}
