/** Traces made by accident or malice: everything ends, soon, and is counted. Bounds in time are generous. */
import { describe, expect, it } from 'vitest';
import { LiveSubject, WAIT_MS } from '../kits/live-subject.ts';
import { client, consumer, internal, producer, server, topic } from '../oracle/cases.ts';
import type { Span } from '../oracle/span.ts';

const peer = { attributes: { 'peer.service': 'bank' } };
const ROOMY = { maxPending: 200_000, maxLate: 200_000, maxSeen: 400_000 };
const SECONDS = 1000;
const CHAIN = 10_000;
const STAR = 50_000;

/** Sends in requests of a thousand spans and tells how long it took. */
function sendAll(subject: LiveSubject, spans: readonly Span[]): number {
  const begin = performance.now();
  for (let i = 0; i < spans.length; i += 1000) subject.send(spans.slice(i, i + 1000), 0);
  return performance.now() - begin;
}

describe('parents in a circle', () => {
  it.each([
    ['two internal spans', [internal('a', 1, 2), internal('a', 2, 1)], {}],
    ['an internal span above itself', [internal('a', 1, 1)], {}],
    ['two nameless spans', [internal('', 1, 2), internal('', 2, 1)], { no_service_name: 2 }],
    ['two servers', [server('a', 1, 2), server('b', 2, 1)], {}],
    ['three services', [internal('a', 1, 3), internal('b', 2, 1), internal('c', 3, 2)], {}],
  ])('of %s have fates', (_, spans, reasons) => {
    for (const order of [spans, spans.toReversed()]) {
      const subject = new LiveSubject().send(order, 0).idle(1000, 3 * WAIT_MS);
      expect(subject.fates().pending).toBeUndefined();
      expect(subject.reasons()).toMatchObject(reasons);
    }
  });

  it('leave a server beneath them without a parent', () => {
    const spans = [internal('b', 1, 2), internal('b', 2, 1), server('b', 3, 1)];
    const subject = new LiveSubject().send(spans, 0).idle(1000, 2 * WAIT_MS);
    expect(subject.reasons()).toEqual({ missing_parent: 1 });
    expect(subject.edges()).toEqual([]);
  });

  it('still join what is a pair in them', () => {
    const subject = new LiveSubject().send([client('a', 1, 2), server('b', 2, 1)], 0).idle(1000, 2 * WAIT_MS);
    // The server is above the client as well: a change of service.
    expect(subject.edges()).toEqual(['a calls b 1', 'b calls a 1']);
    expect(subject.fates()).toEqual({ paired: 2 });
  });

  it('and spans that name themselves as parent have a parent that never came', () => {
    const subject = new LiveSubject().send([server('a', 1, 1), client('b', 2, 2, peer)], 0).idle(1000, 2 * WAIT_MS);
    expect(subject.edges()).toEqual(['b calls external:bank 1']);
    expect(subject.reasons()).toEqual({ missing_parent: 1 });
  });
});

describe('a chain of ten thousand spans', () => {
  const chainOf = (service: string) => Array.from({ length: CHAIN }, (_, i) => internal(service, i + 2, i + 1));

  it.each([
    ['internal, from the top', 'a', false],
    ['internal, from the bottom', 'a', true],
    ['nameless, from the top', '', false],
    ['nameless, from the bottom', '', true],
  ])('%s, ends', (_, service, reversed) => {
    const spans = [client('a', 1, 0, peer), ...chainOf(service), server('b', CHAIN + 2, CHAIN + 1)];
    const subject = new LiveSubject(ROOMY);
    expect(sendAll(subject, reversed ? spans.toReversed() : spans)).toBeLessThan(20 * SECONDS);
    subject.idle(1000, 2 * WAIT_MS);
    // More than 256 hops up there is nobody.
    expect(subject.graph().edges.some(edge => edge.evidence.paired !== undefined)).toBe(false);
    expect(subject.fates().pending).toBeUndefined();
  });

  it.each([254, 255])('and one of %i spans between client and server is still climbed', between => {
    const inner = Array.from({ length: between }, (_, i) => internal('a', i + 2, i + 1));
    const spans = [client('a', 1, 0), ...inner, server('b', between + 2, between + 1)];
    for (const order of [spans, spans.toReversed()]) {
      expect(new LiveSubject().send(order, 0).edges()).toEqual(['a calls b 1']);
    }
  });

  it('one longer is as if its parent were missing', () => {
    const inner = Array.from({ length: 257 }, (_, i) => internal('a', i + 2, i + 1));
    const spans = [client('a', 1, 0), ...inner, server('b', 259, 258)];
    const found = [spans, spans.toReversed()].map(order => {
      const subject = new LiveSubject().send(order, 0).idle(0, WAIT_MS);
      return [subject.edges(), subject.graph().edges[0]?.evidence];
    });
    expect(found[0]).toEqual([['a calls b 1'], { parent_child: 1 }]);
    expect(found[1]).toEqual(found[0]);
  });
});

describe('a star of fifty thousand children', () => {
  const children = Array.from({ length: STAR }, (_, i) => server('b', i + 2, 1));
  const hub = client('a', 1, 0, peer);

  it('is joined whole when its parent came first', () => {
    const subject = new LiveSubject(ROOMY);
    expect(sendAll(subject, [hub, ...children])).toBeLessThan(20 * SECONDS);
    expect(subject.edges()).toEqual([`a calls b ${STAR}`]);
    subject.tick(WAIT_MS);
    expect(subject.edges()).toEqual([`a calls b ${STAR}`]);
    expect(subject.fates()).toEqual({ paired: STAR + 1 });
  });

  it('is joined whole by the end of the wait when its parent came last', () => {
    const subject = new LiveSubject(ROOMY);
    expect(sendAll(subject, [...children, hub])).toBeLessThan(20 * SECONDS);
    subject.tick(WAIT_MS);
    expect(subject.edges()).toEqual([`a calls b ${STAR}`]);
    expect(subject.fates()).toEqual({ paired: STAR + 1 });
  });

  it('of many parents under one id ends', () => {
    const hubs = Array.from({ length: 500 }, (_, i) => client('a', 1, 0, { startUs: hub.startUs + i }));
    const subject = new LiveSubject(ROOMY);
    expect(sendAll(subject, [...children.slice(0, 2000), ...hubs])).toBeLessThan(30 * SECONDS);
    subject.tick(WAIT_MS);
    expect(subject.edges()).toEqual(['a calls b 2000']);
  });

  it('of links to one producer is joined whole', () => {
    const linked = Array.from({ length: 5000 }, (_, i) =>
      consumer('b', i + 2, 0, { ...topic('t'), links: [{ traceId: hub.traceId, spanId: hub.spanId, attributes: {} }] }),
    );
    const subject = new LiveSubject({ ...ROOMY });
    expect(sendAll(subject, [...linked, producer('a', 1, 0, topic('t'))])).toBeLessThan(20 * SECONDS);
    expect(subject.graph().edges.find(edge => edge.kind === 'consumes')?.evidence).toEqual({
      server_span: 5000,
      span_link: 5000,
    });
  });

  it('under one span id ends, and each has its fate', () => {
    const clients = Array.from({ length: 3000 }, (_, i) => client('a', 1, 0, { startUs: hub.startUs + i }));
    const servers = Array.from({ length: 3000 }, (_, i) => server('b', 1, 0, { startUs: hub.startUs + i }));
    for (const spans of [
      [...clients, ...servers],
      [...servers, ...clients],
    ]) {
      const subject = new LiveSubject(ROOMY);
      expect(sendAll(subject, spans)).toBeLessThan(30 * SECONDS);
      subject.tick(WAIT_MS);
      expect(subject.fates().pending).toBeUndefined();
    }
  });
});
