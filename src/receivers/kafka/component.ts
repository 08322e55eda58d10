/**
 * The receiver as a component: when its options change, the one that reads stops, and another goes on from the
 * positions in the journal, so that two never read at once.
 */
import type { Component, Consumers, Settings } from '../../contract/component.ts';
import { KAFKA_CONNECTED } from '../../telemetry/metrics/kafka.ts';
import type { KafkaConfig } from './config.ts';
import { Counters } from './counters.ts';
import { toKafkaOptions } from './options.ts';
import { KafkaReceiver } from './receiver.ts';

export function createKafkaReceiver(settings: Settings, config: KafkaConfig, consumers: Consumers): Component {
  const { id, host, logger } = settings;
  const counters = new Counters(id);
  const create = (given: KafkaConfig) => {
    const createClient = async () => {
      // A service without Kafka starts without the library.
      const { createKafkajsClient } = await import('./kafkajs/connection.ts');
      // Files with certificates are read anew for each connection.
      return createKafkajsClient(toKafkaOptions(given).client, logger);
    };
    return new KafkaReceiver({ settings, consumers, counters, createClient }, toKafkaOptions(given));
  };
  let current = create(config);
  let isStopped = false;
  host.metrics(() => [
    KAFKA_CONNECTED.sample(current.isConnected ? 1 : 0, { receiver: id }),
    ...counters.collect(current.partitions.values()),
  ]);
  return {
    start() {
      host.receiver(id, () => current.status());
      current.start();
    },
    async stop() {
      isStopped = true;
      await current.stop();
    },
    reconfigure(given: KafkaConfig) {
      const next = create(given);
      const commit = async () => {
        const before = current;
        current = next;
        await before.stop();
        if (!isStopped) next.start();
      };
      return { commit, rollback: () => {} };
    },
  };
}
