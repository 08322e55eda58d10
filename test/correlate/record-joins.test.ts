/** Records with a context, and the spans that it names: whichever comes first, in the wait, late or much later. */
import { describe, expect, it } from 'vitest';
import { NO_RULES } from '../../src/contract/identity-rules.ts';
import type { RecordView } from '../../src/contract/record.ts';
import { NO_NAMING } from '../../src/normalize/identity/naming.ts';
import { LiveSubject, WAIT_MS } from '../kits/live-subject.ts';
import { contextOf, recordOf } from '../kits/records.ts';
import { isSpan, LATER, orders, run, type Step } from '../kits/steps.ts';
import {
  client,
  consumer,
  internal,
  OTHER_TRACE,
  producer,
  START_US,
  server,
  spanId,
  TRACE,
  topic,
} from '../oracle/cases.ts';
import type { Attributes } from '../oracle/span.ts';

const CLUSTER = { 'messaging.kafka.cluster.id': 'main' };
const inTopic = (more: Attributes = {}) => topic('t', { ...CLUSTER, ...more });
/** The record that span 1 sent. */
const record = (said: Partial<RecordView> = {}) =>
  recordOf({ topic: 't', partition: 1, offset: 7, context: contextOf(TRACE, spanId(1)), ...said });
const sent = producer('a', 1, 0, inTopic());
/** A consumer that knows nothing but where the message was. */
const atOffset = consumer('b', 2, 0, {
  ...inTopic({ 'messaging.destination.partition.id': '1', 'messaging.kafka.offset': 7 }),
  traceId: OTHER_TRACE,
  startUs: START_US + 1000,
});
const withId = { ...atOffset, ...inTopic({ 'messaging.message.id': 'm-1' }) };
const HOURS = 3_600_000;

const edgeOf = (subject: LiveSubject, kind: string) => subject.graph().edges.find(edge => edge.kind === kind);

describe('a producer whose record is seen', () => {
  it.each([
    ['by its offset', record(), atOffset, { server_span: 1, offset: 1 }],
    ['by its id', record({ messageId: 'm-1' }), withId, { server_span: 1, message_id: 1 }],
  ])('is met %s, in any order', (_, seen, received, evidence) => {
    for (const betweenMs of [0, 1000, LATER]) {
      for (const steps of orders<Step>([seen, received, sent])) {
        const subject = run(steps, betweenMs);
        const told = `${betweenMs} ms between ${steps.map(step => (isSpan(step) ? step.kind : 'record'))}`;
        expect(edgeOf(subject, 'consumes'), told).toMatchObject({ count: 1, messages: 1, evidence });
        expect(edgeOf(subject, 'consumes')?.lag?.count, told).toBe(1);
        expect(edgeOf(subject, 'publishes'), told).toMatchObject({ count: 1, evidence: { client_span: 1 } });
        expect(subject.fates(), told).toEqual({ paired: 2 });
      }
    }
  });

  it('after what stands above its consumer has left, is met all the same', () => {
    const [above, other] = [server('b', 1, 0), producer('a', 1, 0, topic('other'))];
    const taken = { ...withId, traceId: TRACE, parentSpanId: spanId(1) };
    const met = { ...producer('c', 5, 0, inTopic({ 'messaging.message.id': 'm-1' })), traceId: OTHER_TRACE };
    const subject = new LiveSubject().send([above], 0).send([other, taken], WAIT_MS / 2);
    subject.idle(WAIT_MS / 2, WAIT_MS + 1000).send([met], WAIT_MS + 1001);
    subject.idle(WAIT_MS + 1002, LATER);
    expect(edgeOf(subject, 'consumes')?.evidence).toEqual({ server_span: 1, message_id: 1 });
  });

  it('hours before it is exported, is met, too', () => {
    const subject = new LiveSubject().sendRecords([record()], 0).idle(1000, LATER);
    subject
      .send([sent], 3 * HOURS)
      .send([atOffset], 3 * HOURS + 1)
      .idle(3 * HOURS, 3 * HOURS + LATER);
    expect(edgeOf(subject, 'consumes')?.evidence).toEqual({ server_span: 1, offset: 1 });
  });

  it('is met under the path that it stands on', () => {
    for (const betweenMs of [0, LATER]) {
      const subject = new LiveSubject().send([server('web', 9, 0), { ...sent, parentSpanId: spanId(9) }], 0);
      const { topology } = subject
        .idle(1, betweenMs + 1)
        .sendRecords([record()], betweenMs + 2)
        .send([atOffset], betweenMs + 3)
        .idle(betweenMs + 4, betweenMs + LATER);
      const { size, parents, nodes, counts } = topology.paths.table();
      const chain = (path: number): string[] =>
        path <= 0 ? [] : [...chain(parents[path]!), topology.store.identityOf(nodes[path]!).parts.at(-1)!];
      const taken = Array.from({ length: size }, (_, path) => path).filter(path => counts[path]! > 0);
      expect(taken.map(path => chain(path).join(' > '))).toContain('web > a > t > b');
    }
  });

  it('of a full memory of records is not met, and that is counted', () => {
    const subject = new LiveSubject({ maxRecords: 10 });
    subject.sendRecords([record(), record({ offset: 8, context: contextOf(TRACE, spanId(5)) })], 0);
    subject.send([sent, atOffset], 1);
    expect(edgeOf(subject, 'consumes')?.evidence).toEqual({ server_span: 1 });
    expect(subject.tier('record_contexts')).toMatchObject({ used: 1, limit: 1, evicted: 1 });
  });
});

describe('a span that is no producer', () => {
  const publishes = { count: 1, messages: 1, operations: { send: 1 }, evidence: { record_header: 1 } };

  it.each([
    ['server', server('a', 1, 0)],
    ['internal span', internal('a', 1, 0)],
    ['client', client('a', 1, 0)],
    ['consumer', consumer('a', 1, 0, topic('other'))],
    ['producer that names no topic', producer('a', 1, 0)],
  ])('makes its service the publisher: a %s', (_, span) => {
    for (const steps of orders<Step>([record(), span])) {
      const edge = edgeOf(run(steps, 1000), 'publishes');
      expect(edge).toMatchObject({ id: 'service:a#publishes#topic:kafka/main/t', ...publishes });
      expect(edge?.exemplars).toEqual([{ traceId: TRACE, spanId: spanId(1) }]);
      expect(edge?.firstSeen).toBe('2024-01-15T12:00:00.000Z');
    }
  });

  it('publishes once for each record', () => {
    const subject = run([record(), server('a', 1, 0), record({ offset: 8 }), record({ offset: 8 })], 100);
    expect(edgeOf(subject, 'publishes')).toMatchObject({ count: 2, messages: 2 });
  });

  it('gives way to one that says it better, in any order', () => {
    const [asks, answers] = [client('a', 1, 0), server('b', 1, 0)];
    for (const steps of orders<Step>([record(), asks, answers])) {
      const { edges } = run(steps, 1000).graph();
      expect(edges.filter(edge => edge.kind === 'publishes')).toMatchObject([{ source: 'service:b', ...publishes }]);
    }
    for (const steps of orders<Step>([record(), server('b', 1, 0), sent])) {
      const { edges } = run(steps, 1000).graph();
      expect(edges.filter(edge => edge.kind === 'publishes')).toMatchObject([
        { source: 'service:a', evidence: { client_span: 1 } },
      ]);
    }
  });

  it('without a name publishes nothing', () => {
    expect(edgeOf(run([record(), server('', 1, 0)], 100), 'publishes')).toBeUndefined();
  });

  it('that left before the record came, publishes while it may have a late partner', () => {
    const edge = edgeOf(run([client('a', 1, 0), record()], LATER), 'publishes');
    expect(edge).toMatchObject({ source: 'service:a', ...publishes });
  });
});

describe('a record and spans that name no cluster', () => {
  const sentSomewhere = producer('a', 1, 0, topic('t', {}));
  const readSomewhere = consumer('b', 2, 0, {
    ...topic('t', { 'messaging.destination.partition.id': '1', 'messaging.kafka.offset': 7 }),
    traceId: OTHER_TRACE,
  });
  const evidence = (clusters: readonly { readonly ids: readonly string[]; readonly name: string }[], named: string) => {
    const naming = { ...NO_NAMING, clusters: clusters.map(one => ({ ...one, brokers: [] })) };
    const subject = new LiveSubject({ naming, rules: { ...NO_RULES, clusters } });
    subject
      .sendRecords([record({ cluster: named })], 0)
      .send([readSomewhere], 1)
      .send([sentSomewhere], 2);
    return edgeOf(subject.idle(3, LATER), 'consumes')?.evidence;
  };

  it('meet where the configuration knows one cluster, and it is the record’s', () => {
    const eu = { ids: ['MkU3OEVBNTcw'], name: 'eu-1' };
    const us = { ids: [], name: 'us-1' };
    expect(evidence([eu], 'eu-1')).toEqual({ server_span: 1, offset: 1 });
    expect(evidence([eu], 'MkU3OEVBNTcw')).toEqual({ server_span: 1, offset: 1 });
    expect(evidence([eu], '')).toEqual({ server_span: 1, offset: 1 });
    expect(evidence([eu], 'us-1')).toEqual({ server_span: 1 });
    expect(evidence([eu, us], 'eu-1')).toEqual({ server_span: 1 });
    expect(evidence([], 'eu-1')).toEqual({ server_span: 1 });
  });

  it('meet by the id that one side tells and the name that the other has', () => {
    const clusters = [
      { ids: ['MkU3OEVBNTcw'], name: 'eu-1' },
      { ids: ['other'], name: 'us-1' },
    ];
    const told = (id: string) => topic('t', { 'messaging.kafka.cluster.id': id });
    const meets = (id: string) => {
      const at = { 'messaging.destination.partition.id': '1', 'messaging.kafka.offset': 7 };
      const read = { ...readSomewhere, ...topic('t', { 'messaging.kafka.cluster.id': id, ...at }) };
      const subject = new LiveSubject({ rules: { ...NO_RULES, clusters } });
      subject.sendRecords([record({ cluster: 'eu-1' })], 0).send([read], 1);
      subject.send([producer('a', 1, 0, told(id))], 2).idle(3, LATER);
      return edgeOf(subject, 'consumes')?.evidence.offset ?? 0;
    };
    expect(meets('eu-1')).toBe(1);
    expect(meets('MkU3OEVBNTcw')).toBe(1);
    expect(meets('other')).toBe(0);
  });
});
