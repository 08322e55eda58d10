/** A receiver of records that really listens on a free port, with a consumer behind it that writes down what it gets. */
import { request } from 'node:http';
import { systemClock } from '../../../src/contract/clock.ts';
import type { Component, Listener, MetricSample } from '../../../src/contract/component.ts';
import type { PushResult } from '../../../src/contract/consumer.ts';
import type { RecordConsumer, RecordIdentity, RecordView } from '../../../src/contract/record.ts';
import type { HttpEventsConfig } from '../../../src/receivers/http-events/config.ts';
import { httpEventsFactory } from '../../../src/receivers/http-events/factory.ts';
import { exchange, type Reply } from '../../kits/exchange.ts';

export class RecordingRecords implements RecordConsumer {
  /** Of what was committed, in the order of arrival. */
  readonly taken: { readonly view: RecordView; readonly identity: RecordIdentity }[] = [];
  readonly aborted: string[] = [];
  refusal: Error | undefined;
  failure: Error | undefined;
  /** While set, a commit waits for what it returns. */
  gate: (() => Promise<void>) | undefined;
  commits = 0;
  private open: { readonly view: RecordView; readonly identity: RecordIdentity }[] = [];

  begin(): void {
    if (this.refusal !== undefined) throw this.refusal;
    this.open = [];
  }

  record(view: RecordView, identity: RecordIdentity): void {
    const { cluster, topic, partition, offset, timestampMs, context, messageId, keyHash, isOutbox, marker } = view;
    const changes = view.changes.map(change => ({ ...change }));
    const rest = { incarnation: '', producer: '', originalTopic: '', transactionContext: undefined };
    this.open.push({
      view: {
        ...rest,
        ...{ cluster, topic, partition, offset, timestampMs, context, messageId, keyHash, isOutbox, marker, changes },
      },
      identity,
    });
  }

  progress(): void {}

  commit(): PushResult | Promise<PushResult> {
    if (this.failure !== undefined) throw this.failure;
    this.commits++;
    this.taken.push(...this.open);
    const result = { accepted: this.open.length, rejected: 0, message: '' };
    return this.gate === undefined ? result : this.gate().then(() => result);
  }

  abort(reason: string): void {
    this.aborted.push(reason);
  }
}

export class RunningEvents {
  readonly records = new RecordingRecords();
  readonly listeners: Listener[] = [];
  readonly said: string[] = [];
  private readonly sources: (() => readonly MetricSample[])[] = [];
  readonly component: Component;

  constructor(options: HttpEventsConfig = {}, isTaken = true) {
    const say = (_fields: object, message: string) => void this.said.push(message);
    this.component = httpEventsFactory.create(
      {
        id: 'http_events',
        clock: systemClock,
        logger: { debug: say, info: say, warn: say, error: say },
        host: {
          storeIn: () => {},
          storage: () => undefined,
          topology: () => undefined,
          listening: listener => {
            this.listeners.push(listener);
            return () => void this.listeners.splice(this.listeners.indexOf(listener), 1);
          },
          receiver: () => {},
          exporter: () => {},
          metrics: collect => this.sources.push(collect),
          status: () => {
            throw new Error('a receiver has no business with the status');
          },
          collectMetrics: async () => this.sources.flatMap(collect => collect()),
        },
      },
      { endpoint: '127.0.0.1:0', ...options },
      isTaken ? { records: this.records } : {},
    );
  }

  async start(): Promise<this> {
    await this.component.start();
    return this;
  }

  post(path: string, body: Uint8Array | string, headers: Record<string, string> = {}, method = 'POST'): Promise<Reply> {
    const { address } = this.listeners[0]!;
    const port = Number(address.slice(address.lastIndexOf(':') + 1));
    return exchange(request({ port, host: '127.0.0.1', method, path, headers, agent: false }), body);
  }

  metric(name: string, labels: Record<string, string> = {}): number {
    const values = this.sources.flatMap(collect => collect()).flatMap(one => (one.name === name ? one.values : []));
    const wanted = values.filter(({ labels: own }) =>
      Object.entries(labels).every(([key, value]) => own[key] === value),
    );
    return wanted.reduce((sum, { value }) => sum + value, 0);
  }
}

export const NDJSON = { 'content-type': 'application/x-ndjson' };
export const STRUCTURED = { 'content-type': 'application/cloudevents+json; charset=utf-8' };
export const BATCH = { 'content-type': 'application/cloudevents-batch+json' };

export function jsonOf(reply: Reply): unknown {
  return JSON.parse(reply.body.toString());
}
