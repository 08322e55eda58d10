/** Repeated spans and ids: a resend within the horizon changes nothing, other spans under the same id are themselves. */
import { describe, expect, it } from 'vitest';
import { LATE_MS, LiveSubject, WAIT_MS } from '../kits/live-subject.ts';
import { client, consumer, internal, OTHER_TRACE, postgres, producer, server, TRACE, topic } from '../oracle/cases.ts';
import { compareDocuments } from '../oracle/compare.ts';
import { analyzeSpans } from '../oracle/model.ts';

const peer = { attributes: { 'peer.service': 'bank' } };
const LOW_HALF = TRACE.slice(16);

const SPANS = [
  server('a', 1, 0),
  client('a', 2, 1, peer),
  client('a', 3, 1),
  server('b', 4, 3),
  producer('b', 5, 4, topic('t')),
  consumer('c', 6, 5, topic('t')),
  client('c', 7, 6, postgres({ 'db.query.text': 'INSERT INTO t SELECT * FROM u' })),
  internal('c', 8, 6),
  server('', 9, 8),
];

const strip = (subject: LiveSubject) => {
  const { edges, nodes } = subject.graph();
  return { nodes, edges: edges.map(({ rate: _, ...rest }) => rest) };
};

describe('a span that comes again', () => {
  it.each([
    ['in the same moment', 0],
    ['within the wait', WAIT_MS - 1],
    ['after its row has left', 2 * WAIT_MS],
    ['at the end of the horizon', LATE_MS - 1],
    ['as late as a partner may come', WAIT_MS + LATE_MS - 1],
  ])('%s changes nothing', (_, atMs) => {
    const subject = new LiveSubject().send(SPANS, 0);
    if (atMs > 0) subject.idle(0, atMs);
    const before = strip(subject);
    const fates = subject.fates();
    subject.send(SPANS, atMs).send(SPANS.toReversed(), atMs);
    expect(strip(subject)).toEqual(before);
    expect(subject.fates()).toEqual({ ...fates, duplicates: 2 * SPANS.length });
  });

  it('is told also where nothing may come late', () => {
    const subject = new LiveSubject({ lateMs: 0 }).send(SPANS, 0).idle(100, WAIT_MS / 2);
    subject.send(SPANS, WAIT_MS / 2);
    expect(subject.fates().duplicates).toBe(SPANS.length);
  });

  it('after the horizon may count again', () => {
    const subject = new LiveSubject().send([producer('a', 1, 0, topic('t'))], 0).idle(1000, 2 * LATE_MS, 5000);
    subject.send([producer('a', 1, 0, topic('t'))], 2 * LATE_MS);
    expect(subject.edges()).toEqual(['a publishes topic:t 2']);
  });

  it('with another spelling of its ids is the same', () => {
    const upper = { ...SPANS[3]!, traceId: TRACE.toUpperCase() };
    const subject = new LiveSubject().send(SPANS, 0).send([upper], 1);
    expect(subject.fates().duplicates).toBe(1);
  });
});

describe('one span id', () => {
  it('in two traces is two spans that have nothing to do with each other', () => {
    const subject = new LiveSubject().send([client('a', 1, 0, peer), server('b', 2, 1, { traceId: OTHER_TRACE })], 0);
    subject.tick(WAIT_MS);
    expect(subject.edges()).toEqual(['a calls external:bank 1']);
    expect(subject.reasons()).toEqual({ missing_parent: 1 });
  });

  it('in two traces that differ in the high half alone is two spans', () => {
    const other = `ffffffffffffffff${LOW_HALF}`;
    const subject = new LiveSubject().send([client('a', 1, 0, peer), server('b', 2, 1, { traceId: other })], 0);
    subject.idle(0, 2 * WAIT_MS).send([server('c', 3, 1, { traceId: other })], 2 * WAIT_MS);
    subject.idle(2 * WAIT_MS, 4 * WAIT_MS);
    expect(subject.edges()).toEqual(['a calls external:bank 1']);
    expect(subject.reasons()).toEqual({ missing_parent: 2 });
  });

  it('served by two instances is two servings', () => {
    const first = server('b', 1, 0);
    const second = { ...first, resource: { ...first.resource, 'service.instance.id': 'b-2' } };
    const third = { ...first, startUs: first.startUs + 7 };
    const subject = new LiveSubject().send([client('a', 1, 0, peer), first, second, third], 0).tick(WAIT_MS);
    expect(subject.edges()).toEqual(['a calls b 3']);
    expect(subject.graph().edges[0]).toMatchObject({ served: 3 });
  });
});

describe('spans without a service under one id', () => {
  it('are passed on the way down, each, but what is beneath them counts once, in any order', () => {
    const nameless = server('', 2, 1);
    const spans = [
      client('a', 1, 0, peer),
      nameless,
      { ...nameless, startUs: nameless.startUs + 7 },
      server('b', 3, 2),
      client('b', 2, 1),
    ];
    const { document } = analyzeSpans(spans);
    for (const order of permutationsOf(spans)) {
      const subject = new LiveSubject();
      for (const [i, span] of order.entries()) subject.send([span], i).tick(i);
      expect(compareDocuments(document, subject.idle(order.length, 2 * WAIT_MS).graph())).toEqual([]);
    }
  });
});

function permutationsOf<T>(things: readonly T[]): T[][] {
  if (things.length < 2) return [[...things]];
  return things.flatMap((first, i) => permutationsOf(things.toSpliced(i, 1)).map(rest => [first, ...rest]));
}

describe('a trace id of 64 bits', () => {
  it.each([
    ['16 digits', LOW_HALF],
    ['32 digits', LOW_HALF.padStart(32, '0')],
  ])('in %s joins a span that kept the high half, within the wait and late', (_, traceId) => {
    const short = server('b', 2, 1, { traceId });
    expect(new LiveSubject().send([client('a', 1, 0, peer), short], 0).edges()).toEqual(['a calls b 1']);
    const late = new LiveSubject().send([client('a', 1, 0, peer)], 0).idle(0, 2 * WAIT_MS);
    expect(late.send([short], 2 * WAIT_MS).edges()).toEqual(['a calls b 1']);
    const waiting = new LiveSubject().send([short], 0).idle(0, 2 * WAIT_MS);
    expect(waiting.send([client('a', 1, 0, peer)], 2 * WAIT_MS).edges()).toEqual(['a calls b 1']);
  });
});
