/** Small inputs judged from outside: spans as a test wants to say them, through `tacit analyze`, as ids of nodes and edges. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GraphDocument } from '../../src/contract/graph-document.ts';
import { run } from '../cli/kit.ts';

export type Value = string | number | boolean;
export type Attributes = Readonly<Record<string, Value>>;

export interface JudgedSpan {
  readonly service?: string;
  readonly namespace?: string;
  readonly env?: string;
  readonly resource?: Attributes;
  readonly kind: 'internal' | 'server' | 'client' | 'producer' | 'consumer';
  readonly name?: string;
  readonly attributes?: Attributes;
  /** Number of its parent among the spans of the same input, from 1. */
  readonly under?: number;
  readonly linkedTo?: readonly { readonly span: number; readonly attributes?: Attributes }[];
}

/** Small tables are made sooner. */
const SMALL = ['max_pending', 'max_late', 'max_seen'].flatMap(name => [
  '--set',
  `connectors.topology.correlation.${name}=1000`,
]);

const KINDS = { internal: 1, server: 2, client: 3, producer: 4, consumer: 5 };
const BEGIN_NS = BigInt(Date.UTC(2026, 0, 15, 12)) * 1_000_000n;

export interface Judged {
  readonly graph: GraphDocument;
  readonly nodes: readonly string[];
  /** `source kind target`. */
  readonly edges: readonly string[];
  readonly stderr: string;
}

/** @param args of the command beside the file. */
export async function judge(spans: readonly JudgedSpan[], ...args: readonly string[]): Promise<Judged> {
  const folder = mkdtempSync(join(tmpdir(), 'tacit-judged-'));
  try {
    const file = join(folder, 'spans.json');
    writeFileSync(file, JSON.stringify({ resourceSpans: spans.map((span, i) => resourceSpans(spans, span, i)) }));
    const { stdout, stderr } = await run(['analyze', file, ...SMALL, ...args]);
    if (!stdout.startsWith('{')) throw new Error(`no graph; stderr: ${stderr}`);
    const graph = JSON.parse(stdout) as GraphDocument;
    const edges = graph.edges.map(({ source, kind, target }) => `${source} ${kind} ${target}`);
    return { graph, nodes: graph.nodes.map(({ id }) => id), edges, stderr };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function resourceSpans(all: readonly JudgedSpan[], span: JudgedSpan, index: number): object {
  const { service = 'app', namespace, env, resource = {} } = span;
  const described = {
    'service.name': service,
    ...(namespace !== undefined && { 'service.namespace': namespace }),
    ...(env !== undefined && { 'deployment.environment.name': env }),
    ...resource,
  };
  const start = BEGIN_NS + BigInt(index) * 1_000_000n;
  return {
    resource: { attributes: attributesOf(described) },
    scopeSpans: [
      {
        spans: [
          {
            traceId: traceOf(all, index),
            spanId: idOf(index),
            parentSpanId: span.under === undefined ? '' : idOf(span.under - 1),
            kind: KINDS[span.kind],
            name: span.name ?? 'work',
            startTimeUnixNano: String(start),
            endTimeUnixNano: String(start + 500_000n),
            attributes: attributesOf(span.attributes ?? {}),
            links: (span.linkedTo ?? []).map(link => ({
              traceId: traceOf(all, link.span - 1),
              spanId: idOf(link.span - 1),
              attributes: attributesOf(link.attributes ?? {}),
            })),
          },
        ],
      },
    ],
  };
}

const idOf = (index: number): string => (index + 1).toString(16).padStart(16, '0');

/** Spans under each other share a trace. */
function traceOf(all: readonly JudgedSpan[], index: number): string {
  const under = all[index]!.under;
  return under === undefined ? (index + 1).toString(16).padStart(32, '0') : traceOf(all, under - 1);
}

function attributesOf(attributes: Attributes): object[] {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: anyValue(value) }));
}

function anyValue(value: Value): object {
  if (typeof value === 'boolean') return { boolValue: value };
  return typeof value === 'number' ? { intValue: String(value) } : { stringValue: value };
}
