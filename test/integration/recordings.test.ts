/**
 * Recordings of Debezium and of real clients through `analyze` and, put back onto a real broker by `replay`, through a
 * service: the same graph. They lie beside the checkout; without them, or without Kafka, this says that it is skipped.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { GraphDocument } from '../../src/contract/graph-document.ts';
import { analyze } from '../cli/analyze-inputs.ts';
import { run } from '../cli/kit.ts';
import { Cluster, topicName } from '../kits/kafka/cluster.ts';
import { KafkaSubject, PATIENCE } from '../kits/kafka/subject.ts';
import { startKafka } from '../kits/services/kafka.ts';
import { missingServices } from '../kits/services/required.ts';

const SHARED = fileURLToPath(new URL('../../../shared/data/', import.meta.url));
const DATA = `${SHARED}recorded-debezium/`;
const isThere = existsSync(DATA);
if (!isThere) console.warn(`skipped: recorded records are missing at ${DATA}`);
const missing = missingServices(['kafka']);
const files = isThere ? readdirSync(DATA).filter(name => name.endsWith('.jsonl')) : [];
const SEATUNNEL = 'seatunnel-cdc/seatunnel-formats/seatunnel-format-json/src/test/resources/';
/** Changes that stand alone, by the name of their format. */
const CHANGES = [
  ['debezium', `${SEATUNNEL}debezium-data.txt`],
  ['canal', `${SEATUNNEL}canal-data-filter-table.txt`],
  ['ogg', `${SEATUNNEL}ogg-data-filter-table.txt`],
  ['maxwell', `${SEATUNNEL}maxwell-data-filter-table.txt`],
  ['cdc', 'flink-cdc-mysql-to-kafka/debezium-json.txt'],
] as const;
/** Requests of instrumented services as they were sent. */
const TRACED = ['recorded-otlp-node', 'recorded-otlp-java', 'recorded-otlp-python'];

/** What a record proves, without what tells one run from another: names of clusters, rates, states. */
function provedBy({ nodes, edges, stats }: GraphDocument): object {
  const bare = (id: string) => id.replaceAll(/topic:kafka\/[^/]*\//g, 'topic:kafka/~/');
  return {
    nodes: nodes.map(({ id }) => bare(id)).sort(),
    edges: edges
      .map(({ id, count, rows, operations, evidence }) => ({ id: bare(id), count, rows, operations, evidence }))
      .sort((a, b) => a.id.localeCompare(b.id)),
    records: stats.records,
    changes: stats.changes,
    spans: stats.spans,
  };
}

describe.skipIf(!isThere || missing !== undefined)('recorded topics', () => {
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await Cluster.start([await startKafka()]);
  }, 120_000);
  afterAll(async () => {
    await cluster?.stop();
  });

  it('give the same graph from the files and through a broker', async () => {
    const paths = files.map(name => `${DATA}${name}`);
    const { graph } = await analyze(...paths);
    const sent = await run(['replay', ...paths, '--speed', 'max', '--kafka', cluster.brokers]);
    expect(sent).toMatchObject({ code: 0, stderr: expect.stringContaining(`${graph.stats.records.received} records`) });
    const reader = await new KafkaSubject({ brokers: cluster.addresses, topics: ['/.*/'], encoding: 'cdc' }).start();
    try {
      await vi.waitFor(async () => expect(provedBy(await reader.graph())).toEqual(provedBy(graph)), PATIENCE);
      expect((await reader.receiver()).topics.every(({ lag, poison }) => lag === 0 && poison === 0)).toBe(true);
    } finally {
      await reader.stop();
    }
  }, 180_000);

  it.each(CHANGES)(
    'changes of other projects, read as %s, give the same graph, too',
    async (encoding, name) => {
      const topic = topicName('changes');
      const { graph } = await analyze(`${SHARED}${name}`, '--topic', topic);
      expect(graph.stats.records.received).toBeGreaterThan(2);
      const to = ['--topic', topic, '--kafka', cluster.brokers];
      expect(await run(['replay', `${SHARED}${name}`, '--speed', 'max', ...to])).toMatchObject({ code: 0 });
      const reader = await new KafkaSubject({ brokers: cluster.addresses, topics: [topic], encoding }).start();
      try {
        await vi.waitFor(async () => expect(provedBy(await reader.graph())).toEqual(provedBy(graph)), PATIENCE);
      } finally {
        await reader.stop();
      }
    },
    60_000,
  );

  it.each(TRACED)(
    'spans of %s give the same graph from the files and through a broker',
    async folder => {
      const names = readdirSync(`${SHARED}${folder}`).filter(name => name.endsWith('.bin'));
      const paths = names.map(name => `${SHARED}${folder}/${name}`);
      const { graph } = await analyze(...paths);
      expect(graph.edges.length).toBeGreaterThan(3);
      const topic = topicName('spans');
      await cluster.createTopic(topic);
      await cluster.send(
        topic,
        paths.map(path => ({ value: readFileSync(path) })),
      );
      const reader = await new KafkaSubject({ brokers: cluster.addresses, traces: { topics: [topic] } }).start();
      try {
        await vi.waitFor(async () => expect(provedBy(await reader.graph())).toEqual(provedBy(graph)), PATIENCE);
      } finally {
        await reader.stop();
      }
    },
    60_000,
  );
});
