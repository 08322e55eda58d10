/**
 * `node benchmarks/ways.ts`: what questions about ways cost a client over HTTP. A real process is sent the spans of 10,000
 * nodes, 100,000 edges and the chains of traces over them, over hubs; then somebody asks, first in quiet, then while
 * 1,000 spans a second come, and with them an edge a second that was not there, so that every answer is of another graph.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { TierStatus } from '../src/contract/graph-view.ts';
import { Random } from '../test/oracle/random.ts';
import { type AttackSpan, CLIENT, CONSUMER, encodeSpans, PRODUCER, SERVER } from './attack/spans.ts';
import { RunError } from './pipeline/errors.ts';
import { fetchGraph } from './pipeline/graph-client.ts';
import { Latencies } from './pipeline/latencies.ts';
import { connectHttp } from './pipeline/send-http.ts';
import type { Sender } from './pipeline/sender.ts';
import { ServerProcess } from './pipeline/server-process.ts';
import { resolveTarget, TACIT_COMMAND } from './pipeline/target.ts';

const NODES = 10_000;
const EDGES = 100_000;
const HOPS = 4;
/** As many questions as that time has room for. */
const MOST_QUESTIONS = 500;
const ASKING_MS = 15_000;
const A_REQUEST = 500;
const TRACES_A_LINE = 25_000;
const SETTLE_MS = 60_000;
const LOOK_MS = 1000;
/** While spans come: so many, so often. */
const HONEST_SPANS = 50;
const HONEST_MS = 50;
/** Among these an edge that was not there, every so many times: another structure. */
const NEW_EVERY = 20;
const STORE = { 'db.system.name': 'postgresql', 'db.namespace': 'shop', 'server.address': 'pg' };

type Kind = 'service' | 'topic' | 'table';
interface Edge {
  readonly from: number;
  readonly to: number;
}

const random = new Random(1);
const kindOf = (n: number): Kind => (n % 10 < 6 ? 'service' : n % 10 < 8 ? 'topic' : 'table');
/** As hubs are: some nodes have many edges, most have few. */
const anyNode = (): number => Math.floor(random.next() ** 2 * NODES);
const edges = makeEdges();
const outOf = Map.groupBy(edges, edge => edge.from);

const tmp = mkdtempSync(join(tmpdir(), 'tacit-ways-'));
// However it ends.
process.on('exit', () => rmSync(tmp, { recursive: true, force: true }));
process.once('SIGINT', () => process.exit(130));
const { command, http, api = 0 } = await resolveTarget('tacit', TACIT_COMMAND, tmp, true);
const server = new ServerProcess(command);
try {
  await server.listening([http, api]);
  await measure(
    await connectHttp({ host: '127.0.0.1', port: http, contentType: 'application/x-protobuf', gzip: false }),
  );
} finally {
  await server.stop();
}

async function measure(sender: Sender): Promise<void> {
  const began = performance.now();
  const progress = (what: string) => console.log(`${((performance.now() - began) / 1000).toFixed(0)} s: ${what}`);
  await fill(sender, progress);
  await settle();
  const graph = await fetchGraph(api);
  await delay(LOOK_MS);
  progress(`${graph.nodes.length} nodes, ${graph.edges.length} edges`);
  const ids = graph.nodes.filter(({ kind }) => kind !== 'table').map(({ id }) => encodeURIComponent(id));
  const services = graph.nodes.filter(({ kind }) => kind === 'service').map(({ id }) => encodeURIComponent(id));
  const paths = () => `/v1/paths?from=${random.pick(ids)}&to=${random.pick(ids)}&k=5`;
  const couplings = () => `/v1/couplings?service=${random.pick(services)}`;
  await time('paths, k = 5', paths);
  await time('couplings of a service', couplings);
  const stop = keepSending(sender);
  await time('paths, k = 5, while spans come', paths);
  await time('couplings of a service, while spans come', couplings);
  await stop();
  sender.close();
}

async function time(what: string, question: () => string): Promise<void> {
  const latencies = new Latencies();
  await ask(question());
  const until = performance.now() + ASKING_MS;
  let questions = 0;
  for (; questions < MOST_QUESTIONS && performance.now() < until; questions++) {
    const asked = question();
    const began = performance.now();
    await ask(asked);
    latencies.add(performance.now() - began);
  }
  const { p50, p99, max } = latencies.summary();
  const times = `p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, max ${max.toFixed(1)} ms`;
  console.log(`${what.padEnd(42)} ${times}, ${questions} questions`);
}

async function ask(question: string): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${api}${question}`);
  const text = await response.text();
  if (!response.ok) throw new RunError(`${question} answered ${response.status}: ${text.slice(0, 300)}`);
}

function makeEdges(): Edge[] {
  const made = new Map<number, Edge>();
  while (made.size < EDGES) {
    const edge = { from: anyNode(), to: anyNode() };
    const [from, to] = [kindOf(edge.from), kindOf(edge.to)];
    const isEdge = from === 'service' || (from === 'topic' && to === 'service');
    if (isEdge && edge.from !== edge.to) made.set(edge.from * NODES + edge.to, edge);
  }
  return [...made.values()];
}

/** Until the last span has left: as long as they leave, edges change. */
async function settle(): Promise<void> {
  const until = performance.now() + SETTLE_MS;
  while (performance.now() < until) {
    const response = await fetch(`http://127.0.0.1:${api}/v1/status`);
    const { tiers } = (await response.json()) as { readonly tiers: readonly TierStatus[] };
    if (tiers.every(({ name, used }) => name !== 'rows' || used === 0)) return;
    await delay(LOOK_MS);
  }
}

function newEdge(): Edge {
  const [from, to] = [anyNode(), anyNode()];
  return kindOf(from) === 'service' && kindOf(to) === 'service' && from !== to ? { from, to } : newEdge();
}

/** One trace for each edge, which goes on over others. */
async function fill(sender: Sender, progress: (what: string) => void): Promise<void> {
  let spans: AttackSpan[] = [];
  let told = 0;
  for (const [trace, edge] of edges.entries()) {
    spans.push(...traceFrom(edge, trace + 1));
    if (spans.length < A_REQUEST && trace < EDGES - 1) continue;
    await send(sender, spans);
    spans = [];
    if (trace - told < TRACES_A_LINE) continue;
    told = trace;
    progress(`${trace} traces sent`);
  }
}

function traceFrom(first: Edge, trace: number): AttackSpan[] {
  const spans: AttackSpan[] = [];
  const startMs = Date.now();
  let edge: Edge | undefined = first;
  for (let hop = 0; edge !== undefined && hop < HOPS; hop++) {
    const { from, to }: Edge = edge;
    const add = (node: number, kind: number, attributes: AttackSpan['attributes'] = {}) => {
      const above = spans.length > 0 ? { parent: spans.length } : {};
      const resource = { 'service.name': `n${node}` };
      spans.push({ resource, trace, span: spans.length + 1, ...above, kind, startMs, attributes });
    };
    if (kindOf(from) === 'topic') add(to, CONSUMER, messaging(from, 'process'));
    else if (kindOf(to) === 'topic') add(from, PRODUCER, messaging(to, 'send'));
    else if (kindOf(to) === 'table') add(from, CLIENT, { ...STORE, 'db.query.text': `INSERT INTO n${to} VALUES (1)` });
    else {
      add(from, CLIENT);
      add(to, SERVER);
    }
    const further: readonly Edge[] | undefined = outOf.get(to);
    edge = further === undefined ? undefined : random.pick(further);
  }
  return spans;
}

function messaging(topic: number, operation: string) {
  return {
    'messaging.system': 'kafka',
    'messaging.destination.name': `n${topic}`,
    'messaging.operation.type': operation,
  };
}

async function send(sender: Sender, spans: readonly AttackSpan[]): Promise<void> {
  const body = encodeSpans(spans);
  while (!(await sender.send(body)).accepted) await delay(HONEST_MS);
}

function keepSending(sender: Sender): () => Promise<void> {
  let going = true;
  const done = (async () => {
    let batches = 0;
    for (let trace = EDGES + 1; going; await delay(HONEST_MS)) {
      const spans: AttackSpan[] = [];
      if (++batches % NEW_EVERY === 0) spans.push(...traceFrom(newEdge(), trace++));
      while (spans.length < HONEST_SPANS) spans.push(...traceFrom(random.pick(edges), trace++));
      await send(sender, spans);
    }
  })();
  return () => {
    going = false;
    return done;
  };
}
