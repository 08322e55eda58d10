/**
 * Recordings of Debezium and of real clients through `analyze` and, put back onto a real broker by `replay`, through a
 * service: the same graph. They lie beside the checkout; without them, or without Kafka, this says that it is skipped.
 */
import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { GraphDocument } from '../../src/contract/graph-document.ts';
import { analyze } from '../cli/analyze-inputs.ts';
import { run } from '../cli/kit.ts';
import { Cluster } from '../kits/kafka/cluster.ts';
import { KafkaSubject, PATIENCE } from '../kits/kafka/subject.ts';
import { startKafka } from '../kits/services/kafka.ts';
import { missingServices } from '../kits/services/required.ts';

const DATA = fileURLToPath(new URL('../../../shared/data/recorded-debezium/', import.meta.url));
const isThere = existsSync(DATA);
if (!isThere) console.warn(`skipped: recorded records are missing at ${DATA}`);
const missing = missingServices(['kafka']);
const files = isThere ? readdirSync(DATA).filter(name => name.endsWith('.jsonl')) : [];

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
});
