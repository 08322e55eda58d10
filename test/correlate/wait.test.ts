/** Within the wait: halves meet in any order, and nothing is decided alone before the wait is over. */
import { describe, expect, it } from 'vitest';
import { LiveSubject, WAIT_MS } from '../kits/live-subject.ts';
import { client, consumer, internal, linkTo, OTHER_TRACE, postgres, producer, server, topic } from '../oracle/cases.ts';

const peer = { attributes: { 'peer.service': 'bank' } };
const statement = postgres({ 'db.query.text': 'SELECT id FROM orders' });

const PAIRS = [
  ['client and server', client('a', 1, 0, peer), server('b', 2, 1), ['a calls b 1']],
  ['producer and server', producer('a', 1, 0, topic('t')), server('b', 2, 1), ['a calls b 1', 'a publishes topic:t 1']],
  ['database client and server', client('a', 1, 0, statement), server('b', 2, 1), ['a calls b 1']],
  [
    'producer and consumer',
    producer('a', 1, 0, topic('t')),
    consumer('b', 2, 1),
    ['a publishes topic:t 1', 'topic:t consumes b 1'],
  ],
  [
    'producer and linked consumer',
    producer('a', 1, 0, topic('t')),
    consumer('b', 2, 0, { traceId: OTHER_TRACE, links: [linkTo(1)] }),
    ['a publishes topic:t 1', 'topic:t consumes b 1'],
  ],
  ['client and server of one id', client('a', 1, 0, peer), { ...server('b', 1, 0), parentSpanId: '' }, ['a calls b 1']],
] as const;

describe('two halves within the wait', () => {
  describe.each(PAIRS)('%s', (_, outbound, inbound, edges) => {
    it.each([
      ['outbound first', outbound, inbound],
      ['inbound first', inbound, outbound],
    ])('are one interaction, %s', (_order, first, second) => {
      const subject = new LiveSubject().send([first], 0).send([second], WAIT_MS - 1);
      expect(subject.edges()).toEqual(edges);
      expect(subject.fates()).toEqual({ paired: 2 });
      subject.idle(WAIT_MS, 3 * WAIT_MS);
      expect(subject.edges()).toEqual(edges);
      expect(subject.fates()).toEqual({ paired: 2 });
    });
  });

  it('find each other through internal spans of both sides, whichever comes last', () => {
    const chain = [client('a', 1, 0), internal('a', 2, 1), internal('b', 3, 2), server('b', 4, 3)];
    for (const last of chain) {
      const subject = new LiveSubject().send(
        chain.filter(span => span !== last),
        0,
      );
      subject.send([last], WAIT_MS - 1).idle(WAIT_MS, 3 * WAIT_MS);
      expect(subject.edges(), `last: ${last.spanId}`).toEqual(['a calls b 1']);
    }
  });

  it('of a better rank replace those of a worse', () => {
    const linked = consumer('b', 3, 2, { ...topic('t'), links: [linkTo(1)] });
    const subject = new LiveSubject().send([producer('x', 1, 0, topic('t')), linked], 0);
    expect(subject.graph().edges.find(edge => edge.kind === 'consumes')?.evidence).toEqual({
      server_span: 1,
      span_link: 1,
    });
    subject.send([producer('a', 2, 0, topic('t'))], WAIT_MS - 1);
    expect(subject.graph().edges.find(edge => edge.kind === 'consumes')?.evidence).toEqual({
      server_span: 1,
      paired: 1,
    });
    expect(subject.fates()).toEqual({ paired: 2, inferred: 1 });
  });
});

describe('a client that nobody answers', () => {
  it('gives no external edge before the wait is over, and one exactly then, by ticks alone', () => {
    const subject = new LiveSubject().send([client('a', 1, 0, peer)], 0);
    for (const atMs of [0, 1, WAIT_MS / 2, WAIT_MS - 1]) {
      subject.tick(atMs);
      expect(subject.edges()).toEqual([]);
      expect(subject.fates()).toEqual({ pending: 1 });
    }
    subject.tick(WAIT_MS);
    expect(subject.edges()).toEqual(['a calls external:bank 1']);
    expect(subject.fates()).toEqual({ inferred: 1 });
  });

  it('waits from its own arrival, not from the first of the stream', () => {
    const subject = new LiveSubject().send([client('a', 1, 0, peer)], 0);
    subject.send([client('a', 2, 0, peer)], WAIT_MS - 1).tick(WAIT_MS);
    expect(subject.edges()).toEqual(['a calls external:bank 1']);
    subject.tick(2 * WAIT_MS - 2);
    expect(subject.edges()).toEqual(['a calls external:bank 1']);
    subject.tick(2 * WAIT_MS - 1);
    expect(subject.edges()).toEqual(['a calls external:bank 2']);
  });

  it('is decided by the next arrival when no tick came between', () => {
    const subject = new LiveSubject().send([client('a', 1, 0, peer)], 0).send([internal('z', 9, 0)], WAIT_MS);
    expect(subject.edges()).toEqual(['a calls external:bank 1']);
  });

  it('is unresolved without a peer', () => {
    const subject = new LiveSubject().send([client('a', 1, 0)], 0).tick(WAIT_MS - 1);
    expect(subject.fates()).toEqual({ pending: 1 });
    subject.tick(WAIT_MS);
    expect(subject.reasons()).toEqual({ unpaired_client: 1 });
    expect(subject.graph().nodes).toMatchObject([{ id: 'service:a', unresolved: 1 }]);
  });

  it('is not called external when only nameless spans came beneath', () => {
    const subject = new LiveSubject().send([client('a', 1, 0, peer), server('', 2, 1)], 0).tick(WAIT_MS);
    expect(subject.edges()).toEqual([]);
    expect(subject.reasons()).toEqual({ no_service_name: 1, unpaired_nameless: 1 });
  });
});

describe('an inbound span whose parent never comes', () => {
  it('is pending until exactly the end of the wait', () => {
    const subject = new LiveSubject().send([server('b', 2, 1)], 0).tick(WAIT_MS - 1);
    expect(subject.fates()).toEqual({ pending: 1 });
    subject.tick(WAIT_MS);
    expect(subject.reasons()).toEqual({ missing_parent: 1 });
    expect(subject.fates()).toEqual({ unpaired: 1 });
  });

  it('is called by the service above it when the wait is over', () => {
    const subject = new LiveSubject().send([internal('a', 2, 1), server('b', 3, 2)], 0).tick(WAIT_MS - 1);
    expect(subject.edges()).toEqual([]);
    subject.tick(WAIT_MS);
    expect(subject.edges()).toEqual(['a calls b 1']);
    expect(subject.graph().edges[0]?.evidence).toEqual({ parent_child: 1 });
  });
});

describe('what shows at once', () => {
  it.each([
    ['an entry', server('a', 1, 0), []],
    ['a publication', producer('a', 1, 0, topic('t')), ['a publishes topic:t 1']],
    ['a consumption', consumer('a', 1, 5, topic('t')), ['topic:t consumes a 1']],
    ['a read table', client('a', 1, 0, statement), ['table:postgresql/pg-1/shop/public/orders reads a 1']],
    ['a caller that a root names', server('a', 1, 0, peer), ['external:bank calls a 1']],
  ])('is %s', (_, span, edges) => {
    const subject = new LiveSubject().send([span], 0);
    expect(subject.edges()).toEqual(edges);
    expect(subject.fates()).toEqual({ inferred: 1 });
    subject.idle(1000, 3 * WAIT_MS);
    expect(subject.edges()).toEqual(edges);
  });
});

describe('the clock', () => {
  it('may jump back without deciding anything twice or early', () => {
    const subject = new LiveSubject()
      .send([client('a', 1, 0, peer)], 0)
      .tick(WAIT_MS)
      .tick(5);
    subject.send([client('a', 2, 0, peer)], 6).tick(WAIT_MS + 6);
    expect(subject.edges()).toEqual(['a calls external:bank 1']);
    // While the wall clock is behind, time goes on by the real one, for as long as this took.
    subject.tick(3 * WAIT_MS);
    expect(subject.edges()).toEqual(['a calls external:bank 2']);
  });

  it('gives a span no time more than five seconds after its arrival', () => {
    const ahead = (Date.UTC(2024, 0, 15, 12, 0, 10) + 60_000) * 1000;
    const subject = new LiveSubject().send([producer('a', 1, 0, { ...topic('t'), startUs: ahead, endUs: ahead })], 0);
    expect(subject.graph().edges[0]?.lastSeen).toBe('2024-01-15T12:00:15.000Z');
    expect(subject.reasons()).toEqual({ clock_skew: 1 });
  });

  it('puts the arrival in place of a time that cannot be', () => {
    const subject = new LiveSubject().send(
      [producer('a', 1, 0, { ...topic('t'), startUs: 1_000_000, endUs: 2_000_000 })],
      0,
    );
    expect(subject.graph().edges[0]?.firstSeen).toBe('2024-01-15T12:00:10.000Z');
    expect(subject.reasons()).toEqual({ bad_time: 1 });
  });
});
