/** Reads tacit's graph over its API. */
import { setTimeout as delay } from 'node:timers/promises';
import type { GraphDocument } from '../../src/contract/graph-document.ts';
import { RunError } from './errors.ts';

const POLL_MS = 1_000;

/** Throws when the answer is no graph. */
export async function fetchGraph(api: number, query = ''): Promise<GraphDocument> {
  const url = `http://127.0.0.1:${api}/v1/graph${query}`;
  const response = await fetch(url);
  if (!response.ok) throw new RunError(`${url} answered ${response.status}: ${(await response.text()).slice(0, 300)}`);
  const graph = (await response.json()) as GraphDocument;
  if (graph.schema !== 'tacit.graph/v1')
    throw new RunError(`${url} answered schema '${graph.schema}' instead of tacit.graph/v1`);
  return graph;
}

/** The graph when nothing is pending any more, or as it is after `limitMs`. */
export async function settledGraph(api: number, limitMs: number): Promise<GraphDocument> {
  const until = Date.now() + limitMs;
  for (;;) {
    const graph = await fetchGraph(api);
    if (graph.stats.spans.pending === 0 || Date.now() >= until) return graph;
    await delay(POLL_MS);
  }
}
