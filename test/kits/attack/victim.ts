/**
 * A real process that is attacked beside an honest client. What holds for every attack is checked here: all requests of
 * the honest client are taken (again, where one was refused with 503), its edge is exact, memory has a bound, and the
 * process stops in order.
 */
import { Agent, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, vi } from 'vitest';
import type { GraphDocument } from '../../../src/contract/graph-document.ts';
import { callOf } from '../../cli/analyze-calls.ts';
import { TYPE } from '../../receivers/otlp/http-client.ts';
import { type RunningService, startServiceProcess } from '../sdk/service-process.ts';

const PAUSE_MS = 10;
const MAX_RSS_BYTES = 700 * 2 ** 20;
const SETTLED_MS = 20_000;

export class Victim {
  readonly http: number;
  readonly grpc: number;
  readonly api: number;

  constructor(service: RunningService) {
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

  async graph(): Promise<GraphDocument> {
    return (await (await fetch(`http://127.0.0.1:${this.api}/v1/graph`)).json()) as GraphDocument;
  }

  /** Posts a body to the traces of OTLP/HTTP; the status. */
  post(body: Uint8Array | string, headers: Record<string, string> = {}, agent?: Agent): Promise<number> {
    return new Promise((resolve, reject) => {
      const all = { 'Content-Type': TYPE.protobuf, 'Content-Length': Buffer.byteLength(body), ...headers };
      const to = { port: this.http, host: '127.0.0.1', method: 'POST', path: '/v1/traces', headers: all };
      const sent = request({ ...to, agent: agent ?? false }, response => {
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
  const service = await startServiceProcess('connectors.topology.correlation.wait=500ms', ...sets);
  try {
    const victim = new Victim(service);
    const honest = new HonestClient(victim);
    const going = honest.run();
    try {
      await attack(victim);
    } finally {
      honest.stop();
    }
    await going;
    expect(honest.others).toEqual([]);
    expect(honest.taken).toBeGreaterThan(0);
    await vi.waitFor(async () => {
      const edge = (await victim.graph()).edges.find(({ source, target }) => `${source}${target}`.match(/web.*shop/));
      expect([edge?.count, edge?.served, edge?.evidence.paired]).toEqual(Array(3).fill(honest.taken));
    }, SETTLED_MS);
    expect(await victim.metric('tacit_process_resident_memory_bytes')).toBeLessThan(MAX_RSS_BYTES);
  } finally {
    expect(await service.stop()).toBe(0);
  }
}

/** One call every few milliseconds over one connection; what is refused with 503 is sent again. */
class HonestClient {
  taken = 0;
  /** Answers that are neither 200 nor 503. */
  readonly others: number[] = [];
  private readonly victim: Victim;
  private going = true;

  constructor(victim: Victim) {
    this.victim = victim;
  }

  stop(): void {
    this.going = false;
  }

  async run(): Promise<void> {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    while (this.going) {
      const body = JSON.stringify(callOf(this.taken + 1, Date.now()));
      const status = await this.victim.post(body, { 'Content-Type': TYPE.json }, agent);
      if (status === 200) this.taken++;
      else if (status !== 503) this.others.push(status);
      await delay(PAUSE_MS);
    }
    agent.destroy();
  }
}

function portOf(address: string): number {
  return Number(address.slice(address.lastIndexOf(':') + 1));
}
