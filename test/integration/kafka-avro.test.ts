/**
 * Changes in Avro out of a real Kafka broker. The schema registry is one of our own: what is looked at is what becomes of
 * records while it is away, which no real one would show when it is asked to.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ENVELOPE, encode, envelope, framed } from '../encodings/avro/events.ts';
import { Cluster, topicName } from '../kits/kafka/cluster.ts';
import { KafkaSubject, type Options } from '../kits/kafka/subject.ts';
import { missingServices } from '../kits/services/required.ts';

const missing = missingServices(['kafka']);

/** Knows schema 7 and no other. */
function createRegistry(): Server {
  return createServer((request, response) => {
    if (request.url === '/schemas/ids/7') response.end(JSON.stringify({ schema: JSON.stringify(ENVELOPE) }));
    else response.writeHead(404).end('{"error_code":40403}');
  });
}

const listen = (server: Server, port: number) =>
  new Promise<void>(resolve => server.listen(port, '127.0.0.1', resolve));

const change = (lsn: bigint, table: string, id = 7) => {
  const { source } = envelope();
  return { key: String(lsn), value: framed(id, encode(ENVELOPE, envelope({ source: { ...source, lsn, table } }))) };
};

describe.skipIf(missing !== undefined)('a Kafka receiver of changes in Avro', () => {
  let cluster: Cluster;
  let registry: Server;
  let subject: KafkaSubject | undefined;

  beforeAll(async () => {
    cluster = await Cluster.start();
  }, 120_000);

  afterEach(async () => {
    await subject?.stop();
    registry.closeAllConnections();
    registry.close();
  }, 60_000);

  afterAll(async () => {
    await cluster?.stop();
  });

  test('waits with a partition for its schema, and passes over what the registry does not know', async () => {
    registry = createRegistry();
    await listen(registry, 0);
    const { port } = registry.address() as AddressInfo;
    await new Promise(resolve => registry.close(resolve));
    const avro = topicName('avro');
    const json = topicName('json');
    await cluster.createTopic(avro);
    await cluster.createTopic(json);
    await cluster.send(avro, [change(1n, 'orders'), change(2n, 'orders', 404), change(3n, 'orders')]);
    const options: Options = {
      brokers: cluster.addresses,
      group_id: topicName('group'),
      topics: [avro, json],
      encoding: 'cdc',
      schema_registry: { url: `http://127.0.0.1:${port}` },
    };
    subject = await new KafkaSubject(options).start();
    await subject.untilProblem('schema_registry', /records wait for their schemas: .* cannot be asked/);
    await cluster.send(json, [{ key: 'k', value: '{"op":"c","source":{"db":"store","table":"stock"}}' }]);
    await subject.until(({ topics }) => {
      const lags = topics.map(({ topic, records, lag, poison }) => [topic, records, lag, poison]);
      expect(lags.sort()).toEqual([
        [avro, 0, 3, 0],
        [json, 1, 0, 0],
      ]);
    });
    const metrics = await subject.text('/metrics');
    expect(metrics).toContain(`tacit_kafka_lag_records{receiver="kafka",topic="${avro}"} 3\n`);
    await listen(registry, port);
    await subject.until(({ topics, problems }) => {
      expect(topics.find(({ topic }) => topic === avro)).toMatchObject({ records: 3, lag: 0, poison: 1 });
      expect(problems.map(({ code }) => code)).toEqual(['poison']);
    });
    await subject.untilGraph(({ edges }) => {
      const captures = edges.filter(({ kind }) => kind === 'captures').map(({ id, count }) => [id, count]);
      expect(captures.find(([id]) => String(id).includes(avro))?.[1]).toBe(2);
    });
  });
});
