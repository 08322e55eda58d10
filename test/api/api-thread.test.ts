/** The API as the service runs it, in a thread of its own, beside an ingest that goes on. */
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { httpApiFactory } from '../../src/api/factory.ts';
import { NO_CHANGES } from '../../src/contract/change-feed.ts';
import { systemClock } from '../../src/contract/clock.ts';
import type { Edge, GraphDocument } from '../../src/contract/graph-document.ts';
import { Interaction } from '../../src/contract/interaction.ts';
import { NO_PAST } from '../../src/contract/past.ts';
import { DeltaSource } from '../../src/graph/delta-source.ts';
import { PathTree } from '../../src/graph/path-tree.ts';
import { GraphStore } from '../../src/graph/store.ts';
import { Identities } from '../../src/lib/identities.ts';
import { createHost } from '../../src/service/host.ts';
import { EMPTY_STATS } from '../kits/view.ts';
import { createTestLogger } from '../service/components.ts';

const NODES = 10_000;
const EDGES = 100_000;
const READS = 4;
/** The ingest: 5,000 interactions a second. */
const TURN_MS = 2;
const A_TURN = 10;
const MAX_STALL_MS = 250;
/** Of the quickest answer. */
const MAX_ANSWER_MS = 5000;

const identities = new Identities(NODES);
const store = new GraphStore(identities, { maxNodes: NODES, maxEdges: EDGES });
const services = Array.from({ length: NODES }, (_, n) => identities.intern(0, 'prod', ['shop', `service-${n}`]));
const deltas = new DeltaSource(store, new PathTree(store, 10), () => ({
  changes: store.revision,
  asOfMs: Date.now(),
  halfLifeMs: 3_600_000,
  epoch: store.epoch,
  groups: [],
  stats: { ...EMPTY_STATS, records: { calls } },
  diagnostics: [],
}));
const host = createHost({ version: '0.0.0', startedAtMs: Date.now(), pipelines: {} });
const { logger, lines } = createTestLogger();
const component = httpApiFactory.create(
  { id: 'http_api', logger, clock: systemClock, host },
  { endpoint: '127.0.0.1:0' },
);
const interaction = new Interaction();
let base: string;
let calls = 0;

function call(edge: number): void {
  const source = services[edge % NODES]!;
  const target = services[(edge * 7 + Math.floor(edge / NODES)) % NODES]!;
  interaction.begin(0, source, target, Date.now() * 1000, 7);
  interaction.clientDuration = 1000 + (edge % 9973) * 10;
  interaction.serverDuration = 900 + (edge % 9973) * 9;
  interaction.verbs = ['GET'];
  interaction.traces = Int32Array.of(edge, calls, calls * 31, edge * 17);
  interaction.span0 = calls;
  store.apply(interaction);
  calls++;
}

/** On another thread, so that only what the service does is seen in this one: time, size, and on demand the text. */
function download(path: string, wantsText = false): Promise<{ ms: number; bytes: number; text: string }> {
  const code = `
    const { parentPort, workerData } = require('node:worker_threads');
    const started = performance.now();
    fetch(workerData.url).then(async response => {
      const chunks = [];
      for await (const chunk of response.body) chunks.push(chunk);
      const ms = performance.now() - started;
      const bytes = chunks.reduce((sum, { length }) => sum + length, 0);
      parentPort.postMessage({ ms, bytes, text: workerData.wantsText ? Buffer.concat(chunks).toString() : '' });
    });`;
  return new Promise((resolve, reject) => {
    const worker = new Worker(code, { eval: true, workerData: { url: base + path, wantsText } });
    worker.once('message', resolve).once('error', reject);
  });
}

/** Longest time in which the ingest had no turn, in ms. */
async function longestStall(work: () => Promise<void>): Promise<number> {
  let last = performance.now();
  let longest = 0;
  const ingest = setInterval(() => {
    const now = performance.now();
    longest = Math.max(longest, now - last - TURN_MS);
    for (let n = 0; n < A_TURN; n++) call((calls * 7919) % EDGES);
    last = performance.now();
  }, TURN_MS);
  try {
    await work();
  } finally {
    clearInterval(ingest);
  }
  return longest;
}

beforeAll(async () => {
  host.setTopology({
    follow: receive => deltas.follow(receive),
    trace: () => [],
    tiers: () => [],
    checkup: () => ({ services: [], malformed: {} }),
    edgeCount: () => store.edges.length,
    storage: () => undefined,
    changes: NO_CHANGES,
    past: NO_PAST,
  });
  await component.start();
  base = `http://${host.listeners[0]!.address}`;
  for (let edge = 0; edge < EDGES; edge++) call(edge);
}, 60_000);
afterAll(async () => component.stop());

describe(`beside an ingest into ${NODES} nodes and ${EDGES} edges`, () => {
  it.each(['/v1/graph', '/v1/graph?format=dot', '/v1/edges?limit=100', '/v1/status'])(
    '%s is answered soon, and the ingest hardly notices',
    async path => {
      const answers: number[] = [];
      const stalls: number[] = [];
      let bytes = 0;
      for (let read = 0; read < READS; read++) {
        const stall = await longestStall(async () => {
          const answer = await download(path);
          bytes = answer.bytes;
          answers.push(answer.ms);
        });
        stalls.push(stall);
      }
      const list = (values: readonly number[]) => values.map(value => value.toFixed(0)).join(', ');
      console.log(
        `${path}: ${(bytes / 1e6).toFixed(1)} MB in ${list(answers)} ms; longest stalls of the ingest ${list(stalls)} ms`,
      );
      // What others do on the machine moves single ones.
      expect(Math.min(...answers)).toBeLessThan(MAX_ANSWER_MS);
      expect(Math.min(...stalls)).toBeLessThan(MAX_STALL_MS);
    },
    120_000,
  );

  it('each answer is the graph at one moment, after everything that was there when it was asked for', async () => {
    await longestStall(async () => {
      const before = calls;
      const { text } = await download('/v1/graph', true);
      const { edges, nodes, stats } = JSON.parse(text) as GraphDocument;
      expect([nodes.length, edges.length]).toEqual([NODES, EDGES]);
      const counted = edges.reduce((sum: number, { count }: Edge) => sum + count, 0);
      expect(counted).toBe(stats.records.calls);
      expect(counted).toBeGreaterThanOrEqual(before);
    });
  });

  it('nothing is sent again while nothing changes', async () => {
    const first = await fetch(`${base}/v1/graph`, { method: 'HEAD' });
    const etag = first.headers.get('etag')!;
    for (const method of ['GET', 'HEAD']) {
      const again = await fetch(`${base}/v1/graph`, { method, headers: { 'if-none-match': etag } });
      expect(again.status).toBe(304);
    }
    call(1);
    const changed = await fetch(`${base}/v1/nodes?limit=1`, { headers: { 'if-none-match': etag } });
    expect(changed.status).toBe(200);
    expect(changed.headers.get('etag')).not.toBe(etag);
    await changed.text();
  });

  it('pages hold every edge that was there all the time, once, while the graph goes on', async () => {
    await longestStall(async () => {
      const ids: string[] = [];
      let next: string | null = '';
      while (next !== null) {
        const response = await fetch(`${base}/v1/edges?limit=10000${next === '' ? '' : `&cursor=${next}`}`);
        const page = (await response.json()) as { items: Edge[]; next: string | null };
        ids.push(...page.items.map(({ id }) => id));
        next = page.next;
      }
      expect(ids.length).toBe(EDGES);
      expect(new Set(ids).size).toBe(EDGES);
    });
  });

  it('many readers at once are bounded, and told when to come again', async () => {
    const aborts = new AbortController();
    const answers = await Promise.all(
      Array.from({ length: 24 }, () => fetch(`${base}/v1/graph`, { signal: aborts.signal })),
    );
    const refused = answers.filter(({ status }) => status === 503);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(16);
    expect(refused).toHaveLength(8);
    expect(refused[0]!.headers.get('retry-after')).toBe('1');
    expect(await refused[0]!.json()).toMatchObject({ type: 'urn:tacit:problem:too-many-streams' });
    aborts.abort();
    await new Promise(resolve => setTimeout(resolve, 500));
    const after = await fetch(`${base}/v1/graph?limit=1`);
    expect(after.status).toBe(200);
    await after.text();
    expect(lines().filter(({ level }) => level === 'error')).toEqual([]);
  });
});
