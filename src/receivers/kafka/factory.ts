/** The `kafka` receiver type: its options and what it is made of. */
import type { ReceiverFactory } from '../../contract/component.ts';
import { checkKafkaConfig } from './check.ts';
import { createKafkaReceiver } from './component.ts';
import { type KafkaConfig, kafkaConfig } from './config.ts';

export const kafkaFactory: ReceiverFactory<KafkaConfig> = {
  kind: 'receiver',
  type: 'kafka',
  description:
    'Reads Kafka topics: spans and logs as the Collector’s Kafka exporter and others write them, messages of services, change data capture.',
  signals: ['traces', 'logs', 'events'],
  config: kafkaConfig,
  check: checkKafkaConfig,
  create: createKafkaReceiver,
};
