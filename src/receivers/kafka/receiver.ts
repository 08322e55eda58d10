/**
 * The Kafka receiver: connects, reads, and connects again when the cluster was out of reach, for as long as it runs. It
 * never keeps the service from starting; what is wrong stands in `/v1/status` and the log.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Consumers, Settings } from '../../contract/component.ts';
import type { ReceiverStatus } from '../../contract/receiver-status.ts';
import type { Progress } from '../../contract/record.ts';
import type { RecordEncoding } from '../../encodings/records/decode.ts';
import { type KafkaClient, KafkaError } from './client.ts';
import type { Counters } from './counters.ts';
import type { Intake, ToProgress } from './intake.ts';
import { Membership } from './membership.ts';
import type { KafkaOptions } from './options.ts';
import type { Partition } from './partition.ts';
import { Poison } from './poison.ts';
import { Problems } from './problems.ts';
import { Reader } from './reader.ts';
import { RecordIntake } from './record-intake.ts';
import { SchemaLoading } from './schema-registry/loading.ts';
import { Session } from './session.ts';
import { topicStatuses } from './status.ts';
import type { Route } from './subscriptions.ts';
import { ViewIntake } from './view-intake.ts';

const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 1000;
/** For what does not pass by itself: a wrong password. */
const USERS_RETRY_MS = 30_000;

export interface ReceiverParts {
  readonly settings: Settings;
  readonly consumers: Consumers;
  readonly counters: Counters;
  createClient(): Promise<KafkaClient>;
}

export class KafkaReceiver {
  isConnected = false;
  /** By key. */
  readonly partitions = new Map<string, Partition>();
  private readonly parts: ReceiverParts;
  private readonly options: KafkaOptions;
  private readonly problems: Problems;
  private readonly counters: Counters;
  private readonly poison: Poison;
  private readonly intakes = new Map<string, Intake>();
  private readonly stopping = new AbortController();
  /** What a backlog was read up to by all partitions, ms; 0: none is behind. */
  private reachedMs = 0;
  private session: Session | undefined;
  private membership: Membership | undefined;
  private running: Promise<void> = Promise.resolve();

  constructor(parts: ReceiverParts, options: KafkaOptions) {
    const { logger, clock } = parts.settings;
    this.parts = parts;
    this.options = options;
    this.problems = new Problems(logger, () => clock.now());
    this.counters = parts.counters;
    this.poison = new Poison(this.problems, this.counters, options.deadLetterTopic);
  }

  start(): void {
    this.running = this.run();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
    this.problems.stop();
  }

  private get clusterId(): string {
    return this.session?.discovery.clusterId ?? '';
  }

  /** Until it is stopped. */
  private async run(): Promise<void> {
    const { signal } = this.stopping;
    let retryMs = FIRST_RETRY_MS;
    while (!signal.aborted) {
      const error = await this.runSession(() => {
        retryMs = FIRST_RETRY_MS;
      });
      if (signal.aborted) return;
      if (!this.isConnected) this.counters.failed += 1;
      this.isConnected = false;
      this.problems.begin('not_connected', '', `not connected to ${this.options.client.brokers.join(', ')}: ${error}`);
      const isUsers = error instanceof KafkaError && error.kind !== 'connection' && error.kind !== 'protocol';
      await delay(isUsers ? USERS_RETRY_MS : retryMs, undefined, { signal }).catch(() => {});
      retryMs = Math.min(LAST_RETRY_MS, retryMs * 2);
    }
  }

  /** Answers with what ended it; undefined when the receiver stops. */
  private async runSession(ready: () => void): Promise<unknown> {
    const client = await this.parts.createClient();
    const group = client.group(this.options.groupId);
    const { problems, counters, partitions, options } = this;
    const membership = new Membership({ group, groupId: options.groupId, problems, counters, partitions });
    this.membership = membership;
    this.poison.client = client;
    const session = new Session({
      options,
      problems,
      counters,
      client,
      group,
      partitions,
      signal: this.stopping.signal,
      reader: this.createReader(),
      now: () => this.parts.settings.clock.now(),
      reached: ms => this.reached(ms),
      isUnused: route => this.isUnused(route),
      stored: cluster => this.stored(cluster),
      changed: added => {
        membership.partitionsChanged();
        this.keepPlaces(added);
      },
    });
    this.session = session;
    try {
      await session.run(() => {
        ready();
        this.isConnected = true;
        counters.connected += 1;
        problems.end('not_connected', '');
        membership.start();
      });
      await this.settled();
      await this.poison.stop();
      await membership.stop();
      return undefined;
    } catch (error) {
      membership.abandon();
      if (!(error instanceof KafkaError)) this.parts.settings.logger.error({ err: error }, 'reading from Kafka failed');
      return error instanceof Error ? error : new Error(String(error));
    } finally {
      await client.disconnect().catch(() => {});
    }
  }

  private createReader(): Reader {
    const { problems, counters, poison } = this;
    return new Reader({
      problems,
      counters,
      poison,
      intakeOf: route => this.intakeOf(route),
      now: () => this.parts.settings.clock.now(),
      signal: this.stopping.signal,
    });
  }

  private isUnused({ signal }: Route): boolean {
    const { consumers } = this.parts;
    return consumers[signal === 'events' ? 'records' : signal] === undefined;
  }

  private intakeOf(route: Route): Intake {
    const key = `${route.signal} ${route.encoding}`;
    let intake = this.intakes.get(key);
    if (intake === undefined) {
      intake = this.createIntake(route);
      this.intakes.set(key, intake);
    }
    return intake;
  }

  private createIntake(route: Route): Intake {
    const { toProgress, poison, options } = this;
    const { consumers } = this.parts;
    if (route.signal !== 'events') return new ViewIntake(consumers, route, toProgress, poison);
    const { encoding } = route;
    const { identity, names } = options;
    const cluster = () => options.cluster || this.clusterId;
    const loading = this.loadingOf(encoding);
    return new RecordIntake({ consumers, encoding, identity, cluster, names, toProgress, poison, loading });
  }

  /** Encodings that look for schemas share them. */
  private loadingOf(encoding: RecordEncoding): SchemaLoading | undefined {
    if (this.options.schemas === undefined || (encoding !== 'cdc' && encoding !== 'debezium_avro')) return undefined;
    return new SchemaLoading(this.options.schemas, this.problems);
  }

  private readonly toProgress: ToProgress = ({ topic, incarnation, partition }, next): Progress => {
    const { reachedMs, clusterId: cluster } = this;
    const at = { receiver: this.parts.settings.id, cluster, topic, incarnation, partition, next };
    return reachedMs === 0 ? at : { ...at, reachedMs };
  };

  /** Told with what is read; the end of a backlog, at once. */
  private reached(ms: number): void {
    const wasBehind = this.reachedMs > 0;
    this.reachedMs = ms === 0 ? 0 : Math.max(ms, this.reachedMs);
    const [one] = this.partitions.values();
    if (wasBehind && ms === 0 && one !== undefined) this.keepPlaces([one]);
  }

  private stored(clusterId: string): readonly Progress[] {
    const all = this.parts.consumers.positions?.(this.parts.settings.id) ?? [];
    return all.filter(({ cluster }) => cluster === clusterId);
  }

  /** Where a partition was begun is kept as well: after a restart it is read on from there, records or none. */
  private keepPlaces(added: readonly Partition[]): void {
    for (const at of added) {
      try {
        const { committed } = this.intakeOf(at.route).take({ at, records: [], from: 0, until: 0, next: at.next });
        committed?.catch(() => {});
      } catch {
        // With the first record, then.
      }
    }
  }

  /** Everything taken is durable, or was refused. */
  private async settled(): Promise<void> {
    for (let waited = 0; waited < 100 && [...this.partitions.values()].some(one => one.durable < one.next); waited++) {
      await delay(20);
    }
  }

  status(): ReceiverStatus {
    const { options, membership } = this;
    return {
      state: this.stopping.signal.aborted ? 'stopped' : this.isConnected ? 'running' : 'connecting',
      problems: this.problems.list(),
      cluster: this.clusterId,
      group: { id: options.groupId, memberId: membership?.memberId ?? '', others: membership?.others ?? [] },
      topics: topicStatuses(this.partitions.values(), this.counters),
      deadLetters: { ...this.counters.deadLetters },
    };
  }
}
