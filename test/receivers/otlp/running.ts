/** A receiver that really listens on free ports, with a recording consumer behind it. */

import { systemClock } from '../../../src/contract/clock.ts';
import type { Component, Consumers, Listener, MetricSample, Settings } from '../../../src/contract/component.ts';
import type { LogConsumer } from '../../../src/contract/consumer.ts';
import { createSpanView } from '../../../src/normalize/conventions/slots.ts';
import type { OtlpConfig } from '../../../src/receivers/otlp/config.ts';
import { createOtlpReceiverFactory } from '../../../src/receivers/otlp/factory.ts';
import { RecordingConsumer } from './consumer.ts';

export type Protocols = OtlpConfig['protocols'];

export class Running {
  readonly consumer = new RecordingConsumer();
  readonly listeners: Listener[] = [];
  readonly errors: string[] = [];
  /** Lines of the log below error. */
  readonly said: string[] = [];
  logRecords = 0;
  private readonly sources: (() => readonly MetricSample[])[] = [];
  private readonly component: Component;

  constructor(protocols: Protocols, signals: readonly ('traces' | 'logs')[] = ['traces', 'logs']) {
    const consumers: Consumers = {
      ...(signals.includes('traces') ? { traces: this.consumer } : {}),
      ...(signals.includes('logs') ? { logs: this.logConsumer() } : {}),
    };
    const factory = createOtlpReceiverFactory(() => createSpanView());
    this.component = factory.create(this.settings(), { protocols }, consumers);
  }

  async start(): Promise<this> {
    await this.component.start();
    return this;
  }

  async stop(): Promise<void> {
    await this.component.stop();
  }

  /** Port of the HTTP or gRPC listener. */
  port(protocol: 'http' | 'grpc'): number {
    const listener = this.listeners.find(one => one.protocol === protocol);
    if (listener === undefined) throw new Error(`no ${protocol} listener was announced`);
    return Number(listener.address.slice(listener.address.lastIndexOf(':') + 1));
  }

  /** Sum of a counter's values that carry all of these labels. */
  metric(name: string, labels: Record<string, string> = {}): number {
    const samples = this.sources.flatMap(collect => collect()).filter(sample => sample.name === name);
    const values = samples.flatMap(sample => sample.values);
    return values
      .filter(({ labels: own }) => Object.entries(labels).every(([key, value]) => own[key] === value))
      .reduce((sum, { value }) => sum + value, 0);
  }

  private logConsumer(): LogConsumer {
    let open = 0;
    return {
      begin: () => {
        open = 0;
      },
      log: () => {
        open++;
      },
      commit: () => {
        this.logRecords += open;
        return { accepted: open, rejected: 0, message: '' };
      },
      abort: () => {},
    };
  }

  private settings(): Settings {
    const ignore = () => {};
    const say = (_fields: object, message: string) => void this.said.push(message);
    return {
      id: 'otlp',
      clock: systemClock,
      logger: { debug: ignore, info: say, warn: say, error: (_fields, message) => this.errors.push(message) },
      host: {
        storeIn: () => {},
        storage: () => undefined,
        topology: () => undefined,
        receiver: ignore,
        exporter: () => {},
        listening: listener => {
          this.listeners.push(listener);
          return () => void this.listeners.splice(this.listeners.indexOf(listener), 1);
        },
        metrics: collect => this.sources.push(collect),
        status: () => {
          throw new Error('a receiver has no business with the status');
        },
        collectMetrics: async () => this.sources.flatMap(collect => collect()),
      },
    };
  }
}

export function startHttp(options: NonNullable<Protocols['http']> = {}): Promise<Running> {
  return new Running({ http: { endpoint: '127.0.0.1:0', ...options } }).start();
}

export function startGrpc(options: NonNullable<Protocols['grpc']> = {}): Promise<Running> {
  return new Running({ grpc: { endpoint: '127.0.0.1:0', ...options } }).start();
}
