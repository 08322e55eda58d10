/** The oracle’s graph of messages whose consumers come hours after their producers, or before: from a ledger on the disk. */
import { expect, it } from 'vitest';
import { LiveSubject, WAIT_MS } from '../kits/live-subject.ts';
import { SlabDisk } from '../kits/slab-disk.ts';
import { documentOf } from '../kits/subject.ts';
import { consumer, producer, topic } from './cases.ts';
import { compareDocuments } from './compare.ts';
import { analyzeSpans } from './model.ts';
import { Random } from './random.ts';
import type { Attributes, Span } from './span.ts';

const RUNS = Math.ceil(Number(process.env.TACIT_PROPERTY_RUNS ?? 300) / 10);
const HOUR_MS = 3_600_000;

/** Each message is sent once at most and processed once by a group: who comes later is joined for good, whoever that is. */
function messages(random: Random): Span[] {
  let id = 0;
  return Array.from({ length: 50 }, (_, offset) => {
    const [byOffset, byId] = random.pick([
      [true, false],
      [false, true],
      [true, true],
    ]);
    const attributes: Attributes = {
      'messaging.kafka.cluster.id': 'eu-1',
      'messaging.destination.partition.id': '1',
      ...(byOffset ? { 'messaging.kafka.offset': offset } : {}),
      ...(byId ? { 'messaging.message.id': `message-${offset}` } : {}),
    };
    const own = () => ({ traceId: random.hex(32) });
    const sent = random.chance(0.8) ? [producer('shop', ++id, 0, { ...topic('orders', attributes), ...own() })] : [];
    const groups = ['mail', 'bill'].filter(() => random.chance(0.6));
    const processed = groups.map(group => {
      const said = { 'messaging.operation.type': 'process', 'messaging.consumer.group.name': group };
      return consumer(group, ++id, 0, { ...topic('orders', { ...attributes, ...said }), ...own() });
    });
    return [...sent, ...processed];
  }).flat();
}

it('is the same as when all of them come together', () => {
  let reads = 0;
  for (let seed = 0; seed < RUNS; seed++) {
    const random = new Random(seed);
    const spans = random.shuffle(messages(random));
    const disk = new SlabDisk();
    const subject = new LiveSubject({ ledger: { slab: 8, inMemory: 0 } });
    subject.topology.correlator.meetings.ledger.store = disk;
    let atMs = 0;
    for (let at = 0; at < spans.length; at += 10) {
      subject.send(spans.slice(at, at + 10), atMs).idle(atMs, atMs + 2 * WAIT_MS, WAIT_MS / 4);
      atMs += random.pick([WAIT_MS * 3, HOUR_MS]);
    }
    subject.topology.finish();
    const { document } = analyzeSpans(spans);
    expect(compareDocuments(document, documentOf(subject.topology)), `seed ${seed}`).toEqual([]);
    reads += disk.reads;
  }
  expect(reads).toBeGreaterThan(10 * RUNS);
});
