/** After the wait, within `late`: a partner moves exactly one interaction, and after that none. */
import { describe, expect, it } from 'vitest';
import { LATE_MS, LiveSubject, WAIT_MS } from '../kits/live-subject.ts';
import { client, consumer, linkTo, OTHER_TRACE, postgres, producer, server, topic } from '../oracle/cases.ts';
import type { Span } from '../oracle/span.ts';

const peer = { attributes: { 'peer.service': 'bank' } };
const failed = { ...peer, status: 2 };
const LATER = 3 * WAIT_MS;

/** The spans, then nothing for longer than the wait. */
const decided = (...spans: Span[]) => new LiveSubject().send(spans, 0).idle(1000, LATER);

const edgeOf = (subject: LiveSubject, kind: string) => subject.graph().edges.find(edge => edge.kind === kind);

describe('a late server', () => {
  it('takes the only interaction of the external edge, which was never there then', () => {
    const subject = decided(client('a', 1, 0, peer));
    expect(subject.edges()).toEqual(['a calls external:bank 1']);
    subject.send([server('b', 2, 1)], LATER + 1);
    expect(subject.edges()).toEqual(['a calls b 1']);
    expect(subject.graph().nodes.map(node => node.id)).toEqual(['service:a', 'service:b']);
    expect(subject.fates()).toEqual({ paired: 2 });
    expect(edgeOf(subject, 'calls')).toMatchObject({ served: 1, evidence: { paired: 1 } });
  });

  it('takes one of several, with its error and latency', () => {
    const subject = decided(client('a', 1, 0, failed), client('a', 2, 0, peer), client('a', 3, 0, peer));
    subject.send([server('b', 9, 1)], LATER + 1);
    const [external, call] = ['external:bank', 'service:b'].map(
      target => subject.graph().edges.find(edge => edge.target === target)!,
    );
    expect(external).toMatchObject({ count: 2, errors: 0, clientErrors: 0, evidence: { client_span: 2 } });
    expect(external?.latency?.client?.count).toBe(2);
    expect(call).toMatchObject({ count: 1, errors: 1, clientErrors: 1, served: 1, evidence: { paired: 1 } });
    expect(call?.latency).toMatchObject({ client: { count: 1 }, server: { count: 1 } });
    expect(subject.fates()).toEqual({ paired: 2, inferred: 2 });
  });

  it('takes back that the client was unresolved', () => {
    const subject = decided(client('a', 1, 0)).send([server('b', 2, 1)], LATER + 1);
    expect(subject.edges()).toEqual(['a calls b 1']);
    expect(subject.graph().nodes.some(node => 'unresolved' in node)).toBe(false);
    expect(subject.reasons()).toEqual({});
    expect(subject.fates()).toEqual({ paired: 2 });
  });

  it('takes back a database span’s tables', () => {
    const subject = decided(client('a', 1, 0, postgres({ 'db.query.text': 'SELECT x FROM t JOIN u ON true' })));
    expect(subject.edges()).toHaveLength(2);
    subject.send([server('b', 2, 1)], LATER + 1);
    expect(subject.edges()).toEqual(['a calls b 1']);
    expect(subject.fates()).toEqual({ paired: 2 });
  });

  it('leaves the publication of a producer that it serves', () => {
    const subject = decided(producer('a', 1, 0, topic('t'))).send([server('b', 2, 1)], LATER + 1);
    expect(subject.edges()).toEqual(['a calls b 1', 'a publishes topic:t 1']);
    expect(subject.fates()).toEqual({ paired: 2 });
  });

  it('under the client’s own id joins it when its own wait is over', () => {
    const subject = decided(client('a', 1, 5, peer)).send([server('b', 1, 5)], LATER + 1);
    subject.idle(LATER + 1000, LATER + 2 * WAIT_MS);
    expect(subject.edges()).toEqual(['a calls b 1']);
    expect(subject.fates()).toEqual({ paired: 2 });
  });

  it('under the id of a root client joins it at once', () => {
    const subject = decided(client('a', 1, 0, peer)).send([server('b', 1, 0)], LATER + 1);
    expect(subject.edges()).toEqual(['a calls b 1']);
    expect(subject.graph().nodes.some(node => 'entry' in node)).toBe(false);
  });

  it('is a second serving when another came before, and takes back nothing more', () => {
    const subject = decided(client('a', 1, 0, peer), client('a', 9, 0, peer));
    subject.send([server('b', 2, 1)], LATER + 1).send([server('b', 3, 1)], LATER + 2);
    expect(subject.edges()).toEqual(['a calls external:bank 1', 'a calls b 2']);
    expect(subject.graph().edges[1]).toMatchObject({ count: 2, served: 2 });
    expect(subject.fates()).toEqual({ paired: 3, inferred: 1 });
  });

  it('joins a client that was paired in time as well', () => {
    const subject = decided(client('a', 1, 0, peer), server('b', 2, 1)).send([server('c', 3, 1)], LATER + 1);
    expect(subject.edges()).toEqual(['a calls b 1', 'a calls c 1']);
    expect(subject.fates()).toEqual({ paired: 3 });
  });

  it('joins in the last moment of `late`, whatever the clock said before', () => {
    for (const offset of [0, 700, 1900, 3300, 4600]) {
      const subject = new LiveSubject().idle(0, offset, 100).send([client('a', 1, 0, peer)], offset);
      const decidedAt = offset + WAIT_MS;
      subject.idle(offset, decidedAt, 500).idle(decidedAt, decidedAt + LATE_MS - 1, 900);
      subject.send([server('b', 2, 1)], decidedAt + LATE_MS - 1);
      expect(subject.edges(), `begun at ${offset}`).toEqual(['a calls b 1']);
    }
  });

  it('after `late` is not joined', () => {
    const subject = decided(client('a', 1, 0, peer)).idle(LATER, WAIT_MS + LATE_MS * 1.05);
    subject.send([server('b', 2, 1)], WAIT_MS + LATE_MS * 1.05);
    subject.idle(WAIT_MS + LATE_MS * 1.05, 3 * WAIT_MS + LATE_MS * 1.05);
    expect(subject.edges()).toEqual(['a calls external:bank 1']);
    expect(subject.reasons()).toEqual({ missing_parent: 1 });
    expect(subject.fates()).toEqual({ inferred: 1, unpaired: 1 });
  });
});

describe('a late client', () => {
  it('meets the server that waited for it', () => {
    const subject = decided(server('b', 2, 1));
    expect(subject.reasons()).toEqual({ missing_parent: 1 });
    subject.send([client('a', 1, 0, failed)], LATER + 1);
    expect(subject.edges()).toEqual(['a calls b 1']);
    expect(edgeOf(subject, 'calls')).toMatchObject({ served: 1, clientErrors: 1, errors: 1, evidence: { paired: 1 } });
    expect(edgeOf(subject, 'calls')?.latency).toMatchObject({ client: { count: 1 }, server: { count: 1 } });
    expect(subject.reasons()).toEqual({});
    expect(subject.fates()).toEqual({ paired: 2 });
  });

  it('that was answered late is not decided alone', () => {
    const subject = decided(server('b', 2, 1)).send([client('a', 1, 0, peer)], LATER + 1);
    subject.idle(LATER + 1, LATER + 3 * WAIT_MS);
    expect(subject.edges()).toEqual(['a calls b 1']);
    expect(subject.fates()).toEqual({ paired: 2 });
  });

  it('meets each server once', () => {
    const subject = decided(server('b', 2, 1), server('b', 3, 1)).send([client('a', 1, 0, peer)], LATER + 1);
    expect(subject.edges()).toEqual(['a calls b 2']);
    expect(edgeOf(subject, 'calls')).toMatchObject({ count: 2, served: 2 });
    subject.send([client('c', 1, 0, peer)], LATER + 2).idle(LATER + 3, LATER + 2 * WAIT_MS);
    expect(subject.edges()).toEqual(['a calls b 2', 'c calls external:bank 1']);
  });

  it('of kind database gives no tables when a server waited', () => {
    const statement = postgres({ 'db.query.text': 'SELECT id FROM orders' });
    const subject = decided(server('b', 2, 1)).send([client('a', 1, 0, statement)], LATER + 1);
    expect(subject.edges()).toEqual(['a calls b 1']);
    expect(subject.fates()).toEqual({ paired: 2 });
  });

  it('after `late` meets nobody', () => {
    const end = WAIT_MS + LATE_MS * 1.05;
    const subject = decided(server('b', 2, 1))
      .idle(LATER, end)
      .send([client('a', 1, 0, peer)], end);
    subject.idle(end, end + 2 * WAIT_MS);
    expect(subject.edges()).toEqual(['a calls external:bank 1']);
    expect(subject.fates()).toEqual({ inferred: 1, unpaired: 1 });
  });
});

describe('a late consumer', () => {
  it('under its producer adds a join to its own topic’s edge', () => {
    const subject = decided(producer('a', 1, 0, topic('t'))).send([consumer('b', 2, 1, topic('t'))], LATER + 1);
    expect(subject.edges()).toEqual(['a publishes topic:t 1', 'topic:t consumes b 1']);
    expect(edgeOf(subject, 'consumes')?.evidence).toEqual({ server_span: 1, paired: 1 });
    expect(subject.fates()).toEqual({ paired: 2 });
  });

  it('takes the topic from its producer when it names none', () => {
    const subject = decided(producer('a', 1, 0, topic('t'))).send([consumer('b', 2, 1)], LATER + 1);
    expect(subject.edges()).toEqual(['a publishes topic:t 1', 'topic:t consumes b 1']);
    expect(edgeOf(subject, 'consumes')?.evidence).toEqual({ server_span: 1, paired: 1 });
  });

  it('is handed the message by its producer when neither names a topic', () => {
    const subject = decided(producer('a', 1, 0)).send([consumer('b', 2, 1)], LATER + 1);
    expect(subject.edges()).toEqual(['a messages b 1']);
    expect(edgeOf(subject, 'messages')?.evidence).toEqual({ paired: 1 });
    expect(subject.fates()).toEqual({ paired: 2 });
    expect(subject.reasons()).toEqual({});
  });

  it('takes back the external call of a client that it answers', () => {
    const subject = decided(client('a', 1, 0, peer)).send([consumer('b', 2, 1, topic('t'))], LATER + 1);
    expect(subject.edges()).toEqual(['topic:t consumes b 1']);
    expect(subject.fates()).toEqual({ paired: 2 });
  });

  it('leaves the tables of a database span that it answers', () => {
    const statement = postgres({ 'db.query.text': 'INSERT INTO outbox VALUES (1)' });
    const subject = decided(client('a', 1, 0, statement)).send([consumer('b', 2, 1, topic('t'))], LATER + 1);
    expect(subject.graph().edges.map(edge => edge.kind)).toEqual(['writes', 'consumes']);
    expect(subject.fates()).toEqual({ paired: 2 });
  });

  it('of another topic of the system gives a route', () => {
    const subject = decided(producer('a', 1, 0, topic('in'))).send([consumer('b', 2, 1, topic('out'))], LATER + 1);
    expect(subject.edges()).toEqual([
      'a publishes topic:in 1',
      'topic:in routes topic:out 1',
      'topic:out consumes b 1',
    ]);
  });

  it('joins through a link, across traces', () => {
    const linked = consumer('b', 2, 0, { ...topic('t'), traceId: OTHER_TRACE, links: [linkTo(1)] });
    const subject = decided(producer('a', 1, 0, topic('t'))).send([linked], LATER + 1);
    expect(edgeOf(subject, 'consumes')?.evidence).toEqual({ server_span: 1, span_link: 1 });
    expect(subject.fates()).toEqual({ paired: 2 });
  });

  it('joins once per link', () => {
    const linked = consumer('b', 9, 0, { ...topic('t'), traceId: OTHER_TRACE, links: [linkTo(1), linkTo(2)] });
    const subject = decided(producer('a', 1, 0, topic('t')), producer('a', 2, 0, topic('t'))).send([linked], LATER + 1);
    expect(edgeOf(subject, 'consumes')?.evidence).toEqual({ server_span: 1, span_link: 2 });
    expect(edgeOf(subject, 'consumes')).toMatchObject({ count: 1, messages: 2 });
    expect(subject.fates()).toEqual({ paired: 3 });
  });

  it('is not joined through a link to a client of its own', () => {
    const linked = consumer('a', 2, 0, { ...topic('t'), traceId: OTHER_TRACE, links: [linkTo(1)] });
    const subject = decided(client('a', 1, 0, peer)).send([linked], LATER + 1);
    expect(edgeOf(subject, 'consumes')?.evidence).toEqual({ server_span: 1 });
    expect(subject.fates()).toEqual({ inferred: 2 });
  });
});

describe('a late producer', () => {
  it('adds a join to the edge of the consumer that waited', () => {
    const subject = decided(consumer('b', 2, 1, topic('t'))).send([producer('a', 1, 0, topic('t'))], LATER + 1);
    expect(subject.edges()).toEqual(['a publishes topic:t 1', 'topic:t consumes b 1']);
    expect(edgeOf(subject, 'consumes')?.evidence).toEqual({ server_span: 1, paired: 1 });
    expect(subject.fates()).toEqual({ paired: 2 });
  });

  it('gives its topic to the consumer that named none', () => {
    const subject = decided(consumer('b', 2, 1)).send([producer('a', 1, 0, topic('t'))], LATER + 1);
    expect(subject.edges()).toEqual(['a publishes topic:t 1', 'topic:t consumes b 1']);
    expect(subject.fates()).toEqual({ paired: 2 });
    expect(subject.reasons()).toEqual({});
  });

  it('joins a consumer that links to it', () => {
    const linked = consumer('b', 2, 0, { ...topic('t'), traceId: OTHER_TRACE, links: [linkTo(1)] });
    const subject = decided(linked).send([producer('a', 1, 0, topic('t'))], LATER + 1);
    expect(edgeOf(subject, 'consumes')?.evidence).toEqual({ server_span: 1, span_link: 1 });
    expect(subject.fates()).toEqual({ paired: 2 });
  });

  it('joins a consumer that links to it and to a second one, once each', () => {
    const linked = consumer('b', 9, 0, { ...topic('t'), traceId: OTHER_TRACE, links: [linkTo(1), linkTo(2)] });
    const subject = decided(linked).send([producer('a', 1, 0, topic('t'))], LATER + 1);
    subject.send([producer('a', 2, 0, topic('t'))], LATER + 2);
    expect(edgeOf(subject, 'consumes')?.evidence).toEqual({ server_span: 1, span_link: 2 });
    expect(subject.fates()).toEqual({ paired: 3 });
  });

  it('of another topic of the system gives a route', () => {
    const subject = decided(consumer('b', 2, 1, topic('out'))).send([producer('a', 1, 0, topic('in'))], LATER + 1);
    expect(subject.edges()).toEqual([
      'a publishes topic:in 1',
      'topic:in routes topic:out 1',
      'topic:out consumes b 1',
    ]);
  });
});

describe('with `late` of nothing', () => {
  it('a partner after the wait is a stranger', () => {
    const subject = new LiveSubject({ lateMs: 0 }).send([client('a', 1, 0, peer)], 0).idle(1000, LATER);
    subject.send([server('b', 2, 1)], LATER + 1).idle(LATER + 2, LATER + 2 * WAIT_MS);
    expect(subject.edges()).toEqual(['a calls external:bank 1']);
  });
});
