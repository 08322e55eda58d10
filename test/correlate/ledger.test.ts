/** Joins through the message ledger: whichever side comes first, in the wait and long after it, and its bounds. */
import { describe, expect, it } from 'vitest';
import { LATE_MS, LiveSubject, WAIT_MS } from '../kits/live-subject.ts';
import { consumer, OTHER_TRACE, producer, topic } from '../oracle/cases.ts';
import type { Attributes } from '../oracle/span.ts';

const CLUSTER = { 'messaging.kafka.cluster.id': 'eu-1' };
const at = (partition: number, offset: number | string, more: Attributes = {}) => ({
  ...topic('t', {
    'messaging.destination.partition.id': String(partition),
    'messaging.kafka.offset': offset,
    ...CLUSTER,
    ...more,
  }),
});
const sent = (id: number, offset: number, more: Attributes = {}) => producer('a', id, 0, at(1, offset, more));
const elsewhere = { traceId: OTHER_TRACE };
const processed = (id: number, offset: number | string, more: Attributes = {}) =>
  consumer('b', id, 0, { ...at(1, offset, more), ...elsewhere });
const consumes = (subject: LiveSubject) => subject.graph().edges.find(edge => edge.kind === 'consumes');
const LATER = 3 * WAIT_MS;
const HOURS = 3_600_000;

describe('a consumer without context', () => {
  it.each([
    ['after its producer', [sent(1, 7), processed(2, '7')]],
    ['before its producer', [processed(2, '7'), sent(1, 7)]],
  ])('%s in the wait, is joined by offset', (_, spans) => {
    const subject = new LiveSubject();
    spans.forEach((span, i) => void subject.send([span], i * 1000));
    expect(consumes(subject)).toMatchObject({ count: 1, messages: 1, evidence: { server_span: 1, offset: 1 } });
    expect(subject.fates()).toEqual({ paired: 2 });
    subject.idle(2000, LATER);
    expect(subject.fates()).toEqual({ paired: 2 });
  });

  it.each([
    ['after its producer', [sent(1, 7), processed(2, '7')]],
    ['before its producer', [processed(2, '7'), sent(1, 7)]],
  ])('%s by hours, is joined by offset', (_, [first, second]) => {
    const subject = new LiveSubject().send([first!], 0).idle(1000, LATER);
    expect(subject.fates()).toEqual({ inferred: 1 });
    subject.tick(LATE_MS + LATER);
    subject.send([second!], 5 * HOURS).idle(5 * HOURS + 1000, 5 * HOURS + LATER);
    expect(consumes(subject)).toMatchObject({ count: 1, evidence: { server_span: 1, offset: 1 } });
    expect(subject.fates()).toEqual({ paired: 2 });
  });

  it('is not joined after the time that messages are waited for', () => {
    const subject = new LiveSubject({ messageWaitMs: HOURS }).send([sent(1, 7)], 0).idle(1000, LATER);
    for (let hour = 1; hour < 4; hour++) subject.tick(hour * HOURS);
    subject.send([processed(2, 7)], 5 * HOURS).idle(5 * HOURS, 5 * HOURS + LATER);
    expect(consumes(subject)?.evidence).toEqual({ server_span: 1 });
    expect(subject.tier('messages').used).toBeLessThan(3);
  });

  it('is not joined after that time, though it passes at once', () => {
    const subject = new LiveSubject({ messageWaitMs: HOURS }).send([sent(1, 7)], 0).tick(0);
    subject.send([processed(2, 7)], 2 * HOURS).idle(2 * HOURS, 2 * HOURS + LATER);
    expect(consumes(subject)?.evidence).toEqual({ server_span: 1 });
  });

  it('joined by offset in the wait moves to the context that comes later in it', () => {
    const subject = new LiveSubject().send([sent(1, 7), consumer('b', 2, 9, at(1, 7))], 0);
    expect(consumes(subject)?.evidence).toEqual({ server_span: 1, offset: 1 });
    subject.send([producer('a', 9, 0, topic('t', CLUSTER))], 1000);
    expect(consumes(subject)?.evidence).toEqual({ server_span: 1, paired: 1 });
    expect(subject.fates()).toEqual({ inferred: 1, paired: 2 });
  });
});

describe('a consumer whose producer comes late', () => {
  it('by context and by offset is joined once, by its context', () => {
    const subject = new LiveSubject().send([consumer('b', 2, 1, at(1, 7))], 0).idle(1000, LATER);
    subject.send([sent(1, 7)], LATER + 1).idle(LATER + 1000, 2 * LATER);
    expect(consumes(subject)).toMatchObject({ count: 1, evidence: { server_span: 1, paired: 1 } });
    expect(subject.fates()).toEqual({ paired: 2 });
  });
});

describe('the same message', () => {
  it('processed again hours later is a redelivery', () => {
    const subject = new LiveSubject().send([processed(1, 7)], 0).idle(1000, LATER);
    subject.send([processed(2, 7)], 5 * HOURS).idle(5 * HOURS, 5 * HOURS + LATER);
    expect(consumes(subject)).toMatchObject({ count: 2, messages: 1, processed: 1, redeliveries: 1 });
  });

  it('sent again is not: another offset is another message', () => {
    const subject = new LiveSubject().send([processed(1, 7), processed(2, 8)], 0);
    expect(consumes(subject)).toMatchObject({ count: 2, messages: 2, redeliveries: 0 });
  });
});

describe('a full ledger', () => {
  it('of a service that keeps nothing on a disk is smaller', () => {
    const subject = new LiveSubject({ maxMessages: 20, maxMessagesInMemory: 4 });
    expect(subject.tier('messages').limit).toBe(20);
    subject.topology.keepMessagesInMemory();
    subject.send(
      [1, 2, 3, 4, 5, 6].map(id => sent(id, id)),
      0,
    );
    subject.tick(1000);
    expect(subject.tier('messages')).toMatchObject({ limit: 4, used: 4, evicted: 2 });
  });

  it('forgets the oldest, and counts them', () => {
    const subject = new LiveSubject({ maxMessages: 4 });
    subject
      .send(
        [1, 2, 3, 4, 5, 6].map(id => sent(id, id)),
        0,
      )
      .send([processed(7, 1), processed(8, 6)], 10);
    expect(subject.tier('messages')).toMatchObject({ limit: 4, used: 4, bytesPerEntry: 45 });
    expect(subject.tier('messages').evicted).toBeGreaterThan(1);
    expect(consumes(subject)?.count).toBe(2);
  });
});
