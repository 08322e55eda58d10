/** The oracle's own guard: each sentence about producers, consumers, links and topics as one small trace. */
import { describe, expect, it } from 'vitest';
import {
  analyze,
  client,
  consumer,
  internal,
  linkTo,
  OTHER_TRACE,
  producer,
  START_US,
  server,
  topic,
} from './cases.ts';

const receive = (name: string, more = {}) => topic(name, { 'messaging.operation.type': 'receive', ...more });
const anonymous = { attributes: { 'messaging.system': 'kafka' } };

describe('topics', () => {
  it('counts producer and consumer alone', () => {
    const seen = analyze(producer('a', 1, 0, topic('t')), consumer('b', 2, 0, topic('t')));
    expect(seen).toMatchObject({
      edges: ['a publishes topic:t 1', 'topic:t consumes b 1'],
      fates: ['inferred', 'inferred'],
    });
    expect(seen.edge('publishes')).toMatchObject({
      messages: 1,
      batches: 0,
      operations: { send: 1 },
      evidence: { client_span: 1 },
    });
    expect(seen.edge('consumes')).toMatchObject({
      messages: 1,
      processed: 1,
      operations: { process: 1 },
      evidence: { server_span: 1 },
    });
  });
  it.each([
    'messaging.destination.name',
    'messaging.source.name',
    'messaging.destination',
    'messaging.destination.template',
  ])('reads %s', name => {
    expect(analyze(producer('a', 1, 0, { attributes: { 'messaging.system': 'kafka', [name]: 't' } })).edges).toEqual([
      'a publishes topic:t 1',
    ]);
  });
  it('reads the topic from the span name of a known system only', () => {
    expect(analyze(producer('a', 1, 0, { ...anonymous, name: 'orders publish' })).edges).toEqual([
      'a publishes topic:orders 1',
    ]);
    expect(analyze(producer('a', 1, 0, { name: 'orders publish' })).reasons).toEqual({ no_destination: 1 });
  });
  it('collapses runs of digits', () => {
    expect(analyze(producer('a', 1, 0, topic('reply-1234567'))).edges).toEqual(['a publishes topic:reply-{id} 1']);
  });
  it('counts a batch by its count, its links and the dropped ones', () => {
    const links = [linkTo(7), linkTo(8), linkTo(9)];
    const batch = producer('a', 1, 0, {
      ...topic('t', { 'messaging.batch.message_count': '2' }),
      links,
      droppedLinks: 1,
    });
    expect(analyze(batch, server('z', 9, 0)).edge('publishes')).toMatchObject({ count: 1, messages: 3, batches: 1 });
  });
  it('counts process spans where there are any, and the larger number of messages', () => {
    const poll = consumer(
      'b',
      1,
      0,
      receive('t', { 'messaging.batch.message_count': 3, 'messaging.consumer.group.name': 'g' }),
    );
    const group = { 'messaging.kafka.consumer.group': 'g' };
    const alone = analyze(poll).edge('consumes');
    expect(alone).toMatchObject({ count: 1, messages: 3, received: 3, processed: 0, groups: { g: 3 } });
    const both = analyze(poll, consumer('b', 2, 1, topic('t', group)), consumer('b', 3, 1, topic('t', group))).edge(
      'consumes',
    );
    expect(both).toMatchObject({ count: 2, estimated: 2, messages: 3, received: 3, processed: 2, groups: { g: 3 } });
  });
});

describe('joins', () => {
  it('joins by parent, and samples the lag', () => {
    const seen = analyze(
      producer('a', 1, 0, topic('t')),
      consumer('b', 2, 1, { ...topic('t'), startUs: START_US + 1110 }),
    );
    expect(seen.fates).toEqual(['paired', 'paired']);
    expect(seen.edge('consumes')).toMatchObject({ evidence: { server_span: 1, paired: 1 }, lag: { count: 1 } });
    expect(seen.edge('consumes').lag?.p50).toBeCloseTo(0.001, 4);
  });
  it('samples no lag when the consumer starts before the producer ends', () => {
    expect(
      analyze(producer('a', 1, 0, topic('t')), consumer('b', 2, 1, topic('t'))).edge('consumes').lag,
    ).toBeUndefined();
  });
  it('takes the topic of the producer, else knows the services alone', () => {
    expect(analyze(producer('a', 1, 0, topic('t')), consumer('b', 2, 1)).edges).toEqual([
      'a publishes topic:t 1',
      'topic:t consumes b 1',
    ]);
    const seen = analyze(client('a', 1, 0), consumer('b', 2, 1));
    expect(seen).toMatchObject({ edges: ['a messages b 1'], fates: ['paired', 'paired'] });
  });
  it('counts a consumer below a client under its topic', () => {
    expect(analyze(client('a', 1, 0), consumer('b', 2, 1, topic('t'))).edges).toEqual(['topic:t consumes b 1']);
  });
  it('routes between topics that differ', () => {
    const seen = analyze(producer('a', 1, 0, topic('t')), consumer('b', 2, 1, topic('u')));
    expect(seen.edges).toEqual(['a publishes topic:t 1', 'topic:t routes topic:u 1', 'topic:u consumes b 1']);
    expect(seen.edge('routes')).toMatchObject({ evidence: { paired: 1 } });
  });
  it('routes between the topics of two environments, not of a known and an unknown one', () => {
    const of = (service: string, environment: string) => ({
      ...topic('t'),
      resource: { 'service.name': service, 'deployment.environment': environment },
    });
    const both = analyze(producer('a', 1, 0, of('a', 'prod')), consumer('b', 2, 1, of('b', 'test')));
    expect(both.edges).toContain('topic:t@prod routes topic:t@test 1');
    const one = analyze(producer('a', 1, 0, of('a', 'prod')), consumer('b', 2, 1, topic('t')));
    expect(one.edges.filter(edge => edge.includes('routes'))).toEqual([]);
  });
  it('joins by links across traces, once per link', () => {
    const there = { traceId: OTHER_TRACE };
    const spans = [producer('a', 1, 0, { ...topic('t'), ...there }), producer('a', 2, 0, { ...topic('t'), ...there })];
    const seen = analyze(
      ...spans,
      consumer('b', 3, 0, { ...topic('t'), links: [linkTo(1, OTHER_TRACE), linkTo(2, OTHER_TRACE)] }),
    );
    expect(seen.edge('consumes')).toMatchObject({ count: 1, messages: 2, evidence: { server_span: 1, span_link: 2 } });
    expect(seen.fates).toEqual(['paired', 'paired', 'paired']);
  });
  it('takes the topic of a link for a span that counts messages, not for one that creates them', () => {
    const links = [{ ...linkTo(9, OTHER_TRACE), ...topic('t') }];
    const create = { attributes: { ...anonymous.attributes, 'messaging.operation.type': 'create' }, links };
    expect(analyze(producer('a', 1, 0, { ...anonymous, links })).edges).toEqual(['a publishes topic:t 1']);
    expect(analyze(producer('a', 1, 0, create), consumer('b', 2, 1)).edges).toEqual(['a messages b 1']);
  });
  it('prefers the parent to a link, and a link to a poll span above', () => {
    const link = { links: [linkTo(1)] };
    const parent = analyze(
      producer('a', 1, 0, topic('t')),
      producer('a', 2, 0, topic('t')),
      consumer('b', 3, 2, { ...topic('t'), ...link }),
    );
    expect(parent.fates).toEqual(['inferred', 'paired', 'paired']);
    const poll = analyze(
      producer('a', 1, 0, topic('t')),
      consumer('b', 2, 0, receive('t')),
      consumer('b', 3, 2, { ...topic('t'), ...link }),
    );
    expect(poll.fates).toEqual(['paired', 'inferred', 'paired']);
  });
  it('does not join links to servers, receive spans, own clients or missing spans', () => {
    const others = [server('a', 1, 0), consumer('a', 2, 0, receive('t')), client('b', 3, 0), internal('a', 4, 0)];
    const links = [1, 2, 3, 4, 5].map(id => linkTo(id));
    expect(analyze(...others, consumer('b', 6, 0, { ...topic('t'), links })).fates.at(-1)).toBe('inferred');
  });
  it('joins a link to a create span, which stays internal', () => {
    const create = producer('a', 1, 0, topic('t', { 'messaging.operation.type': 'create' }));
    const seen = analyze(create, consumer('b', 2, 0, { links: [linkTo(1)] }));
    expect(seen).toMatchObject({ edges: ['topic:t consumes b 1'], fates: ['internal', 'paired'] });
  });
  it('without a topic of its own takes that of each message', () => {
    const seen = analyze(
      producer('a', 1, 0, topic('t')),
      producer('a', 2, 0, topic('u')),
      consumer('b', 3, 0, { links: [linkTo(2), linkTo(1), linkTo(7)] }),
    );
    expect(seen.edges).toContain('topic:t consumes b 1');
    expect(seen.edges).toContain('topic:u consumes b 1');
    const messages = seen.document.edges.filter(edge => edge.kind === 'consumes').map(edge => edge.messages);
    expect(messages, 'the smallest link’s topic has what nobody has seen').toEqual([2, 1]);
  });
});

describe('without a partner', () => {
  it('is handed over by a server of another service', () => {
    expect(analyze(server('a', 1, 0), consumer('b', 2, 1)).edge('messages').evidence).toEqual({ parent_child: 1 });
    const named = analyze(server('a', 1, 0), consumer('b', 2, 1, topic('t')));
    expect(named.edges).toEqual(['topic:t consumes b 1']);
    expect(named.edge('consumes').evidence).toEqual({ server_span: 1, parent_child: 1 });
  });
  it('is handed over by an external peer it names', () => {
    expect(analyze(consumer('b', 1, 0, { attributes: { 'peer.service': 'bank' } })).edges).toEqual([
      'external:bank messages b 1',
    ]);
  });
  it('is unpaired where no destination is known', () => {
    expect(analyze(consumer('b', 1, 0), producer('b', 2, 0)).reasons).toEqual({ no_destination: 2 });
  });
  it('takes a later span below a producer for a delivery from its topic', () => {
    const seen = analyze(producer('a', 1, 0, topic('t')), internal('b', 2, 1, { startUs: START_US + 900 }));
    expect(seen.edges).toEqual(['a publishes topic:t 1', 'topic:t consumes b 1']);
    expect(seen.edge('consumes')).toMatchObject({ messages: 1, evidence: { parent_child: 1 } });
  });
});

describe('messages beside their context', () => {
  const where = {
    'messaging.kafka.cluster.id': 'eu',
    'messaging.destination.partition.id': '1',
    'messaging.kafka.offset': 7,
  };
  const apart = { traceId: OTHER_TRACE };

  it('counts a receive span in, or linked from, another of its service once for all layers', () => {
    const outer = consumer('b', 1, 0, receive('t', { 'messaging.batch.message_count': 2 }));
    expect(
      analyze(outer, consumer('b', 2, 1, receive('t')), consumer('b', 3, 1, receive('t'))).edge('consumes'),
    ).toMatchObject({
      count: 2,
      received: 2,
      messages: 2,
    });
    const linked = consumer('b', 4, 0, { ...receive('t', { 'messaging.batch.message_count': 1 }), links: [linkTo(5)] });
    expect(analyze(linked, consumer('b', 5, 0, receive('t'))).edge('consumes')).toMatchObject({
      count: 1,
      received: 1,
    });
  });
  it('takes process spans of two scopes with one context for one delivery', () => {
    const sent = producer('a', 1, 0, topic('t'));
    const by = (scope: string, id: number) => consumer('b', id, 1, { ...topic('t'), scope });
    expect(analyze(sent, by('client', 2), by('framework', 3)).edge('consumes')).toMatchObject({
      count: 1,
      messages: 1,
    });
    expect(analyze(sent, by('client', 2), by('client', 3)).edge('consumes')).toMatchObject({ count: 2, messages: 2 });
  });
  it('lets the destinations on the links decide', () => {
    const named = (id: number, name: string) => ({ ...linkTo(id), attributes: { 'messaging.destination.name': name } });
    const poll = consumer('b', 1, 0, { ...receive('t'), links: [named(7, 't'), named(8, 'u'), named(9, 'u')] });
    expect(analyze(poll).document.edges.map(edge => [edge.source, edge.messages])).toEqual([
      ['topic:kafka/~/t', 1],
      ['topic:kafka/~/u', 2],
    ]);
  });
  it('takes the same position in a group for a redelivery', () => {
    const process = (id: number) =>
      consumer('b', id, 0, topic('t', { ...where, 'messaging.consumer.group.name': 'g' }));
    expect(analyze(process(1), process(2)).edge('consumes')).toMatchObject({ count: 2, messages: 1, redeliveries: 1 });
  });
  it('joins by offset, then by id', () => {
    const join = (theirs: object, ours: object) =>
      analyze(
        producer('a', 1, 0, topic('t', { ...where, ...theirs })),
        consumer('b', 2, 0, { ...topic('t', { ...where, ...ours }), ...apart }),
      ).edge('consumes').evidence;
    expect(join({}, {})).toEqual({ server_span: 1, offset: 1 });
    expect(join({}, { 'messaging.kafka.offset': 8 })).toEqual({ server_span: 1 });
    const [id, offset] = [{ 'messaging.message.id': 'm' }, { 'messaging.kafka.offset': 8 }];
    expect(join(id, { ...id, ...offset })).toEqual({ server_span: 1, message_id: 1 });
    expect(join({}, { 'messaging.kafka.cluster.id': 'us' })).toEqual({ server_span: 1 });
  });
});
