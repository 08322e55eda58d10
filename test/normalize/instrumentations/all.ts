/** The table, by family. */
import { others, rabbitmq } from './brokers.ts';
import type { InstrumentationCase } from './case.ts';
import { aws, azure, google } from './cloud.ts';
import { kafka } from './kafka.ts';
import { cloudStores, documents, keyValue, redisKeys, search } from './stores.ts';
import { streams } from './streams.ts';

export const FAMILIES: Readonly<Record<string, readonly InstrumentationCase[]>> = {
  kafka,
  rabbitmq,
  'other brokers': others,
  aws,
  google,
  azure,
  'redis keys': redisKeys,
  'redis streams': streams,
  'key-value stores': keyValue,
  'document stores': documents,
  'cloud and graph stores': cloudStores,
  search,
};
