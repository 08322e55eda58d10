/** Full memories: what does not fit is counted, and what was decided early is still corrected. */
import { describe, expect, it } from 'vitest';
import { LiveSubject, WAIT_MS } from '../kits/live-subject.ts';
import { client, consumer, linkTo, OTHER_TRACE, producer, server, topic } from '../oracle/cases.ts';

const peer = { attributes: { 'peer.service': 'bank' } };
const LIMIT = 256;
const COUNT = 1000;
const clients = Array.from({ length: COUNT }, (_, i) => client('a', i + 1, 0, peer));
const serverOf = (i: number) => server('b', 10_000 + i, i + 1);

describe('fewer late entries than one consumer has links', () => {
  it('are gone through once by a producer that comes late', () => {
    for (const maxLate of [0, 1, 5]) {
      const links = Array.from({ length: 9 }, (_, i) => linkTo(i + 1, OTHER_TRACE));
      const subject = new LiveSubject({ maxLate }).send([consumer('b', 1, 0, { ...topic('t'), links })], 0);
      subject.idle(1000, 2 * WAIT_MS);
      const late = links.map((_, i) => producer('a', i + 1, 0, { ...topic('t'), traceId: OTHER_TRACE }));
      subject.send(late, 2 * WAIT_MS).idle(2 * WAIT_MS, 4 * WAIT_MS);
      expect(subject.edges()).toEqual(['a publishes topic:t 9', 'topic:t consumes b 1']);
    }
  });
});

describe('more spans than may be pending', () => {
  it('are decided early, oldest first, and counted as evicted', () => {
    const subject = new LiveSubject({ maxPending: LIMIT }).send(clients, 0);
    const { used, evicted, limit } = subject.tier('rows');
    expect(used).toBeLessThanOrEqual(limit);
    expect(evicted).toBe(COUNT - used);
    expect(subject.fates()).toEqual({ evicted, pending: used });
    expect(subject.edges()).toEqual([`a calls external:bank ${evicted}`]);
    subject.tick(WAIT_MS);
    expect(subject.fates()).toEqual({ evicted, inferred: used });
    expect(subject.edges()).toEqual([`a calls external:bank ${COUNT}`]);
  });

  it('still meet partners that come later', () => {
    const subject = new LiveSubject({ maxPending: LIMIT }).send(clients, 0);
    const { evicted } = subject.tier('rows');
    subject.send([serverOf(0), serverOf(1), serverOf(COUNT - 1)], 1);
    expect(subject.edges()).toEqual([`a calls external:bank ${evicted - 2}`, 'a calls b 3']);
    expect(subject.fates().paired).toBe(6);
    subject.tick(WAIT_MS + 1);
    expect(subject.edges()).toEqual([`a calls external:bank ${COUNT - 3}`, 'a calls b 3']);
    expect(subject.fates()).toMatchObject({ paired: 6, evicted: evicted - 2 });
  });

  it('meet partners when they waited for them', () => {
    const servers = clients.map((_, i) => serverOf(i));
    const subject = new LiveSubject({ maxPending: LIMIT }).send(servers, 0).send(clients, 1);
    subject.tick(WAIT_MS + 1);
    expect(subject.edges()).toEqual([`a calls b ${COUNT}`]);
    expect(subject.fates()).toEqual({ paired: 2 * COUNT });
  });

  it('give the same edges as with room, for pairs in any order', () => {
    const spans = clients.flatMap((one, i) => (i % 2 === 0 ? [one, serverOf(i)] : [serverOf(i), one]));
    const mixed = [...spans.filter((_, i) => i % 3 === 0), ...spans.filter((_, i) => i % 3 !== 0)];
    const subject = new LiveSubject({ maxPending: LIMIT }).send(mixed, 0).idle(1000, 3 * WAIT_MS);
    expect(subject.edges()).toEqual([`a calls b ${COUNT}`]);
    expect(subject.fates()).toEqual({ paired: 2 * COUNT });
    expect(subject.graph().edges[0]).toMatchObject({ served: COUNT, evidence: { paired: COUNT } });
    expect(subject.graph().edges[0]?.latency).toMatchObject({ client: { count: COUNT }, server: { count: COUNT } });
  });

  it('and links than may be kept leave consumers that count without them', () => {
    const links = Array.from({ length: 128 }, (_, i) => linkTo(i + 1, OTHER_TRACE));
    const consumers = Array.from({ length: 20 }, (_, i) => consumer('b', i + 1, 0, { ...topic('t'), links }));
    const subject = new LiveSubject({ maxPending: LIMIT }).send(consumers, 0);
    expect(subject.tier('links').used).toBeLessThanOrEqual(subject.tier('links').limit);
    expect(subject.tier('links').evicted).toBe(20 * 128 - subject.tier('links').limit);
    subject.idle(1000, 3 * WAIT_MS);
    expect(subject.edges()).toEqual(['topic:t consumes b 20']);
    expect(subject.tier('links').used).toBe(0);
  });
});

describe('more decisions than may be corrected', () => {
  const decided = (maxLate: number) => new LiveSubject({ maxLate }).send(clients, 0).idle(1000, 2 * WAIT_MS);

  it('drop the oldest, and count them', () => {
    const subject = decided(LIMIT);
    expect(subject.tier('late')).toMatchObject({ used: LIMIT, limit: LIMIT, evicted: COUNT - LIMIT });
    subject.send([serverOf(COUNT - LIMIT - 1), serverOf(COUNT - LIMIT), serverOf(COUNT - 1)], 2 * WAIT_MS);
    expect(subject.edges()).toEqual([`a calls external:bank ${COUNT - 2}`, 'a calls b 2']);
    subject.idle(2 * WAIT_MS, 4 * WAIT_MS);
    expect(subject.reasons()).toEqual({ missing_parent: 1 });
  });

  it('tell how far back they reach', () => {
    const subject = new LiveSubject({ maxLate: LIMIT });
    for (let second = 0; second < 60; second++) {
      subject.send(
        Array.from({ length: 16 }, (_, i) => client('a', second * 16 + i + 1, 0, peer)),
        second * 1000,
      );
    }
    const roomy = subject.tier('rows').horizonSeconds;
    expect(roomy).toBeGreaterThanOrEqual(WAIT_MS / 1000 - 1);
    expect(roomy).toBeLessThanOrEqual(WAIT_MS / 1000);
    // 256 entries of 16 a second are 16 s of the 50 that were decided; slices are 1/64 of `late`.
    expect(subject.tier('late').horizonSeconds).toBeGreaterThanOrEqual(15);
    expect(subject.tier('late').horizonSeconds).toBeLessThanOrEqual(16 + 300 / 64 + 1);
  });

  it('none at all: nothing moves, everything counts', () => {
    const subject = decided(0)
      .send([serverOf(0)], 2 * WAIT_MS)
      .idle(2 * WAIT_MS, 4 * WAIT_MS);
    expect(subject.tier('late').used).toBeLessThanOrEqual(1);
    expect(subject.edges()).toEqual([`a calls external:bank ${COUNT}`]);
    expect(subject.fates()).toEqual({ inferred: COUNT, unpaired: 1 });
  });
});
