/** What the receiver counts, by topic where that helps: beyond a bound, topics are counted together. */
import type { MetricSample } from '../../contract/component.ts';
import {
  KAFKA_BYTES,
  KAFKA_CONNECTIONS,
  KAFKA_DEAD_LETTERS,
  KAFKA_JOINS,
  KAFKA_LAG,
  KAFKA_LOST,
  KAFKA_PARTITIONS,
  KAFKA_POISON,
  KAFKA_RECORDS,
  KAFKA_REWINDS,
  KAFKA_WAITS,
} from '../../telemetry/metrics/kafka.ts';
import type { Partition } from './partition.ts';
import { Rate } from './rate.ts';

const MAX_TOPICS = 1000;
const OTHERS = '(other)';

export interface TopicCounts {
  records: number;
  bytes: number;
  lost: number;
  /** Of records. */
  readonly rate: Rate;
  readonly poison: Map<string, number>;
}

export class Counters {
  waits = 0;
  rewinds = 0;
  joins = 0;
  connected = 0;
  failed = 0;
  readonly deadLetters = { sent: 0, failed: 0, dropped: 0 };
  private readonly receiver: string;
  private readonly topics = new Map<string, TopicCounts>();

  constructor(receiver: string) {
    this.receiver = receiver;
  }

  /** To be counted in. */
  of(topic: string): TopicCounts {
    const known = this.topics.get(topic);
    if (known !== undefined) return known;
    if (this.topics.size >= MAX_TOPICS && topic !== OTHERS) return this.of(OTHERS);
    const counts: TopicCounts = { records: 0, bytes: 0, lost: 0, rate: new Rate(), poison: new Map() };
    this.topics.set(topic, counts);
    return counts;
  }

  collect(partitions: Iterable<Partition>): readonly MetricSample[] {
    const { receiver } = this;
    const byTopic = new Map<string, { lag: number; partitions: number }>();
    for (const { topic, lag } of partitions) {
      const name = this.topics.has(topic) ? topic : OTHERS;
      const sum = byTopic.get(name) ?? { lag: 0, partitions: 0 };
      byTopic.set(name, { lag: sum.lag + lag, partitions: sum.partitions + 1 });
    }
    return [
      KAFKA_CONNECTIONS.sample(this.connected, { receiver, outcome: 'connected' }),
      KAFKA_CONNECTIONS.sample(this.failed, { receiver, outcome: 'failed' }),
      KAFKA_WAITS.sample(this.waits, { receiver }),
      KAFKA_REWINDS.sample(this.rewinds, { receiver }),
      KAFKA_JOINS.sample(this.joins, { receiver }),
      ...Object.entries(this.deadLetters).map(([outcome, value]) =>
        KAFKA_DEAD_LETTERS.sample(value, { receiver, outcome }),
      ),
      ...[...byTopic].flatMap(([topic, { lag, partitions }]) => [
        KAFKA_LAG.sample(lag, { receiver, topic }),
        KAFKA_PARTITIONS.sample(partitions, { receiver, topic }),
      ]),
      ...[...this.topics].flatMap(([topic, counts]) => this.samplesOf(topic, counts)),
    ];
  }

  private samplesOf(topic: string, { records, bytes, lost, poison }: TopicCounts): readonly MetricSample[] {
    const labels = { receiver: this.receiver, topic };
    return [
      KAFKA_RECORDS.sample(records, labels),
      KAFKA_BYTES.sample(bytes, labels),
      KAFKA_LOST.sample(lost, labels),
      KAFKA_POISON.samples([...poison].map(([reason, value]) => ({ labels: { ...labels, reason }, value }))),
    ];
  }
}
