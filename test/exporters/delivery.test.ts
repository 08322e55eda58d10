/** Promises of the delivery: in order, nothing twice in one life, the same batch after a crash, nothing in the way for ever. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Change } from '../../src/contract/change.ts';
import {
  createDelivery,
  type Delivery,
  type DeliveryBatch,
  type DeliveryOptions,
  type Outcome,
} from '../../src/exporters/delivery/delivery.ts';
import { placesIn } from '../../src/exporters/delivery/places.ts';
import { TestFeed } from '../kits/change-feed.ts';
import { changeOf } from '../kits/changes.ts';

const OPTIONS: DeliveryOptions = {
  ...{ batch: 10, batchBytes: 1 << 20, waitMs: 0, firstBackoffMs: 1, longestBackoffMs: 4, giveUpMs: 0 },
  ...{ isRetried: true, includeBaseline: false, from: 'oldest' },
};
const soon = (check: () => void) => vi.waitFor(check, { timeout: 20_000 });
const LOGGER = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const KEY = 'changes@webhook/test';

const folder = mkdtempSync(join(tmpdir(), 'delivery-'));
const running: Delivery[] = [];
afterEach(async () => {
  for (const one of running.splice(0)) await one.stop();
  rmSync(folder, { recursive: true, force: true });
});

interface Sending {
  readonly feed?: TestFeed;
  readonly options?: Partial<DeliveryOptions>;
  readonly wants?: (change: Change) => boolean;
  readonly path?: string;
  /** What becomes of the n-th attempt, from 0. */
  readonly answer?: (batch: DeliveryBatch, n: number) => Outcome | Promise<Outcome>;
}

function startSending({ feed = new TestFeed(), options = {}, wants, path, answer = () => DONE }: Sending) {
  const attempts: DeliveryBatch[] = [];
  const taken: DeliveryBatch[] = [];
  const delivery = createDelivery({
    source: feed.source(wants),
    places: () => placesIn(path, KEY, () => 0),
    options: () => ({ ...OPTIONS, ...options }),
    elapsed: () => performance.now(),
    random: () => 0.5,
    logger: LOGGER,
    async send(batch) {
      attempts.push(batch);
      const outcome = await answer(batch, attempts.length - 1);
      if (outcome.result === 'done') taken.push(batch);
      return outcome;
    },
  });
  delivery.start();
  running.push(delivery);
  const numbers = () => taken.flatMap(({ changes }) => changes.map(text => (JSON.parse(text) as Change).seq));
  return { feed, delivery, attempts, taken, numbers };
}

const DONE: Outcome = { result: 'done' };
const RETRY: Outcome = { result: 'retry', why: 'HTTP 503' };
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);
const deadLetters = () =>
  readFileSync(join(folder, 'delivery', `${encodeURIComponent(KEY)}.dead.ndjson`), 'utf8')
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as { batch: string; why: string; change: Change });

describe('a delivery', () => {
  it('sends what is there and what comes, in order, in batches with the numbers as their id', async () => {
    const sending = startSending({});
    await sending.feed.publishNumbers(1, 25);
    await soon(() => expect(sending.numbers()).toEqual(range(1, 25)));
    await sending.feed.publishNumbers(26, 27);
    await soon(() => expect(sending.numbers()).toEqual(range(1, 27)));
    for (const { id, changes } of sending.taken) {
      const seqs = changes.map(text => (JSON.parse(text) as Change).seq);
      expect(changes.length).toBeLessThanOrEqual(10);
      expect(id).toBe(`${seqs[0]}-${seqs.at(-1)}`);
    }
    expect(sending.delivery.status()).toMatchObject({ delivered: 27, behind: 0, lost: 0 });
  });

  it('begins at what comes next unless it is told otherwise', async () => {
    const feed = new TestFeed();
    await feed.publishNumbers(1, 5);
    const sending = startSending({ feed, options: { from: 'newest' }, path: folder });
    const begun = join(folder, 'delivery', `${encodeURIComponent(KEY)}.json`);
    await soon(() => expect(JSON.parse(readFileSync(begun, 'utf8'))).toEqual({ delivered: 5 }));
    await feed.publishNumbers(6, 7);
    await soon(() => expect(sending.numbers()).toEqual([6, 7]));
  });

  it('sends no change of a learning period unless asked to, and none that the pipeline keeps back', async () => {
    const learned = { baseline: true };
    const changes = [changeOf(1, 'edge.gone', learned), changeOf(2, 'edge.gone'), changeOf(3, 'edge.fading')];
    const wants = ({ type }: Change) => type !== 'edge.fading';
    const one = startSending({ wants });
    const other = startSending({ feed: one.feed, options: { includeBaseline: true } });
    await one.feed.publish(...changes, changeOf(4, 'edge.active'));
    await soon(() => expect(one.numbers()).toEqual([2, 4]));
    await soon(() => expect(other.numbers()).toEqual([1, 2, 3, 4]));
  });

  it('tries the same batch again until it is taken, and sends nothing else meanwhile', async () => {
    const sending = startSending({ answer: (_, n) => (n < 6 ? RETRY : DONE) });
    await sending.feed.publishNumbers(1, 3);
    await soon(() => expect(sending.attempts.length).toBeGreaterThan(2));
    await sending.feed.publishNumbers(4, 30);
    await soon(() => expect(sending.numbers()).toEqual(range(1, 30)));
    const first = sending.attempts.slice(0, 7);
    expect(new Set(first.map(({ id }) => id)).size).toBe(1);
    expect(first.map(({ attempt }) => attempt)).toEqual(range(1, 7));
    expect(sending.delivery.status().failedAttempts).toBe(6);
  });

  it('halves what is too large; one change that is too large alone becomes a dead letter', async () => {
    const isTooLarge = ({ changes }: DeliveryBatch) =>
      changes.length > 3 || changes.some(text => text.includes('"seq":7,'));
    const answer = (batch: DeliveryBatch): Outcome =>
      isTooLarge(batch) ? { result: 'too_large', why: 'HTTP 413' } : DONE;
    const sending = startSending({ answer, path: folder });
    await sending.feed.publishNumbers(1, 20);
    await soon(() => expect(sending.numbers()).toEqual(range(1, 20).filter(n => n !== 7)));
    expect(deadLetters().map(({ change, why }) => [change.seq, why])).toEqual([[7, 'HTTP 413']]);
  });

  it('puts what is refused, or given up, among the dead letters and goes on', async () => {
    const refuse = (batch: DeliveryBatch): Outcome =>
      batch.id.startsWith('1-') ? { result: 'refused', why: 'HTTP 400' } : batch.id.startsWith('3-') ? RETRY : DONE;
    const sending = startSending({ answer: refuse, path: folder, options: { giveUpMs: 20, batch: 2 } });
    await sending.feed.publishNumbers(1, 6);
    await soon(() => expect(sending.numbers()).toEqual([5, 6]));
    expect(deadLetters().map(({ change, why, batch }) => [change.seq, why, batch])).toEqual([
      [1, 'HTTP 400', '1-2'],
      [2, 'HTTP 400', '1-2'],
      [3, 'HTTP 503', '3-4'],
      [4, 'HTTP 503', '3-4'],
    ]);
    expect(sending.delivery.status()).toMatchObject({ deadLettered: 4, problem: '' });
  });

  it('after a crash sends the batch that was under way again, under the same id, whatever came meanwhile', async () => {
    const feed = new TestFeed();
    await feed.publishNumbers(1, 4);
    const hanging = startSending({ feed, path: folder, answer: () => new Promise<Outcome>(() => {}) });
    await soon(() => expect(hanging.attempts.map(({ id }) => id)).toEqual(['1-4']));
    running.splice(0);
    await feed.publishNumbers(5, 9);
    const after = startSending({ feed, path: folder });
    await soon(() => expect(after.numbers()).toEqual(range(1, 9)));
    expect(after.taken[0]!.id).toBe('1-4');
    expect(after.taken[0]!.changes).toEqual(hanging.attempts[0]!.changes);
  });

  it('sends a batch that was tried again as it was, whatever is wanted by then', async () => {
    const feed = new TestFeed();
    const isEven = ({ seq }: Change) => seq % 2 === 0;
    const before = startSending({ feed, path: folder, wants: isEven, answer: () => RETRY });
    await feed.publishNumbers(1, 9);
    await soon(() => expect(before.attempts.length).toBeGreaterThan(2));
    await before.delivery.stop();
    const after = startSending({ feed, path: folder, wants: change => !isEven(change) });
    await feed.publishNumbers(10, 14);
    await soon(() => expect(after.numbers()).toEqual([2, 4, 6, 8, 11, 13]));
    const [again] = after.taken;
    expect([again!.id, again!.changes]).toEqual([before.attempts[0]!.id, before.attempts[0]!.changes]);
  });

  it('goes on where it was after a stop', async () => {
    const first = startSending({ path: folder });
    await first.feed.publishNumbers(1, 12);
    await soon(() => expect(first.numbers()).toEqual(range(1, 12)));
    await first.delivery.stop();
    await first.feed.publishNumbers(13, 15);
    const second = startSending({ feed: first.feed, path: folder });
    await soon(() => expect(second.numbers()).toEqual([13, 14, 15]));
  });

  it('counts what was no longer kept when its turn came, and goes on with what is', async () => {
    const feed = new TestFeed();
    await feed.publishNumbers(1, 2);
    const first = startSending({ feed, path: folder });
    await soon(() => expect(first.numbers()).toEqual([1, 2]));
    await first.delivery.stop();
    await feed.publishNumbers(3, 10_010);
    const second = startSending({ feed, path: folder, options: { batch: 1000 } });
    const { oldest } = feed.feed;
    expect(oldest).toBeGreaterThan(3);
    await soon(() => expect(second.numbers().at(-1)).toBe(10_010));
    expect(second.numbers()).toEqual(range(oldest, 10_010));
    expect(second.delivery.status().lost).toBe(oldest - 3);
  });

  it('waits at least as long as it is asked to', async () => {
    const answer = (_: DeliveryBatch, n: number): Outcome =>
      (n === 0 ? { ...RETRY, afterMs: 60_000 } : DONE) as Outcome;
    const sending = startSending({ answer });
    await sending.feed.publishNumbers(1, 1);
    await soon(() => expect(sending.delivery.status()).toMatchObject({ failedAttempts: 1, problem: 'HTTP 503' }));
    await sending.delivery.stop();
    expect(sending.attempts).toHaveLength(1);
  });
});
