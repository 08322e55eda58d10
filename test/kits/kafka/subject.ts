/** A real service that reads from Kafka, and what it says of itself over HTTP. */
import { expect, vi } from 'vitest';
import { stringify } from 'yaml';
import type { ServiceStatus } from '../../../src/contract/component.ts';
import type { GraphDocument } from '../../../src/contract/graph-document.ts';
import type { ReceiverStatus } from '../../../src/contract/receiver-status.ts';
import { dataDirectory } from '../data-directory.ts';
import { type RunningService, startServiceProcess } from '../sdk/service-process.ts';

export const PATIENCE = { timeout: 30_000, interval: 50 };

export type Options = Readonly<Record<string, unknown>>;

export class KafkaSubject {
  readonly path = dataDirectory();
  service: RunningService | undefined;
  private readonly options: Options;

  /** The options of the receiver. */
  constructor(options: Options) {
    this.options = { initial_offset: 'earliest', refresh_interval: '500ms', ...options };
  }

  async start(...sets: readonly string[]): Promise<this> {
    const { traces, logs, topics } = this.options;
    this.service = await startServiceProcess(
      `extensions.storage.path=${this.path}`,
      'extensions.storage.checkpoint_interval=1s',
      'connectors.topology.correlation.wait=1s',
      `receivers.kafka=${stringify(this.options, { collectionStyle: 'flow', lineWidth: 0 }).trim()}`,
      ...(traces === undefined ? [] : ['service.pipelines.traces.receivers=[otlp, kafka]']),
      ...(logs === undefined ? [] : ['service.pipelines.logs={receivers: [otlp, kafka], exporters: [topology]}']),
      ...(topics === undefined ? [] : ['service.pipelines.events={receivers: [kafka], exporters: [topology]}']),
      ...sets,
    );
    return this;
  }

  async stop(): Promise<void> {
    await this.service?.stop();
    this.service = undefined;
  }

  kill(): void {
    process.kill(this.service!.pid, 'SIGKILL');
    this.service = undefined;
  }

  async get<T>(path: string): Promise<T> {
    return JSON.parse(await this.text(path)) as T;
  }

  async text(path: string): Promise<string> {
    const answer = await fetch(`http://${this.service!.api}${path}`);
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${text}`);
    return text;
  }

  async receiver(): Promise<ReceiverStatus> {
    return (await this.get<ServiceStatus>('/v1/status')).receivers.kafka!;
  }

  graph(): Promise<GraphDocument> {
    return this.get('/v1/graph');
  }

  /** Waits until the status of the receiver meets the expectation. */
  until(check: (status: ReceiverStatus) => void): Promise<void> {
    return vi.waitFor(async () => check(await this.receiver()), PATIENCE);
  }

  untilGraph(check: (graph: GraphDocument) => void, timeout = PATIENCE.timeout): Promise<void> {
    return vi.waitFor(async () => check(await this.graph()), { ...PATIENCE, timeout });
  }

  /** Waits until the problem is listed. */
  untilProblem(code: string, message: RegExp): Promise<void> {
    return this.until(({ problems }) => {
      expect(problems.find(problem => problem.code === code)?.message).toMatch(message);
    });
  }

  /** Calls from `web` to `shop`, of which each was sent once. */
  untilCalls(count: number, timeout?: number): Promise<void> {
    return this.untilGraph(({ edges, stats }) => {
      expect(edges.map(({ id, count }) => [id, count])).toEqual([['service:web#calls#service:shop', count]]);
      const { duplicates, rejected, pending } = stats.spans;
      expect({ duplicates, rejected, pending }).toEqual({ duplicates: 0, rejected: 0, pending: 0 });
    }, timeout);
  }
}
