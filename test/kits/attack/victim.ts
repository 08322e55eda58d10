/**
 * A real process that is attacked beside honest clients. What holds for every attack is checked here: all requests of
 * the honest clients are taken (again, where one was refused with a delay), their edges are exact, memory has a bound,
 * and the process stops in order.
 */
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { expect, vi } from 'vitest';
import type { GraphDocument } from '../../../src/contract/graph-document.ts';
import { TYPE } from '../../receivers/otlp/http-client.ts';
import { type RunningService, startServiceProcess, startWithOpenFiles } from '../sdk/service-process.ts';
import { HonestClient } from './honest-clients.ts';

const SOON = 'connectors.topology.correlation.wait=500ms';
const MAX_RSS_BYTES = 700 * 2 ** 20;
const SETTLED_MS = 20_000;

export class Victim {
  readonly http: number;
  readonly grpc: number;
  readonly api: number;
  private readonly pid: number;

  constructor(service: RunningService) {
    this.pid = service.pid;
    [this.http, this.grpc, this.api] = [service.http, service.grpc, service.api].map(portOf) as [
      number,
      number,
      number,
    ];
  }

  /** The sum of the samples of a metric that have all these labels (`name="value"`). */
  async metric(name: string, ...labels: readonly string[]): Promise<number> {
    const text = await (await fetch(`http://127.0.0.1:${this.api}/metrics`)).text();
    const lines = text.split('\n').filter(line => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
    const wanted = lines.filter(line => labels.every(label => line.includes(label)));
    return wanted.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
  }

  async grown(least: number, name: string, ...labels: readonly string[]): Promise<void> {
    await vi.waitFor(async () => expect(await this.metric(name, ...labels)).toBeGreaterThanOrEqual(least), SETTLED_MS);
  }

  /** The most memory it had so far; only Linux tells. */
  peakBytes(): number {
    if (process.platform !== 'linux') return 0;
    return 1024 * Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${this.pid}/status`, 'utf8'))![1]);
  }

  async graph(): Promise<GraphDocument> {
    return (await (await fetch(`http://127.0.0.1:${this.api}/v1/graph`)).json()) as GraphDocument;
  }

  /** Posts a body to the traces of OTLP/HTTP; the status. */
  post(body: Uint8Array | string, headers: Record<string, string> = {}): Promise<number> {
    return new Promise((resolve, reject) => {
      const all = { 'Content-Type': TYPE.protobuf, 'Content-Length': Buffer.byteLength(body), ...headers };
      const to = { port: this.http, host: '127.0.0.1', method: 'POST', path: '/v1/traces', headers: all };
      const sent = request({ ...to, agent: false }, response => {
        response.resume();
        response.on('end', () => resolve(response.statusCode!));
      });
      sent.on('error', reject);
      sent.end(body);
    });
  }
}

/** Runs the attack against a process with these settings, and checks what holds for every attack. */
export async function attacked(sets: readonly string[], attack: (victim: Victim) => Promise<void>): Promise<void> {
  await attackedProcess(await startServiceProcess(SOON, ...sets), attack);
}

/** The same with so few open files allowed. */
export async function attackedWithFiles(most: number, attack: (victim: Victim) => Promise<void>): Promise<void> {
  await attackedProcess(await startWithOpenFiles(most, SOON), attack);
}

async function attackedProcess(service: RunningService, attack: (victim: Victim) => Promise<void>): Promise<void> {
  try {
    const victim = new Victim(service);
    const honest = [HonestClient.overHttp(victim.http), HonestClient.overGrpc(victim.grpc)];
    const going = Promise.all(honest.map(client => client.run()));
    try {
      await attack(victim);
    } finally {
      for (const client of honest) client.stop();
    }
    await going;
    for (const client of honest) {
      expect(client.others).toEqual([]);
      expect(client.taken).toBeGreaterThan(0);
    }
    await vi.waitFor(async () => {
      const { edges } = await victim.graph();
      for (const { names, taken } of honest) {
        const edge = edges.find(({ source, target }) => names.join() === [source, target].map(nameOf).join());
        expect([edge?.count, edge?.served, edge?.evidence.paired]).toEqual(Array(3).fill(taken));
      }
    }, SETTLED_MS);
    const peakBytes = victim.peakBytes();
    report(honest, peakBytes);
    expect(peakBytes).toBeLessThan(MAX_RSS_BYTES);
  } finally {
    expect(await service.stop()).toBe(0);
  }
}

function report(honest: readonly HonestClient[], peakBytes: number): void {
  const texts = honest.map(({ names, taken, refused, reconnected, latencies }) => {
    const { p50, p99, max } = latencies.summary();
    return `${names[0]} ${taken} taken, ${refused} refused, ${reconnected} times connected again, p50 ${p50.toFixed(1)} p99 ${p99.toFixed(1)} max ${max.toFixed(0)} ms`;
  });
  console.log(`${texts.join('; ')}; peak ${Math.round(peakBytes / 2 ** 20)} MiB`);
}

function nameOf(id: string): string {
  return id.slice(id.indexOf(':') + 1);
}

function portOf(address: string): number {
  return Number(address.slice(address.lastIndexOf(':') + 1));
}
