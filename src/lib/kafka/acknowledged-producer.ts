/**
 * A producer of kafkajs of which nothing is lost. When a request to several leaders is tried again, kafkajs leaves out
 * the leaders that have answered, also where they lead more partitions by then, and says that all was sent. So what each
 * partition acknowledged is held against what was to be sent, and the rest is sent again. At least once, in the order
 * within a partition.
 */
import {
  type Kafka,
  type Message,
  Partitioners,
  type Producer,
  type ProducerConfig,
  type RecordMetadata,
  type TopicMessages,
} from 'kafkajs';

/** Of one send, beyond what kafkajs tries by itself. */
const MOST_TIMES = 10;

export class AcknowledgedProducer {
  private readonly producer: Producer;
  /** Where a message goes, also when it is sent again: what is acknowledged is a partition. */
  private readonly partitions = new WeakMap<Message, number>();

  constructor(kafka: Kafka, config: Omit<ProducerConfig, 'createPartitioner'>) {
    const createPartitioner: ProducerConfig['createPartitioner'] = () => {
      const choose = Partitioners.DefaultPartitioner();
      return args => {
        const partition = this.partitions.get(args.message) ?? choose(args);
        this.partitions.set(args.message, partition);
        return partition;
      };
    };
    this.producer = kafka.producer({ ...config, createPartitioner });
  }

  connect(): Promise<void> {
    return this.producer.connect();
  }

  /** Resolves when all of them are acknowledged; rejects when some are not, whatever became of the others. */
  async send(topicMessages: readonly TopicMessages[]): Promise<void> {
    let left = topicMessages;
    for (let times = 0; left.length > 0; times++) {
      if (times === MOST_TIMES) throw new Error(`${count(left)} messages were not acknowledged`);
      left = this.without(left, await this.producer.sendBatch({ topicMessages: [...left] }));
    }
  }

  disconnect(): Promise<void> {
    return this.producer.disconnect();
  }

  private without(
    topicMessages: readonly TopicMessages[],
    acknowledged: readonly RecordMetadata[],
  ): readonly TopicMessages[] {
    const there = new Set(acknowledged.map(({ topicName, partition }) => `${partition} ${topicName}`));
    return topicMessages
      .map(({ topic, messages }) => {
        const missing = messages.filter(message => !there.has(`${this.partitions.get(message)} ${topic}`));
        return { topic, messages: missing };
      })
      .filter(({ messages }) => messages.length > 0);
  }
}

function count(topicMessages: readonly TopicMessages[]): number {
  return topicMessages.reduce((sum, { messages }) => sum + messages.length, 0);
}
