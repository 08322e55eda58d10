/** The table, by family. */
import { others, rabbitmq } from './brokers.ts';
import type { InstrumentationCase } from './case.ts';
import { aws, azure, google } from './cloud.ts';
import { ebpf } from './ebpf.ts';
import { kafka } from './kafka.ts';
import { aliases, classes, errors, names, peers } from './rules.ts';
import { go, java, node, others as otherSql, python } from './sql.ts';
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
  'sql: Node': node,
  'sql: Java': java,
  'sql: Python': python,
  'sql: Go': go,
  'sql: others': otherSql,
  ebpf,
  aliases,
  names,
  peers,
  errors,
  classes,
};
