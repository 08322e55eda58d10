/**
 * What stands behind the Collector's other exporters: takes OTLP/HTTP and knows how long each probe took. A probe is
 * a span of its own trace, sent through the Collector like everything else.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The first half of the trace ids of probes. */
const PREFIX = Buffer.from('70726f62652d2d2d', 'hex');

export interface Summary {
  readonly count: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

export interface Backend {
  readonly port: number;
  /** Sends a probe every `intervalMs` to an OTLP/HTTP receiver, until `stopProbes`. */
  startProbes(url: string, intervalMs: number): void;
  stopProbes(): void;
  /** Names the time from the last mark until now. */
  mark(window: string): void;
  readonly sent: number;
  /** Probes that the receiver did not take. */
  readonly refused: number;
  /** Probes that came from the exporter with this path. */
  arrived(path: string): number;
  /** Of the probes sent in a window. */
  summary(path: string, window: string): Summary;
  close(): Promise<void>;
}

interface Probe {
  readonly sentMs: number;
  readonly arrivedMs: Map<string, number>;
}

export async function startBackend(): Promise<Backend> {
  const probes: Probe[] = [];
  const windows = new Map<string, readonly Probe[]>();
  let marked = 0;
  let refused = 0;
  let timer: NodeJS.Timeout | undefined;
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    const path = request.url!.split('/')[1]!;
    request.on('data', piece => pieces.push(piece));
    request.on('end', () => {
      const now = performance.now();
      for (const number of probesIn(Buffer.concat(pieces))) probes[number]!.arrivedMs.set(path, now);
      response.writeHead(200, { 'Content-Type': 'application/x-protobuf' }).end();
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));

  async function probe(url: string): Promise<void> {
    const body = probeBody(probes.push({ sentMs: performance.now(), arrivedMs: new Map() }) - 1);
    const headers = { 'content-type': 'application/json' };
    try {
      const answer = await fetch(url, { method: 'POST', headers, body });
      if (!answer.ok) refused++;
      await answer.arrayBuffer();
    } catch {
      refused++;
    }
  }

  return {
    port: (server.address() as AddressInfo).port,
    startProbes(url, intervalMs) {
      timer = setInterval(() => void probe(url), intervalMs);
    },
    stopProbes: () => clearInterval(timer),
    mark(window) {
      windows.set(window, probes.slice(marked));
      marked = probes.length;
    },
    get sent() {
      return probes.length;
    },
    get refused() {
      return refused;
    },
    arrived: path => probes.filter(({ arrivedMs }) => arrivedMs.has(path)).length,
    summary(path, window) {
      const latencies = windows.get(window)!.flatMap(({ sentMs, arrivedMs }) => {
        const arrived = arrivedMs.get(path);
        return arrived === undefined ? [] : [arrived - sentMs];
      });
      return { count: latencies.length, p50: quantile(latencies, 0.5), p99: quantile(latencies, 0.99) };
    },
    close: () => new Promise(resolve => server.close(() => resolve())),
  };
}

function probesIn(body: Buffer): readonly number[] {
  const found: number[] = [];
  for (let at = body.indexOf(PREFIX); at >= 0; at = body.indexOf(PREFIX, at + 16)) {
    found.push(Number(body.readBigUInt64BE(at + 8)));
  }
  return found;
}

/** Failed, so that a tail sampler that keeps errors keeps it. */
function probeBody(number: number): string {
  const time = `${BigInt(Date.now()) * 1_000_000n}`;
  const half = number.toString(16).padStart(16, '0');
  const span = {
    traceId: PREFIX.toString('hex') + half,
    spanId: `ff${half.slice(2)}`,
    name: 'probe',
    kind: 1,
    startTimeUnixNano: time,
    endTimeUnixNano: time,
    status: { code: 2 },
  };
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'probe' } }] };
  return JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ spans: [span] }] }] });
}

function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(share * (values.length - 1))] ?? Number.NaN;
}
