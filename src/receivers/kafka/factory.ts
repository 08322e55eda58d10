/** The `kafka` receiver type: its options and the decoders it works with. */
import type { ReceiverFactory } from '../../contract/component.ts';
import { checkKafkaConfig } from './check.ts';
import { type KafkaConfig, kafkaConfig } from './config.ts';
import { createKafkajsClient } from './kafkajs/connection.ts';
import { toKafkaOptions } from './options.ts';
import { KafkaReceiver } from './receiver.ts';

export const kafkaFactory: ReceiverFactory<KafkaConfig> = {
  kind: 'receiver',
  type: 'kafka',
  description:
    'Reads Kafka topics: spans as the Collector’s Kafka exporter and others write them, messages of services, change data capture.',
  signals: ['traces', 'events'],
  config: kafkaConfig,
  check: checkKafkaConfig,
  create(settings, config, consumers) {
    const createClient = ({ client }: ReturnType<typeof toKafkaOptions>) =>
      createKafkajsClient(client, settings.logger);
    return new KafkaReceiver({ settings, consumers, createClient }, toKafkaOptions(config));
  },
};
