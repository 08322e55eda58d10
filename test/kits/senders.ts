/** Clients of a real process, over HTTP and gRPC, each of which sends one call again and again until it is acknowledged. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import type { GraphDocument } from '../../src/contract/graph-document.ts';
import { callOf } from '../cli/analyze-calls.ts';
import { OtlpClient } from '../receivers/otlp/grpc-client.ts';
import { encodeTraces } from './otlp.ts';

const SENDERS = 8;

/** host:port of the OTLP receiver. */
interface Addresses {
  readonly http: string;
  readonly grpc: string;
}

const portOf = (address: string): number => Number(address.slice(address.lastIndexOf(':') + 1));

/** Sends calls to whatever runs, each until it is acknowledged. */
export class Senders {
  acknowledged = 0;
  sentAgain = 0;
  private next = 1;
  private isOver = false;
  private readonly service: () => Addresses | undefined;
  private readonly running: readonly Promise<void>[];

  constructor(service: () => Addresses | undefined) {
    this.service = service;
    this.running = Array.from({ length: SENDERS }, (_, i) => this.run(i % 2 === 0 ? overHttp : overGrpc));
  }

  async end(): Promise<void> {
    this.isOver = true;
    await Promise.all(this.running);
  }

  /** Every call that was acknowledged is in the graph once, and nothing else is. */
  expectEachOnce({ edges, stats }: GraphDocument, seed: number | string): void {
    const { acknowledged } = this;
    const { received, duplicates, paired } = stats.spans;
    expect({ seed, calls: edges.map(({ id, count }) => [id, count]) }).toEqual({
      seed,
      calls: [['service:web#calls#service:shop', acknowledged]],
    });
    expect({ distinct: received - duplicates, paired }).toEqual({
      distinct: 2 * acknowledged,
      paired: 2 * acknowledged,
    });
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

async function overHttp({ http }: Addresses, body: Buffer): Promise<boolean> {
  const headers = { 'content-type': 'application/x-protobuf' };
  const answer = await fetch(`http://${http}/v1/traces`, { method: 'POST', headers, body: new Uint8Array(body) });
  return answer.ok;
}

async function overGrpc({ grpc }: Addresses, body: Buffer): Promise<boolean> {
  const client = new OtlpClient(portOf(grpc));
  const { code } = await client.export('trace.v1.TraceService', body);
  client.close();
  return code === 0;
}
