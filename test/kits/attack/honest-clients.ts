/**
 * Who sends what he should while others attack: a call of two spans every few milliseconds over one connection, sent
 * again where it was refused with a delay, or its connection had to give way while it was silent. One speaks HTTP, one
 * gRPC with gzip.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { CLIENT, encodeSpans, SERVER } from '../../../benchmarks/attack/spans.ts';
import { Latencies } from '../../../benchmarks/pipeline/latencies.ts';
import { connectGrpc } from '../../../benchmarks/pipeline/send-grpc.ts';
import { connectHttp } from '../../../benchmarks/pipeline/send-http.ts';
import type { Answer, Sender } from '../../../benchmarks/pipeline/sender.ts';

const PAUSE_MS = 10;

export class HonestClient {
  /** Services of its calls. */
  readonly names: readonly [from: string, to: string];
  readonly latencies = new Latencies();
  taken = 0;
  refused = 0;
  /** Whatever else it was told. */
  readonly others: string[] = [];
  reconnected = 0;
  private readonly connect: () => Promise<Sender>;
  private readonly firstTrace: number;
  private going = true;

  private constructor(connect: () => Promise<Sender>, names: readonly [string, string], firstTrace: number) {
    this.connect = connect;
    this.names = names;
    this.firstTrace = firstTrace;
  }

  static overHttp(port: number): HonestClient {
    const options = { host: '127.0.0.1', port, contentType: 'application/x-protobuf', gzip: false };
    return new HonestClient(() => connectHttp(options), ['honest-web', 'honest-shop'], 2 ** 31);
  }

  static overGrpc(port: number): HonestClient {
    const options = { host: '127.0.0.1', port, contentType: '', gzip: true };
    return new HonestClient(() => connectGrpc(options), ['honest-teller', 'honest-bank'], 2 ** 31 + 2 ** 30);
  }

  stop(): void {
    this.going = false;
  }

  /** Until it is told to stop. */
  async run(): Promise<void> {
    let sender: Sender | undefined;
    while (this.going) {
      const beganMs = performance.now();
      try {
        sender ??= await this.connect();
        this.count(await sender.send(this.call()));
        this.latencies.add(performance.now() - beganMs);
      } catch {
        sender?.close();
        sender = undefined;
        this.reconnected++;
      }
      await delay(PAUSE_MS);
    }
    sender?.close();
  }

  private count(answer: Answer): void {
    if (answer.accepted) this.taken++;
    else if (answer.retryAfterMs !== undefined) this.refused++;
    else if (answer.status.endsWith('without status')) throw new Error('the connection was closed');
    else this.others.push(answer.status);
  }

  private call(): Buffer {
    const [from, to] = this.names;
    const base = { trace: this.firstTrace + this.taken, startMs: Date.now() };
    return encodeSpans([
      { ...base, resource: { 'service.name': from }, span: 1, kind: CLIENT },
      { ...base, resource: { 'service.name': to }, span: 2, parent: 1, kind: SERVER },
    ]);
  }
}
