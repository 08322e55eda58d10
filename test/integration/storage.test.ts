/** A real process is killed at any moment, under load, again and again: what it acknowledged is there, each call once. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, vi } from 'vitest';
import type { GraphDocument } from '../../src/contract/graph-document.ts';
import { callOf } from '../cli/analyze-calls.ts';
import { dataDirectory } from '../kits/data-directory.ts';
import { encodeTraces } from '../kits/otlp.ts';
import { type RunningService, startServiceProcess } from '../kits/sdk/service-process.ts';
import { Random } from '../oracle/random.ts';
import { OtlpClient } from '../receivers/otlp/grpc-client.ts';

const ROUNDS = Number(process.env.TACIT_KILL_ROUNDS ?? 4);
const SEED = Number(process.env.TACIT_KILL_SEED ?? 1);
const SENDERS = 8;
const LONGEST_ROUND_MS = 2000;
const PATIENCE = { timeout: 30_000, interval: 100 };

const portOf = (address: string): number => Number(address.slice(address.lastIndexOf(':') + 1));

/** Sends calls to whatever runs, each until it is acknowledged. */
class Senders {
  acknowledged = 0;
  sentAgain = 0;
  private next = 1;
  private isOver = false;
  private readonly service: () => RunningService | undefined;
  private readonly running: readonly Promise<void>[];

  constructor(service: () => RunningService | undefined) {
    this.service = service;
    this.running = Array.from({ length: SENDERS }, (_, i) => this.run(i % 2 === 0 ? overHttp : overGrpc));
  }

  async end(): Promise<void> {
    this.isOver = true;
    await Promise.all(this.running);
  }

  private async run(send: typeof overHttp): Promise<void> {
    while (!this.isOver) {
      const body = Buffer.from(encodeTraces(callOf(this.next++, Date.now())));
      while (!(await this.isTaken(body, send))) {
        this.sentAgain++;
        await sleep(20);
      }
      this.acknowledged++;
    }
  }

  private async isTaken(body: Buffer, send: typeof overHttp): Promise<boolean> {
    const service = this.service();
    return service !== undefined && (await send(service, body).catch(() => false));
  }
}

async function overHttp({ http }: RunningService, body: Buffer): Promise<boolean> {
  const headers = { 'content-type': 'application/x-protobuf' };
  const answer = await fetch(`http://${http}/v1/traces`, { method: 'POST', headers, body: new Uint8Array(body) });
  return answer.ok;
}

async function overGrpc({ grpc }: RunningService, body: Buffer): Promise<boolean> {
  const client = new OtlpClient(portOf(grpc));
  const { code } = await client.export('trace.v1.TraceService', body);
  client.close();
  return code === 0;
}

it(
  `every acknowledged call is counted once, over ${ROUNDS} deaths`,
  async () => {
    const random = new Random(SEED);
    const sets = [
      `extensions.storage.path=${dataDirectory()}`,
      'extensions.storage.checkpoint_interval=1s',
      'connectors.topology.correlation.wait=1s',
    ];
    let service: RunningService | undefined = await startServiceProcess(...sets);
    const senders = new Senders(() => service);
    for (let round = 0; round < ROUNDS; round++) {
      await sleep(random.below(LONGEST_ROUND_MS));
      const { pid } = service!;
      service = undefined;
      process.kill(pid, 'SIGKILL');
      service = await startServiceProcess(...sets);
    }
    await senders.end();
    const { acknowledged, sentAgain } = senders;
    expect(acknowledged).toBeGreaterThan(100);
    expect(sentAgain).toBeGreaterThan(0);
    const graph = await vi.waitFor(async () => {
      const answer = await fetch(`http://${service!.api}/v1/graph`);
      const document = (await answer.json()) as GraphDocument;
      expect(document.stats.spans.pending).toBe(0);
      return document;
    }, PATIENCE);
    const { received, duplicates, paired } = graph.stats.spans;
    expect({ seed: SEED, calls: graph.edges.map(({ id, count }) => [id, count]) }).toEqual({
      seed: SEED,
      calls: [['service:web#calls#service:shop', acknowledged]],
    });
    expect({ distinct: received - duplicates, paired }).toEqual({
      distinct: 2 * acknowledged,
      paired: 2 * acknowledged,
    });
    expect(await service!.stop()).toBe(0);
  },
  60_000 + ROUNDS * 15_000,
);
