/**
 * How fresh the graph is under load: sends the two halves of a call between two services nobody has seen, and asks
 * `/v1/graph` until the edge is there. The time counts from sending the second half.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { RunError } from './errors.ts';
import { fetchGraph } from './graph-client.ts';
import { Latencies } from './latencies.ts';

/** `service.namespace` of all probes. */
export const PROBE_NAMESPACE = 'visibility-probe';
const PAUSE_MS = 1_000;
const POLL_MS = 20;
const GIVE_UP_MS = 15_000;

export interface Visibility {
  readonly probes: number;
  /** Probes whose edge did not show within 15 s. */
  readonly lost: number;
  readonly spans: number;
  readonly ms: { readonly p50: number; readonly p99: number; readonly max: number };
}

/** Probes once a second until it is stopped. */
export async function measureVisibility(http: number, api: number, stop: AbortSignal): Promise<Visibility> {
  const times = new Latencies();
  let probes = 0;
  let lost = 0;
  while (!stop.aborted) {
    const ms = await probe(http, api, `${probes++}-${randomBytes(4).toString('hex')}`);
    if (ms === undefined) lost++;
    else times.add(ms);
    await delay(PAUSE_MS, undefined, { signal: stop }).catch(() => undefined);
  }
  return { probes, lost, spans: probes * 2, ms: times.summary() };
}

async function probe(http: number, api: number, name: string): Promise<number | undefined> {
  const traceId = randomBytes(16).toString('hex');
  const spanId = randomBytes(8).toString('hex');
  const caller = `probe-a-${name}`;
  await send(http, caller, { traceId, spanId, name: 'GET', kind: 3 });
  const served = { traceId, spanId: randomBytes(8).toString('hex'), parentSpanId: spanId, name: 'GET', kind: 2 };
  const from = performance.now();
  await send(http, `probe-b-${name}`, served);
  while (performance.now() - from < GIVE_UP_MS) {
    const graph = await fetchGraph(api, `?namespace=${PROBE_NAMESPACE}`);
    const sources = new Set(graph.nodes.filter(node => node.name === caller).map(node => node.id));
    const isThere = graph.edges.some(edge => sources.has(edge.source) && edge.evidence.paired === 1);
    if (isThere) return performance.now() - from;
    await delay(POLL_MS);
  }
  return undefined;
}

async function send(http: number, service: string, span: object): Promise<void> {
  const now = `${Date.now()}000000`;
  const attributes = [
    { key: 'service.name', value: { stringValue: service } },
    { key: 'service.namespace', value: { stringValue: PROBE_NAMESPACE } },
  ];
  const spans = [{ ...span, startTimeUnixNano: now, endTimeUnixNano: now }];
  const response = await fetch(`http://127.0.0.1:${http}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ resourceSpans: [{ resource: { attributes }, scopeSpans: [{ spans }] }] }),
  });
  if (!response.ok) throw new RunError(`a probe was refused: HTTP ${response.status} ${await response.text()}`);
}
