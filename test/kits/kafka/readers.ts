/** For a file of tests: one real cluster, and services that read from it; those of a test end with it. */
import { afterAll, afterEach, beforeAll } from 'vitest';
import type { Kafka } from '../services/kafka.ts';
import { Cluster, topicName } from './cluster.ts';
import { KafkaSubject, type Options } from './subject.ts';

export class KafkaReaders {
  private started: Cluster | undefined;
  private readonly subjects: KafkaSubject[] = [];

  /** To be made where tests are described. @param brokers starts those to use; else any. */
  constructor(brokers?: () => Promise<readonly Kafka[]>) {
    beforeAll(async () => {
      this.started = await Cluster.start(await brokers?.());
    }, 120_000);
    afterEach(async () => {
      for (const subject of this.subjects.splice(0)) await subject.stop();
    }, 60_000);
    afterAll(async () => {
      await this.started?.stop();
    }, 60_000);
  }

  get cluster(): Cluster {
    return this.started!;
  }

  /** A service whose receiver has these options; not started. */
  subject(options: Options): KafkaSubject {
    const subject = new KafkaSubject({ brokers: this.cluster.addresses, group_id: topicName('group'), ...options });
    this.subjects.push(subject);
    return subject;
  }
}
