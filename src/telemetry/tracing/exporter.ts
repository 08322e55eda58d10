/**
 * Finished spans in, OTLP/HTTP requests out: in batches, after a while or when enough wait, one request at a time. The
 * queue is bounded; what finds no room, or could not be sent after several attempts, is dropped and counted.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ISerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import type { Logger } from '../../contract/logger.ts';
import type { ClientTls } from '../../lib/client-tls.ts';
import { RepeatedLog } from '../repeated-log.ts';
import { post } from './post.ts';

export type ReadableSpan = Parameters<typeof ProtobufTraceSerializer.serializeRequest>[0][number];
export type SpanSerializer = Pick<ISerializer<ReadableSpan[], unknown>, 'serializeRequest'>;

const MAX_QUEUE = 2048;
const MAX_BATCH = 512;
const DELAY_MS = 2000;
const ATTEMPTS = 4;
const FIRST_PAUSE_MS = 500;
const MAX_PAUSE_MS = 30_000;
const RETRYABLE: ReadonlySet<number> = new Set([429, 502, 503, 504]);

export interface ExporterOptions {
  /** Where requests go, path and all. */
  readonly url: string;
  readonly contentType: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly tls: ClientTls | undefined;
  readonly serializer: SpanSerializer;
  readonly logger: Logger;
}

export const EXPORT_OUTCOMES = ['sent', 'queue_full', 'failed'] as const;
export type ExportOutcome = (typeof EXPORT_OUTCOMES)[number];

/** Undefined: not to be tried again. */
type Attempt = { readonly done: true } | { readonly done: false; readonly why: string; readonly pauseMs?: number };

export class SpanExporter {
  readonly counts: Record<ExportOutcome, number> = { sent: 0, queue_full: 0, failed: 0 };
  private readonly options: ExporterOptions;
  private readonly log: RepeatedLog;
  private readonly stopping = new AbortController();
  private queue: ReadableSpan[] = [];
  private sending: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(options: ExporterOptions) {
    this.options = options;
    this.log = new RepeatedLog(options.logger);
  }

  add(span: ReadableSpan): void {
    if (this.queue.length >= MAX_QUEUE) {
      this.counts.queue_full += 1;
      return;
    }
    this.queue.push(span);
    if (this.queue.length >= MAX_BATCH) void this.flush();
    else this.timer ??= setTimeout(() => void this.flush(), DELAY_MS).unref();
  }

  /** Sends what waits; gives up what is not sent by then. */
  async stop(withinMs: number): Promise<void> {
    const giveUp = setTimeout(() => this.stopping.abort(), withinMs);
    await this.flush();
    clearTimeout(giveUp);
    this.log.flush();
  }

  private async flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.sending ??= this.sendAll();
    await this.sending;
  }

  private async sendAll(): Promise<void> {
    while (this.queue.length > 0) {
      const batch = this.queue.slice(0, MAX_BATCH);
      this.queue = this.queue.slice(MAX_BATCH);
      const why = await this.send(batch);
      this.counts[why === undefined ? 'sent' : 'failed'] += batch.length;
      if (why !== undefined) this.complain(why, batch.length);
    }
    this.sending = undefined;
  }

  /** The reason, when it could not be sent. */
  private async send(batch: ReadableSpan[]): Promise<string | undefined> {
    const body = this.options.serializer.serializeRequest(batch);
    if (body === undefined) return 'it could not be written';
    let pauseMs = FIRST_PAUSE_MS;
    for (let attempt = 1; ; attempt++) {
      const result = await this.attempt(body);
      if (result.done) return undefined;
      if (result.pauseMs === undefined || attempt === ATTEMPTS || this.stopping.signal.aborted) return result.why;
      const wait = Math.min(MAX_PAUSE_MS, Math.max(result.pauseMs, pauseMs) * (0.75 + Math.random() / 2));
      await sleep(wait, undefined, { signal: this.stopping.signal, ref: false }).catch(() => {});
      pauseMs *= 2;
    }
  }

  private async attempt(body: Uint8Array): Promise<Attempt> {
    const { url, contentType, headers: own, timeoutMs, tls } = this.options;
    const signal = AbortSignal.any([AbortSignal.timeout(timeoutMs), this.stopping.signal]);
    try {
      const headers = { ...own, 'content-type': contentType };
      const { status, retryAfter } = await post(url, { headers, body, signal, tls });
      if (status >= 200 && status < 300) return { done: true };
      const why = `HTTP ${status}`;
      if (!RETRYABLE.has(status)) return { done: false, why };
      return { done: false, why, pauseMs: 1000 * (Number(retryAfter) || 0) };
    } catch (error) {
      const { message, cause, code } = error as NodeJS.ErrnoException;
      const why = (cause instanceof Error && cause.message) || message || code || 'no connection';
      return { done: false, why, pauseMs: 0 };
    }
  }

  private complain(why: string, spans: number): void {
    const { url } = this.options;
    const message = `own spans could not be sent: ${why}`;
    this.log.say({ level: 'warn', kind: why, sender: 'tacit', fields: { url, spans }, message });
  }
}
