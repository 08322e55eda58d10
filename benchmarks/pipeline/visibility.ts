/**
 * How fresh the graph is under load: sends the two halves of a call between two services nobody has seen, and asks
 * `/v1/graph` until the edge is there, or hears of it from `/v1/changes/stream`. The time counts from sending the second
 * half.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { openStream } from '../../src/cli/output/event-stream.ts';
import { RunError } from './errors.ts';
import { fetchGraph } from './graph-client.ts';
import { Latencies } from './latencies.ts';

/** `service.namespace` of all probes. */
export const PROBE_NAMESPACE = 'visibility-probe';
const PAUSE_MS = 1_000;
/** Hearing costs next to nothing. */
const HEARING_PAUSE_MS = 150;
const POLL_MS = 20;
const REFUSED_MS = 50;
const GIVE_UP_MS = 15_000;

export interface Visibility {
  readonly probes: number;
  /** Probes whose edge did not show within 15 s. */
  readonly lost: number;
  readonly spans: number;
  readonly ms: { readonly p50: number; readonly p99: number; readonly max: number };
}

export type Look = 'graph' | 'stream';

/** Probes some times a second until it is stopped, and hears of each by the stream. */
export async function measureHearing(http: number, api: number, stop: AbortSignal): Promise<Visibility> {
  const url = new URL(`http://127.0.0.1:${api}/v1/changes/stream?type=edge.appeared`);
  const { status, body, events } = await openStream(url, {}, {});
  if (status !== 200) throw new RunError(`the stream of changes was refused: HTTP ${status} ${body}`);
  const waiting = new Map<string, () => void>();
  const hear = async () => {
    for await (const { data } of events) {
      const { edge } = JSON.parse(data || '{}') as { edge?: { source: { name: string } } };
      if (edge !== undefined) waiting.get(edge.source.name)?.();
    }
  };
  void hear();
  const times = new Latencies();
  let [probes, lost] = [0, 0];
  while (!stop.aborted) {
    const name = `${probes++}-${randomBytes(4).toString('hex')}`;
    const heard = new Promise<number>(resolve => waiting.set(callerOf(name), () => resolve(performance.now())));
    const from = await sendProbe(http, name);
    const at = await Promise.race([
      heard,
      delay(GIVE_UP_MS, undefined, { signal: stop, ref: false }).catch(() => undefined),
    ]);
    waiting.delete(callerOf(name));
    if (at !== undefined) times.add(at - from);
    else if (!stop.aborted) lost++;
    await delay(HEARING_PAUSE_MS, undefined, { signal: stop }).catch(() => undefined);
  }
  return { probes, lost, spans: probes * 2, ms: times.summary() };
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
  const from = await sendProbe(http, name);
  const caller = callerOf(name);
  while (performance.now() - from < GIVE_UP_MS) {
    const graph = await fetchGraph(api, `?namespace=${PROBE_NAMESPACE}`);
    const sources = new Set(graph.nodes.filter(node => node.name === caller).map(node => node.id));
    const isThere = graph.edges.some(edge => sources.has(edge.source) && edge.evidence.paired === 1);
    if (isThere) return performance.now() - from;
    await delay(POLL_MS);
  }
  return undefined;
}

const callerOf = (name: string) => `probe-a-${name}`;

/** Resolves with when the second half was sent that was taken: what is refused for a while is sent again. */
async function sendProbe(http: number, name: string): Promise<number> {
  const traceId = randomBytes(16).toString('hex');
  const spanId = randomBytes(8).toString('hex');
  await send(http, callerOf(name), { traceId, spanId, name: 'GET', kind: 3 });
  const served = { traceId, spanId: randomBytes(8).toString('hex'), parentSpanId: spanId, name: 'GET', kind: 2 };
  return send(http, `probe-b-${name}`, served);
}

async function send(http: number, service: string, span: object): Promise<number> {
  const now = `${Date.now()}000000`;
  const attributes = [
    { key: 'service.name', value: { stringValue: service } },
    { key: 'service.namespace', value: { stringValue: PROBE_NAMESPACE } },
  ];
  const spans = [{ ...span, startTimeUnixNano: now, endTimeUnixNano: now }];
  const body = JSON.stringify({ resourceSpans: [{ resource: { attributes }, scopeSpans: [{ spans }] }] });
  const headers = { 'content-type': 'application/json' };
  for (;;) {
    const from = performance.now();
    const response = await fetch(`http://127.0.0.1:${http}/v1/traces`, { method: 'POST', headers, body });
    const answer = await response.text();
    if (response.ok) return from;
    if (response.status !== 503) throw new RunError(`a probe was refused: HTTP ${response.status} ${answer}`);
    await delay(REFUSED_MS);
  }
}
