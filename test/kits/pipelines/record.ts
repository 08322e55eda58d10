/**
 * Records the inputs of the examples with Kafka and change data capture: `node test/kits/pipelines/record.ts` runs small
 * shops against a real Kafka, PostgreSQL and Debezium and writes what their SDKs exported and what stood on the topics,
 * `pipelines/NAME/input.jsonl`. Ids and times are new every time.
 */
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { createExporter } from '../sdk/exporters.ts';
import { startSink } from '../sdk/sink.ts';
import { Backends, type KafkaRecord } from './backends.ts';
import { cdcOutbox, kafkaOtlp, type Shop, sharedTable } from './shops.ts';
import { TracedService } from './traced.ts';

/** What the examples call it; Kafka itself has an id only. */
const CLUSTER = 'main';
const ROOT = new URL('../../../pipelines/', import.meta.url);

const backends = await Backends.start();
try {
  await record('kafka-otlp', kafkaOtlp);
  await record('cdc-outbox', cdcOutbox);
  await record('shared-table', sharedTable);
} finally {
  await backends.stop();
}

async function record(name: string, { services, topics, run }: Shop): Promise<void> {
  const sink = await startSink();
  const traced = services.map(
    service => new TracedService(service, createExporter('http/json', 'none', sink.endpoint)),
  );
  await backends.createTopics(...topics.map(({ topic }) => topic));
  await run(backends, traced);
  const records: KafkaRecord[] = [];
  for (const { topic } of topics) await backends.consume(`record-${topic}`, topic, async one => void records.push(one));
  const expected = topics.reduce((sum, { records: count }) => sum + count, 0);
  while (records.length < expected) await new Promise(resolve => setTimeout(resolve, 100));
  for (const service of traced) await service.stop();
  sink.close();
  const sorted = records.toSorted((a, b) => a.topic.localeCompare(b.topic) || Number(a.offset) - Number(b.offset));
  const dumps = sorted.map(one => JSON.stringify({ cluster: CLUSTER, ...one }));
  const lines = [...sink.requests.map(({ body }) => body.toString()), ...dumps];
  await writeFile(fileURLToPath(new URL(`${name}/input.jsonl`, ROOT)), `${lines.join('\n')}\n`);
  process.stdout.write(`${name}: ${sink.requests.length} exports, ${records.length} records\n`);
}
