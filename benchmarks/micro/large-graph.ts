/**
 * What a reader of a large graph costs: `node benchmarks/micro/large-graph.ts`. One thread takes 5,000 interactions a
 * second into 10,000 nodes and 100,000 edges; another asks for views of its copy and makes their JSON. The first view is
 * of everything, each later one of what changed.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import type { DeltaPart } from '../../src/contract/graph-delta.ts';
import type { Stats } from '../../src/contract/graph-document.ts';
import { Interaction } from '../../src/contract/interaction.ts';
import { DeltaSource } from '../../src/graph/delta-source.ts';
import { PathTree } from '../../src/graph/path-tree.ts';
import { GraphStore } from '../../src/graph/store.ts';
import { Identities } from '../../src/lib/identities.ts';
import { LiveGraph } from '../../src/query/live-graph.ts';

const NODES = 10_000;
const EDGES = 100_000;
const VIEWS = 5;
const TURN_MS = 2;
const A_TURN = 10;
/** As the thread of the API. */
const LIMITS = { maxYoungGenerationSizeMb: 6 };

interface FromReader {
  readonly question?: number;
  readonly release?: number;
}

async function read(): Promise<void> {
  const send = (message: FromReader) => parentPort!.postMessage(message);
  const graph = new LiveGraph(question => send({ question }));
  let copiedAt = 0;
  let bytes = 0;
  parentPort!.on('message', (part: DeltaPart) => {
    if (part.type === 'end') copiedAt = performance.now();
    graph.take(part);
    if (part.type !== 'edges') return;
    bytes += part.length * Float64Array.BYTES_PER_ELEMENT;
    send({ release: part.buffer });
  });
  for (let i = 0; i < VIEWS; i++) {
    bytes = 0;
    const asked = performance.now();
    const view = await graph.view();
    const built = performance.now();
    let size = 0;
    for (const edge of view.edges) size += Buffer.byteLength(JSON.stringify(edge));
    const times = [copiedAt - asked, built - copiedAt, performance.now() - built].map(ms => ms.toFixed(0));
    const sizes = [bytes, size].map(count => (count / 1e6).toFixed(1));
    console.log(`delta ${times[0]} ms (${sizes[0]} MB), view ${times[1]} ms, JSON ${times[2]} ms (${sizes[1]} MB)`);
    await wait(500);
  }
  parentPort!.close();
}

function ingest(): void {
  const identities = new Identities(NODES);
  const store = new GraphStore(identities, { maxNodes: NODES, maxEdges: EDGES });
  const services = Array.from({ length: NODES }, (_, n) => identities.intern(0, 'prod', ['shop', `service-${n}`]));
  const interaction = new Interaction();
  let calls = 0;
  const call = (edge: number) => {
    const target = services[(edge * 7 + Math.floor(edge / NODES)) % NODES]!;
    interaction.begin(0, services[edge % NODES]!, target, Date.now() * 1000, 7);
    interaction.clientDuration = 1000 + (edge % 9973) * 10;
    interaction.serverDuration = 900 + (edge % 9973) * 9;
    interaction.verbs = ['GET'];
    interaction.traces = Int32Array.of(edge, calls, calls * 31, edge * 17);
    interaction.span0 = calls++;
    store.apply(interaction);
  };
  for (let edge = 0; edge < EDGES; edge++) call(edge);
  const source = new DeltaSource(store, new PathTree(store, 10), () => ({
    changes: store.revision,
    asOfMs: Date.now(),
    halfLifeMs: 3_600_000,
    epoch: store.epoch,
    groups: [],
    stats: {} as Stats,
    diagnostics: [],
  }));
  const reader = new Worker(new URL(import.meta.url), { resourceLimits: LIMITS });
  const following = source.follow(part => reader.postMessage(part));
  reader.on('message', ({ question, release }: FromReader) => {
    if (question !== undefined) following.ask(question);
    if (release !== undefined) following.release(release);
  });
  let longest = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    longest = Math.max(longest, performance.now() - last - TURN_MS);
    for (let n = 0; n < A_TURN; n++) call((calls * 7919) % EDGES);
    last = performance.now();
  }, TURN_MS);
  reader.on('exit', () => {
    clearInterval(timer);
    console.log(`longest time without a turn of the ingest: ${longest.toFixed(1)} ms`);
  });
}

if (isMainThread) ingest();
else await read();
