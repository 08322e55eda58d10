/** What becomes of what a real broker kept for hours: read late it gives what reading it at once would have given. */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import type { GraphDocument } from '../../src/contract/graph-document.ts';
import { resourceSpans } from '../cli/analyze-calls.ts';
import { type Cluster, type Message, topicName } from '../kits/kafka/cluster.ts';
import { KafkaReaders } from '../kits/kafka/readers.ts';
import type { KafkaSubject, Options } from '../kits/kafka/subject.ts';
import { encodeTraces } from '../kits/otlp.ts';
import { missingServices } from '../kits/services/required.ts';
import { Random } from '../oracle/random.ts';

const missing = missingServices(['kafka']);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const hex = (n: number, digits: number) => n.toString(16).padStart(digits, '0');

interface SpanOptions {
  readonly trace: number;
  readonly span: number;
  readonly parent?: number;
  /** As OTLP numbers them: 2 server, 3 client, 4 producer, 5 consumer. */
  readonly kind: number;
  readonly atMs: number;
  readonly attributes?: Readonly<Record<string, string | number>>;
}

/** A span as the value of a record that was written when it began. */
function spanMessage(service: string, options: SpanOptions, partition = 0): Message {
  const { trace, span, parent, kind, atMs, attributes = {} } = options;
  const value = encodeTraces({
    resourceSpans: [
      resourceSpans(service, {
        ...{ traceId: hex(trace, 32), spanId: hex(span, 16), name: 'work', kind },
        ...(parent === undefined ? {} : { parentSpanId: hex(parent, 16) }),
        ...{ startTimeUnixNano: `${atMs}000000`, endTimeUnixNano: `${atMs + 5}000000` },
        attributes: Object.entries(attributes).map(([key, one]) => ({
          key,
          value: typeof one === 'string' ? { stringValue: one } : { intValue: one },
        })),
      }),
    ],
  });
  return { value: Buffer.from(value), timestamp: String(atMs), partition };
}

const messaging = (
  topic: string,
  verb: 'send' | 'process',
  others: Readonly<Record<string, string | number>> = {},
) => ({
  'messaging.system': 'kafka',
  'messaging.destination.name': topic,
  'messaging.operation.type': verb,
  ...others,
});

const countsOf = ({ edges }: GraphDocument) => Object.fromEntries(edges.map(({ id, count }) => [id, count]));

describe.skipIf(missing !== undefined)('a Kafka receiver', () => {
  const readers = new KafkaReaders();
  let cluster: Cluster;

  beforeAll(() => {
    cluster = readers.cluster;
  });

  function start(options: Options, ...sets: readonly string[]): Promise<KafkaSubject> {
    return readers.subject(options).start(...sets);
  }

  async function topicWith(what: string, messages: readonly Message[], partitions = 1): Promise<string> {
    const topic = topicName(what);
    await cluster.createTopic(topic, partitions);
    for (let from = 0; from < messages.length; from += 1000) {
      await cluster.send(topic, messages.slice(from, from + 1000));
    }
    return topic;
  }

  test('ten minutes behind, twelve partitions of which one has half of all records: what lay together joins, in bounded memory', async () => {
    const random = new Random(7);
    const begin = Date.now() - 12 * MINUTE;
    const expected = { joined: 0, alone: 0 };
    const partition = () => Math.min(Math.floor(-Math.log2(1 - random.next())), 11);
    const messages = Array.from({ length: 20_000 }, (_, n) => {
      const gap = random.pick([0, 2000, 9000, 40_000, 100_000]);
      if (gap < 14_000) expected.joined += 1;
      else expected.alone += 1;
      const atMs = begin + random.below(10 * MINUTE);
      const [trace, span] = [n + 1, n * 4 + 1];
      const attributes = { 'peer.service': 'somebody' };
      const server = { trace, span: span + 1, parent: span, kind: 2, atMs: atMs + gap };
      return [
        spanMessage('web', { trace, span, kind: 3, atMs, attributes }, partition()),
        spanMessage('shop', server, partition()),
      ];
    }).flat();
    messages.sort((a, b) => Number(a.timestamp) - Number(b.timestamp));
    const topic = await topicWith('spans', messages, 12);
    const ends = await cluster.admin.fetchTopicOffsets(topic);
    expect(ends.reduce((sum, { high }) => sum + Number(high), 0)).toBe(messages.length);
    const reader = await start(
      { traces: { topics: [topic] } },
      'connectors.topology.correlation.wait=4s',
      'connectors.topology.correlation.late=10s',
    );
    await reader.untilGraph(graph => {
      expect(countsOf(graph)).toEqual({
        'service:web#calls#service:shop': expected.joined,
        'service:web#calls#external:somebody': expected.alone,
      });
      const { pending, evicted } = graph.stats.spans;
      expect({ pending, evicted }).toEqual({ pending: 0, evicted: 0 });
    });
    await reader.until(({ topics, problems }) => {
      expect({ topics, problems }).toMatchObject({ topics: [{ records: messages.length, lag: 0 }], problems: [] });
    });
    const [, peakKib] = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${reader.service!.pid}/status`, 'utf8'))!;
    expect(Number(peakKib) / 1024).toBeLessThan(1024);
  });

  test('three groups of one topic get each message, some by their positions alone', async () => {
    const orders = topicName('order-events');
    await cluster.createTopic(orders);
    const atMs = Date.now() - MINUTE;
    const spans = Array.from({ length: 20 }, (_, n) => {
      const send = { trace: n + 1, span: n * 8 + 1, kind: 4, atMs: atMs + n, attributes: messaging(orders, 'send') };
      const consumers = ['billing', 'stock', 'mail'].map((service, i) => {
        const place = {
          'messaging.kafka.consumer.group': `${service}-group`,
          'messaging.destination.partition.id': '0',
          'messaging.kafka.message.offset': n,
        };
        const attributes = messaging(orders, 'process', place);
        // Of the last no context is left but where the message lies.
        const trace = i === 2 ? 1000 + n : n + 1;
        const span = { trace, span: n * 8 + 2 + i, kind: 5, atMs: atMs + n + 10, attributes };
        return spanMessage(service, i === 2 ? span : { ...span, parent: send.span });
      });
      return [spanMessage('orders', send), ...consumers];
    }).flat();
    const headers = (n: number) => ({ traceparent: `00-${hex(n + 1, 32)}-${hex(n * 8 + 1, 16)}-01` });
    const records = Array.from({ length: 20 }, (_, n) => ({
      value: 'x',
      headers: headers(n),
      timestamp: `${atMs + n}`,
    }));
    await cluster.send(orders, records);
    const topic = await topicWith('spans', spans);
    const reader = await start(
      { traces: { topics: [topic] }, topics: [orders], identity: { cluster: 'eu-1' } },
      'connectors.topology.identity.topics.clusters=[{ids: [other], name: eu-1}]',
    );
    const id = `topic:kafka/eu-1/${orders}`;
    await reader.untilGraph(({ edges }) => {
      const consumed = edges.filter(({ kind }) => kind === 'consumes');
      expect(Object.fromEntries(consumed.map(edge => [edge.id, [edge.count, edge.groups]]))).toEqual({
        [`${id}#consumes#service:billing`]: [20, { 'billing-group': 20 }],
        [`${id}#consumes#service:stock`]: [20, { 'stock-group': 20 }],
        [`${id}#consumes#service:mail`]: [20, { 'mail-group': 20 }],
      });
      expect(consumed.find(({ target }) => target === 'service:mail')!.evidence).toMatchObject({ offset: 20 });
      expect(edges.find(({ kind }) => kind === 'publishes')).toMatchObject({ source: 'service:orders', count: 20 });
    });
  });

  test('ids of messages are those of their topic and cluster, and join for hours, but not for longer than they are to', async () => {
    const now = Date.now();
    const spans: Message[] = [];
    const say = (from: string, to: string, trace: number, atMs: readonly [number, number], where: object) => {
      const send = messaging('events', 'send', where as Record<string, string>);
      const process = messaging('events', 'process', where as Record<string, string>);
      spans.push(
        spanMessage(from, { trace, span: trace * 4 + 1, kind: 4, atMs: atMs[0], attributes: send }),
        spanMessage(to, { trace: 1000 + trace, span: trace * 4 + 2, kind: 5, atMs: atMs[1], attributes: process }),
      );
    };
    const soon = (ms: number): readonly [number, number] => [now - ms, now - ms + 100];
    const inCluster = (cluster: string, id: string) => ({
      'messaging.kafka.cluster.id': cluster,
      'messaging.message.id': id,
    });
    say('a', 'x', 1, soon(30 * HOUR), inCluster('one', 'm-1'));
    say('b', 'y', 2, soon(30 * HOUR), inCluster('two', 'm-1'));
    say('c', 'z', 3, soon(30 * HOUR), { ...inCluster('one', 'm-1'), 'messaging.destination.name': 'others' });
    // Hours later, and after more than they are remembered for.
    say('d', 'w', 4, [now - 29 * HOUR, now - 20 * HOUR], inCluster('one', 'm-2'));
    say('e', 'v', 5, [now - 29 * HOUR, now - HOUR], inCluster('one', 'm-3'));
    spans.sort((a, b) => Number(a.timestamp) - Number(b.timestamp));
    const topic = await topicWith('spans', spans);
    const reader = await start({ traces: { topics: [topic] } }, 'connectors.topology.correlation.message_wait=12h');
    await reader.untilGraph(({ edges, stats }) => {
      expect(stats.spans).toMatchObject({ received: spans.length, pending: 0, paired: 8 });
      const joined = edges.filter(({ kind, evidence }) => kind === 'consumes' && evidence.message_id === 1);
      expect(joined.map(({ id }) => id).sort()).toEqual([
        'topic:kafka/one/events#consumes#service:w',
        'topic:kafka/one/events#consumes#service:x',
        'topic:kafka/one/others#consumes#service:z',
        'topic:kafka/two/events#consumes#service:y',
      ]);
    });
  });

  test('a message on its way through retries to the dead letters shows each of them', async () => {
    const base = topicName('orders');
    const names = ['', '-retry-0', '-retry-1', '-dlt'].map(end => base + end);
    for (const name of names) await cluster.createTopic(name);
    for (const [i, name] of names.entries()) {
      const before = i === 0 ? {} : { 'kafka_dlt-original-topic': names[i - 1]! };
      await cluster.send(
        name,
        [1, 2, 3].map(n => ({ key: `${n}`, value: 'x', headers: before })),
      );
    }
    const reader = await start({ topics: [`^${base}`], identity: { cluster: 'eu-1' } });
    const id = (name: string) => `topic:kafka/eu-1/${name}`;
    await reader.untilGraph(graph => {
      const routes = names.slice(1).map((name, i) => [`${id(names[i]!)}#routes#${id(name)}`, 3]);
      expect(countsOf(graph)).toEqual(Object.fromEntries(routes));
    });
  });

  test('what a connector tells again after its restart counts once, before and after our own', async () => {
    const topic = topicName('shop.public.orders');
    await cluster.createTopic(topic);
    const change = (n: number): Message => ({
      key: JSON.stringify({ id: n }),
      value: JSON.stringify({
        ...{ op: 'c', before: null, after: { id: n }, ts_ms: Date.now() },
        source: {
          ...{ version: '3.0.0', connector: 'postgresql', name: 'shop', ts_ms: Date.now(), snapshot: 'false' },
          ...{ db: 'shop', schema: 'public', table: 'orders', txId: n, lsn: 1000 + n },
        },
      }),
    });
    const send = (from: number, until: number) =>
      cluster.send(
        topic,
        Array.from({ length: until - from + 1 }, (_, i) => change(from + i)),
      );
    const reader = await start({ topics: [topic], encoding: 'cdc', identity: { cluster: 'eu-1' } });
    const until = (rows: number, duplicates: number) =>
      reader.untilGraph(({ edges, stats }) => {
        expect(edges.map(({ kind, rows }) => [kind, rows])).toEqual([['captures', rows]]);
        expect(stats.changes).toMatchObject({ duplicates });
      });
    await send(1, 50);
    await send(31, 60);
    await until(60, 20);
    reader.kill();
    await send(41, 70);
    await reader.start();
    await until(70, 40);
  });
});
