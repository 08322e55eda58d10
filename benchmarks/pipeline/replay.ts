/** Sends the requests of a schedule over a few connections and measures what the server makes of it. */
import { Latencies } from './latencies.ts';
import type { Mesh } from './mesh.ts';
import { type Job, Schedule } from './schedule.ts';
import type { Sender } from './sender.ts';

/** How long a request waits for its own earlier copy to be answered. */
const BUSY_RETRY_MS = 2;

export interface ReplayOptions {
  readonly run: number;
  readonly rate: number;
  readonly durationMs: number;
}

export interface ReplayResult {
  readonly replays: number;
  /** Accepted, with those sent twice counted twice. */
  readonly spans: number;
  readonly requests: number;
  /** Before compression. */
  readonly bytes: number;
  /** From the first request to the end of the last replay, without what was left for later. */
  readonly seconds: number;
  readonly spansPerSecond: number;
  /** From when a request was due (open loop) or sent (closed loop) until its answer. */
  readonly latencyMs: { readonly p50: number; readonly p99: number; readonly max: number };
  /** Answers that asked to come again; such requests are sent again. */
  readonly refusals: number;
  readonly failures: number;
  readonly firstFailure: string | undefined;
  readonly cpuSeconds: number;
}

export async function replay(mesh: Mesh, senders: readonly Sender[], options: ReplayOptions): Promise<ReplayResult> {
  const run = new Replay(mesh, options);
  const cpuBefore = process.cpuUsage();
  await Promise.all(senders.map(sender => run.work(sender)));
  const cpu = process.cpuUsage(cpuBefore);
  return { ...run.result(), cpuSeconds: (cpu.user + cpu.system) / 1e6 };
}

class Replay {
  private readonly schedule: Schedule;
  private readonly openLoop: boolean;
  private readonly startMs = now();
  /** When the newest request in turn was answered, and what had been accepted until then. */
  private busyUntilMs = this.startMs;
  private spansWhileBusy = 0;
  private readonly inFlight = new Set<Buffer>();
  private readonly latencies = new Latencies();
  private spans = 0;
  private requests = 0;
  private bytes = 0;
  private refusals = 0;
  private failures = 0;
  private firstFailure: string | undefined;

  constructor(mesh: Mesh, options: ReplayOptions) {
    this.schedule = new Schedule(mesh, { ...options, startMs: this.startMs });
    this.openLoop = options.rate > 0;
  }

  async work(sender: Sender): Promise<void> {
    for (;;) {
      const next = this.schedule.next(now());
      if (next === undefined && this.inFlight.size === 0) return;
      // A request that is in flight may still be given back.
      if (typeof next !== 'object') await sleep(Math.min(next ?? BUSY_RETRY_MS, 100));
      else if (this.inFlight.has(next.request.template.bytes)) this.schedule.postpone(next, now(), BUSY_RETRY_MS);
      else await this.send(sender, next);
    }
  }

  private async send(sender: Sender, job: Job): Promise<void> {
    const { template } = job.request;
    template.apply(job.stamp);
    this.inFlight.add(template.bytes);
    const sentMs = now();
    const answer = await sender.send(template.bytes);
    const answeredMs = now();
    this.inFlight.delete(template.bytes);
    this.requests++;
    this.bytes += template.bytes.length;
    this.latencies.add(answeredMs - (this.openLoop ? job.dueMs : sentMs));
    if (answer.accepted) this.accept(job, answeredMs);
    else if (answer.retryAfterMs !== undefined) {
      this.refusals++;
      this.schedule.postpone(job, answeredMs, answer.retryAfterMs);
    } else {
      this.failures++;
      this.firstFailure ??= answer.status;
    }
  }

  private accept(job: Job, answeredMs: number): void {
    this.spans += job.request.template.spans;
    // What was left for later trickles in long after the load proper: it does not count as its time.
    if (!job.inTurn) return;
    this.busyUntilMs = answeredMs;
    this.spansWhileBusy = this.spans;
  }

  result(): Omit<ReplayResult, 'cpuSeconds'> {
    const seconds = (this.busyUntilMs - this.startMs) / 1_000;
    const { replays } = this.schedule;
    const { spans, requests, bytes, refusals, failures, firstFailure } = this;
    const spansPerSecond = this.spansWhileBusy / seconds;
    const latencyMs = this.latencies.summary();
    return { replays, spans, requests, bytes, seconds, spansPerSecond, latencyMs, refusals, failures, firstFailure };
  }
}

/** Wall-clock milliseconds with fractions that never run backwards. */
const now = (): number => performance.timeOrigin + performance.now();

function sleep(ms: number): Promise<void> {
  return ms < 1 ? new Promise(resolve => setImmediate(resolve)) : new Promise(resolve => setTimeout(resolve, ms));
}
