/**
 * More spans than a server can take: a request goes out whenever one is due and a connection is free, whatever the
 * server does; what finds no connection is not sent, and what is refused is not sent again, as when a sender's queue
 * is full. Prints one line of JSON: what was acknowledged, and what became of the rest.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Latencies } from '../../../benchmarks/pipeline/latencies.ts';
import { buildMesh, type Mesh } from '../../../benchmarks/pipeline/mesh.ts';
import { LOAD_ARGUMENTS, type LoadOptions, readLoadOptions } from '../../../benchmarks/pipeline/options.ts';
import { connectGrpc } from '../../../benchmarks/pipeline/send-grpc.ts';
import { connectHttp } from '../../../benchmarks/pipeline/send-http.ts';
import type { Answer, Sender } from '../../../benchmarks/pipeline/sender.ts';
import { createStamp, type Stamp } from '../../../benchmarks/pipeline/stamp.ts';
import type { Template } from '../../../benchmarks/pipeline/template.ts';
import { SPANS_PER_TRACE } from '../../../benchmarks/pipeline/trace.ts';

type Quantiles = ReturnType<Latencies['summary']>;

export interface FloodReport {
  readonly seconds: number;
  readonly offeredSpans: number;
  readonly acceptedSpans: number;
  readonly accepted: number;
  readonly refused: number;
  /** Of them, those that did not say when to come again. */
  readonly refusedWithoutDelay: number;
  readonly failures: number;
  readonly firstFailure: string | undefined;
  readonly acceptedMs: Quantiles;
  readonly refusedMs: Quantiles;
}

const TURN_MS = 2;

class Flood {
  private readonly mesh: Mesh;
  private readonly free: Sender[];
  private readonly inFlight = new Set<Template>();
  private readonly acceptedMs = new Latencies();
  private readonly refusedMs = new Latencies();
  private readonly counts = { acceptedSpans: 0, accepted: 0, refused: 0, refusedWithoutDelay: 0, failures: 0 };
  private firstFailure: string | undefined;
  private position = 0;
  private cycles = 0;
  private stamp: Stamp;

  constructor(mesh: Mesh, senders: readonly Sender[]) {
    this.mesh = mesh;
    this.free = [...senders];
    this.stamp = this.nextStamp();
  }

  async run({ rate, durationMs, bodySpans }: LoadOptions): Promise<FloodReport> {
    const startMs = performance.now();
    let issued = 0;
    for (let nowMs = 0; nowMs < durationMs; nowMs = performance.now() - startMs) {
      const due = Math.floor((rate * nowMs) / 1_000 / bodySpans);
      for (; issued < due && this.free.length > 0; issued++) void this.send(this.free.shift()!);
      issued = due;
      await delay(TURN_MS);
    }
    const seconds = (performance.now() - startMs) / 1_000;
    while (this.inFlight.size > 0) await delay(TURN_MS);
    const { counts, firstFailure } = this;
    const latencies = { acceptedMs: this.acceptedMs.summary(), refusedMs: this.refusedMs.summary() };
    return { seconds, offeredSpans: issued * bodySpans, ...counts, firstFailure, ...latencies };
  }

  private async send(sender: Sender): Promise<void> {
    const template = this.nextTemplate();
    this.inFlight.add(template);
    const sentMs = performance.now();
    try {
      const answer = await sender.send(template.bytes);
      this.count(answer, template.spans, performance.now() - sentMs);
      this.free.push(sender);
    } catch (error) {
      this.fail(String(error));
    }
    this.inFlight.delete(template);
  }

  private count(answer: Answer, spans: number, ms: number): void {
    if (answer.accepted) {
      this.counts.accepted++;
      this.counts.acceptedSpans += spans;
      this.acceptedMs.add(ms);
    } else if (answer.retryAfterMs !== undefined) {
      this.counts.refused++;
      if (!answer.asksForDelay) this.counts.refusedWithoutDelay++;
      this.refusedMs.add(ms);
    } else this.fail(answer.status);
  }

  private fail(what: string): void {
    this.counts.failures++;
    this.firstFailure ??= what;
  }

  /** There are more templates than connections. */
  private nextTemplate(): Template {
    const { requests } = this.mesh;
    for (;;) {
      if (this.position === requests.length) {
        this.position = 0;
        this.stamp = this.nextStamp();
      }
      const { template } = requests[this.position++]!;
      if (this.inFlight.has(template)) continue;
      template.apply(this.stamp);
      return template;
    }
  }

  private nextStamp(): Stamp {
    return createStamp(Date.now(), this.cycles++, Date.now() - this.mesh.leadMs);
  }
}

const { values } = parseArgs({ options: { ...LOAD_ARGUMENTS, port: { type: 'string' } } });
const options = readLoadOptions(values);
const traces = Math.ceil((2 * options.connections * options.bodySpans) / SPANS_PER_TRACE);
const mesh = buildMesh({ ...options, traces: Math.max(traces, options.traces) });
const connect = options.proto === 'grpc' ? connectGrpc : connectHttp;
const { contentType } = mesh.requests[0]!.template;
const target = { host: '127.0.0.1', port: Number(values.port), contentType, gzip: options.gzip };
const senders = await Promise.all(Array.from({ length: options.connections }, () => connect(target)));
console.log(JSON.stringify(await new Flood(mesh, senders).run(options)));
for (const sender of senders) sender.close();
