import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { edgeOf, nodeOf, viewOf } from '../kits/view.ts';
import { type RunningApi, startApi } from './start-api.ts';

const NODES = 10_000;
const EDGES = 100_000;
const MAX_STALL_MS = 150;

const nodes = Array.from({ length: NODES }, (_, index) => nodeOf('service', `service-${index}`));
const template = edgeOf(nodes[0]!, 'calls', nodes[1]!);
const edges = Array.from({ length: EDGES }, (_, index) => {
  const source = nodes[index % NODES]!.id;
  const target = nodes[(index * 7 + Math.floor(index / NODES)) % NODES]!.id;
  const latency = { p50: 0.1, p95: 0.2, p99: 0.3, mean: 0.1, count: index };
  const id = `${source}#calls#${target}`;
  return {
    ...template,
    id,
    key: `k${String(index).padStart(15, '0')}`,
    source,
    target,
    count: index,
    latency: { client: latency, server: latency },
  };
});

let api: RunningApi;
beforeAll(async () => {
  api = await startApi(viewOf(nodes, edges));
});
afterAll(() => api.stop());

/** Reads the answer on another thread, so that only the server's turns count here; the number of bytes comes back. */
function download(url: string): Promise<number> {
  const code = `
    const { parentPort, workerData } = require('node:worker_threads');
    fetch(workerData).then(async response => {
      let bytes = 0;
      for await (const chunk of response.body) bytes += chunk.length;
      parentPort.postMessage(bytes);
    });`;
  return new Promise((resolve, reject) => {
    const worker = new Worker(code, { eval: true, workerData: url });
    worker.once('message', resolve).once('error', reject);
  });
}

describe(`a graph of ${NODES} nodes and ${EDGES} edges`, () => {
  it.each(['/v1/graph', '/v1/graph?format=dot', '/v1/graph?format=mermaid', '/v1/graph?limit=20000'])(
    '%s does not hold up the event loop',
    async path => {
      const delay = monitorEventLoopDelay({ resolution: 5 });
      delay.enable();
      const started = performance.now();
      const bytes = await download(api.base + path);
      const seconds = (performance.now() - started) / 1000;
      delay.disable();
      const stallMs = delay.max / 1e6;
      console.log(
        `${path}: ${(bytes / 1e6).toFixed(1)} MB in ${seconds.toFixed(2)} s, longest stall ${stallMs.toFixed(1)} ms`,
      );
      expect(bytes).toBeGreaterThan(1e6);
      expect(stallMs).toBeLessThan(MAX_STALL_MS);
    },
  );

  it('is complete', async () => {
    const document = (await api.json('/v1/graph')) as { nodes: unknown[]; edges: unknown[] };
    expect([document.nodes.length, document.edges.length]).toEqual([NODES, EDGES]);
  });

  it('waits for a slow reader instead of filling memory', async () => {
    const before = process.memoryUsage();
    const response = await api.get('/v1/graph');
    const reader = response.body!.getReader();
    await reader.read();
    await new Promise(resolve => setTimeout(resolve, 500));
    const after = process.memoryUsage();
    await reader.cancel();
    expect(after.external + after.arrayBuffers - before.external - before.arrayBuffers).toBeLessThan(20e6);
  });

  it('can be walked page by page', async () => {
    let next: string | null = null;
    let count = 0;
    do {
      const page = await api.json(`/v1/edges?limit=10000${next === null ? '' : `&cursor=${next}`}`);
      count += (page.items as unknown[]).length;
      next = page.next as string | null;
    } while (next !== null);
    expect(count).toBe(EDGES);
  });
});
