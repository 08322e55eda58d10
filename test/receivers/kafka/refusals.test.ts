/** A journal without room, or that fails: reading waits, fetches nothing more meanwhile, and loses nothing. */
import { expect, test } from 'vitest';
import type { Host } from '../../../src/contract/component.ts';
import { RetryableError } from '../../../src/contract/errors.ts';
import type { RecordConsumer } from '../../../src/contract/record.ts';
import type { ClientRecord } from '../../../src/receivers/kafka/client.ts';
import { Counters } from '../../../src/receivers/kafka/counters.ts';
import type { KafkaOptions } from '../../../src/receivers/kafka/options.ts';
import { KafkaReceiver } from '../../../src/receivers/kafka/receiver.ts';
import { subscription } from '../../../src/receivers/kafka/subscriptions.ts';
import { memoryClient } from '../../kits/kafka/memory-client.ts';
import { Random } from '../../oracle/random.ts';

const RECORDS = 20_000;
const PAUSE_MS = 300;
const NOBODY = { debug() {}, info() {}, warn() {}, error: (fields: object) => expect.fail(JSON.stringify(fields)) };

/** Keeps the offsets of groups that were committed. `isFull` and `fails` are asked once a group. */
class Journal {
  readonly kept: number[] = [];
  next = 0;
  isFull = () => false;
  fails = () => false;
  private open: number[] = [];
  private reached = 0;
  /** Groups become durable in their order, and none behind one that failed and was not sent again. */
  private last: Promise<unknown> = Promise.resolve();

  readonly consumer: RecordConsumer = {
    begin: () => {
      if (this.isFull()) throw new RetryableError('there is no room', 0.01);
      this.open = [];
    },
    record: ({ offset }) => void this.open.push(offset),
    progress: ({ next }) => {
      this.reached = next;
    },
    commit: () => {
      const { open, reached } = this;
      const failed = this.fails();
      const committed = this.last.then(async () => {
        await new Promise(setImmediate);
        if (failed || (open[0] ?? this.next) > this.next) throw new RetryableError('the disk failed', 0.01);
        this.kept.push(...open);
        this.next = Math.max(this.next, reached);
        return { accepted: open.length, rejected: 0, message: '' };
      });
      this.last = committed.catch(() => {});
      return committed;
    },
    abort: () => {},
  };
}

function subject(journal: Journal) {
  const record = (_: unknown, offset: number): ClientRecord => {
    return { offset, timestampMs: 1 + offset, key: null, value: Buffer.from('x'), headers: [] };
  };
  const partitions = [Array.from({ length: RECORDS }, record)];
  const client = memoryClient({ topic: 'events', partitions, nodes: 1, maxRecords: 700 });
  const counters = new Counters('kafka');
  const fetches = { count: 0 };
  const options = {
    ...{ groupId: 'tacit', client: { brokers: ['memory'] }, identity: {}, names: {}, cluster: 'one' },
    subscriptions: [subscription(['events'], { signal: 'events', encoding: 'record' })],
    initialOffset: 'earliest',
    refreshMs: 1000,
    limits: { maxWaitMs: 10, minBytes: 1, maxBytes: 1 << 20, maxPartitionBytes: 1 << 20 },
  };
  const receiver = new KafkaReceiver(
    {
      settings: { id: 'kafka', logger: NOBODY, clock: { now: () => Date.now() }, host: {} as Host },
      consumers: { records: journal.consumer, positions: () => [] },
      counters,
      createClient: async () => ({
        ...client,
        fetch: (...asked) => {
          fetches.count += 1;
          return client.fetch(...asked);
        },
      }),
    },
    options as unknown as KafkaOptions,
  );
  const codes = () => receiver.status().problems.map(({ code }) => code);
  return { receiver, counters, fetches, codes };
}

const upTo = (count: number) => Array.from({ length: count }, (_, offset) => offset);

test('a journal without room is waited for: nothing is fetched meanwhile, and it is told until there is room', async () => {
  const journal = new Journal();
  const { receiver, counters, fetches, codes } = subject(journal);
  let isFull = false;
  journal.isFull = () => {
    if (counters.waits === 0) isFull = journal.next > RECORDS / 2;
    return isFull;
  };
  receiver.start();
  await expect.poll(codes).toContain('no_room');
  const [before, kept] = [fetches.count, journal.kept.length];
  await new Promise(resolve => setTimeout(resolve, PAUSE_MS));
  // One was under way.
  expect(fetches.count - before).toBeLessThanOrEqual(1);
  expect(journal.kept.length).toBe(kept);
  expect(receiver.status().topics[0]!.lag).toBe(RECORDS - journal.next);
  isFull = false;
  await expect.poll(() => journal.next, { timeout: 20_000 }).toBe(RECORDS);
  expect(journal.kept).toEqual(upTo(RECORDS));
  expect([codes(), counters.rewinds]).toEqual([[], 0]);
  await receiver.stop();
});

test.each([1, 2, 3])('what did not become durable is read again, and comes once (seed %i)', async seed => {
  const random = new Random(seed);
  const journal = new Journal();
  const { receiver, counters, codes } = subject(journal);
  journal.isFull = () => random.below(10) === 0;
  journal.fails = () => random.below(5) === 0;
  receiver.start();
  await expect.poll(() => receiver.status().topics[0]?.lag, { timeout: 20_000 }).toBe(0);
  expect(journal.kept).toEqual(upTo(RECORDS));
  expect(counters.rewinds).toBeGreaterThan(0);
  await expect.poll(codes).toEqual([]);
  await receiver.stop();
});
