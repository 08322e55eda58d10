/** Deliveries as instrumentations tell them, whole, with what an operator expects to see of them. */
import { describe, expect, it } from 'vitest';
import { analyzed, documentOf, SMALL } from '../kits/subject.ts';
import { client, consumer, linkTo, OTHER_TRACE, producer, spanId, TRACE, topic } from '../oracle/cases.ts';
import { toRequest } from '../oracle/requests.ts';
import type { Attributes, Span } from '../oracle/span.ts';

const graphOf = (...spans: Span[]) => documentOf(analyzed([toRequest(spans)], SMALL, { now: () => Date.now() }));
const consumed = (...spans: Span[]) =>
  graphOf(...spans)
    .edges.filter(edge => edge.kind === 'consumes')
    .map(({ source, target, count, messages, received, processed, redeliveries, evidence }) => ({
      edge: `${source.replace(/^topic:[^/]*\/[^/]*\//, '')} → ${target.replace('service:', '')}`,
      count,
      messages,
      received,
      processed,
      ...(redeliveries ? { redeliveries } : {}),
      evidence,
    }));
const op = (name: string, type: string, more: Attributes = {}) =>
  topic(name, { 'messaging.operation.type': type, ...more });
const elsewhere = { traceId: OTHER_TRACE };

describe('kafka', () => {
  it('kafkajs eachBatch: a poll, and a process span with a link for each message', () => {
    const poll = client('b', 10, 0, { ...op('t', 'receive', { 'messaging.batch.message_count': 2 }), ...elsewhere });
    const process = (id: number, message: number) =>
      consumer('b', id, 10, { ...op('t', 'process'), ...elsewhere, links: [linkTo(message)] });
    const sent = [producer('a', 1, 0, op('t', 'send')), producer('a', 2, 0, op('t', 'send'))];
    expect(consumed(...sent, poll, process(11, 1), process(12, 2))).toEqual([
      { edge: 't → b', count: 2, messages: 2, received: 2, processed: 2, evidence: { server_span: 3, span_link: 2 } },
    ]);
  });

  it('confluent-kafka: recv, and a process span under it with links', () => {
    const recv = consumer('b', 10, 0, { name: 'recv', ...elsewhere });
    const process = consumer('b', 11, 10, {
      ...op('t', 'process', { 'messaging.kafka.partition': 0, 'messaging.message.id': 't.0.5' }),
      ...elsewhere,
      links: [linkTo(1)],
    });
    expect(consumed(producer('a', 1, 0, op('t', 'publish')), recv, process)).toEqual([
      { edge: 't → b', count: 1, messages: 1, received: 0, processed: 1, evidence: { server_span: 1, span_link: 1 } },
    ]);
  });

  it('aiokafka getmany: three layers of receiving, of two topics', () => {
    const sent = [
      producer('a', 1, 0, op('t', 'send')),
      producer('a', 2, 0, op('u', 'send')),
      producer('a', 3, 0, op('u', 'send')),
    ];
    const batch = { 'messaging.batch.message_count': 3 };
    const outer = consumer('b', 10, 0, { ...op('t, u', 'receive', batch), ...elsewhere });
    const records = [
      consumer('b', 21, 1, op('t', 'receive')),
      consumer('b', 22, 2, op('u', 'receive')),
      consumer('b', 23, 3, op('u', 'receive')),
    ];
    const ofTopic = (id: number, name: string, links: number[]) =>
      consumer('b', id, 10, { ...op(name, 'receive'), ...elsewhere, links: links.map(link => linkTo(link)) });
    const spans = [...sent, outer, ofTopic(11, 't', [21]), ofTopic(12, 'u', [22, 23]), ...records];
    expect(consumed(...spans)).toEqual([
      { edge: 't → b', count: 1, messages: 1, received: 1, processed: 0, evidence: { server_span: 1, paired: 1 } },
      { edge: 'u → b', count: 2, messages: 2, received: 2, processed: 0, evidence: { server_span: 2, paired: 2 } },
    ]);
  });

  it('client library and framework both under the message: one delivery', () => {
    const by = (scope: string, id: number) => consumer('b', id, 1, { ...op('t', 'process'), scope });
    expect(consumed(producer('a', 1, 0, op('t', 'send')), by('kafka-clients', 2), by('spring-kafka', 3))).toEqual([
      { edge: 't → b', count: 1, messages: 1, received: 0, processed: 1, evidence: { server_span: 1, paired: 1 } },
    ]);
    expect(
      consumed(producer('a', 1, 0, op('t', 'send')), by('kafka-clients', 2), by('kafka-clients', 3))[0],
    ).toMatchObject({
      count: 2,
      messages: 2,
    });
  });

  it('a batch of 500 links over two topics', () => {
    const links = Array.from({ length: 500 }, (_, i) => ({
      traceId: TRACE,
      spanId: spanId(1000 + i),
      attributes: { 'messaging.destination.name': i % 5 < 3 ? 't' : 'u' },
    }));
    const sent = links
      .slice(0, 300)
      .map((link, i) => producer('a', 1000 + i, 0, op(String(link.attributes['messaging.destination.name']), 'send')));
    const poll = client('b', 1, 0, {
      attributes: {
        'messaging.system': 'kafka',
        'messaging.operation.type': 'receive',
        'messaging.batch.message_count': 500,
      },
      ...elsewhere,
      links,
    });
    expect(consumed(poll, ...sent)).toEqual([
      {
        edge: 't → b',
        count: 1,
        messages: 300,
        received: 300,
        processed: 0,
        evidence: { server_span: 1, span_link: 180 },
      },
      {
        edge: 'u → b',
        count: 1,
        messages: 200,
        received: 200,
        processed: 0,
        evidence: { server_span: 1, span_link: 120 },
      },
    ]);
  });

  it('a list of topics without links that tell: the first, and a reason', () => {
    const graph = graphOf(consumer('b', 1, 0, op('t, u', 'receive', { 'messaging.batch.message_count': 4 })));
    expect(graph.stats.reasons).toEqual({ ambiguous_destination: 1 });
    expect(graph.edges.map(edge => [edge.source, edge.messages])).toEqual([['topic:kafka/~/t', 4]]);
  });

  const at = (name: string, offset: Attributes, cluster: string | undefined) =>
    topic(name, { ...offset, ...(cluster && { 'messaging.kafka.cluster.id': cluster }) });
  const sentAt = { 'messaging.destination.partition.id': '3', 'messaging.kafka.message.offset': 42 };

  it.each([
    [{ 'messaging.kafka.source.partition': 3, 'messaging.kafka.offset': '42' }],
    [{ 'messaging.kafka.partition': 3, 'messaging.message.id': 't.3.42' }],
    [{ 'messaging.kafka.source.partition': 3, 'messaging.message.id': '42' }],
  ])('joins by offset within one known cluster, from %j', where => {
    const join = (theirs: string | undefined, ours: string | undefined) =>
      consumed(
        producer('a', 1, 0, at('t', sentAt, theirs)),
        consumer('b', 2, 0, { ...at('t', where, ours), ...elsewhere }),
      )[0]?.evidence;
    expect(join('eu', 'eu')).toEqual({ server_span: 1, offset: 1 });
    expect(join('eu', 'us')).toEqual({ server_span: 1 });
    expect(join(undefined, undefined)).toEqual({ server_span: 1 });
  });

  it('a message processed again is a redelivery', () => {
    const again = (id: number) =>
      consumer('b', id, 0, at('t', { ...sentAt, 'messaging.consumer.group.name': 'g' }, undefined));
    expect(consumed(again(1), again(2))).toEqual([
      {
        edge: 't → b',
        count: 2,
        messages: 1,
        received: 0,
        processed: 1,
        redeliveries: 1,
        evidence: { server_span: 2 },
      },
    ]);
  });
});

describe('other brokers', () => {
  const sqs = (type: string, more: Attributes = {}) => ({
    attributes: {
      'messaging.system': 'aws_sqs',
      'messaging.destination.name': 'q',
      'messaging.operation.type': type,
      ...more,
    },
  });

  it('SQS: a receive span with one link for each message, by context or by the id on it', () => {
    const message = (id: number) => ({ 'messaging.message.id': `m-${id}` });
    const sent = [1, 2].map(id => producer('a', id, 0, sqs('send', message(id))));
    const links = [
      { ...linkTo(1), attributes: message(1) },
      { ...linkTo(77), attributes: message(2) },
    ];
    const receive = consumer('b', 10, 0, {
      ...sqs('receive', { 'messaging.batch.message_count': 2 }),
      ...elsewhere,
      links,
    });
    expect(consumed(...sent, receive)).toEqual([
      {
        edge: 'q → b',
        count: 1,
        messages: 2,
        received: 2,
        processed: 0,
        evidence: { server_span: 1, span_link: 1, message_id: 1 },
      },
    ]);
  });

  it('SNS → SQS: one message under two destinations of two systems', () => {
    const sns = { attributes: { 'messaging.system': 'aws.sns', 'messaging.destination.name': 'orders' } };
    const graph = graphOf(producer('a', 1, 0, sns), consumer('b', 2, 1, sqs('process')));
    expect(graph.edges.map(edge => `${edge.source} ${edge.kind} ${edge.target}`)).toContain(
      'topic:aws.sns/~/orders routes topic:aws_sqs/~/q',
    );
  });
});
