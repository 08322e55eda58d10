/** Changes are told once, in order, and only after the journal has what they came of and the log has them. */
import { describe, expect, test } from 'vitest';
import type { Change } from '../../src/contract/change.ts';
import type { Logger } from '../../src/contract/logger.ts';
import { ChangePublisher } from '../../src/service/topology/change-publisher.ts';
import { MemoryChangeLog, type StoredChange } from '../../src/storage/changes/change-log.ts';

const QUIET: Logger = { debug() {}, info() {}, warn() {}, error() {} };

function change(seq: number): Change {
  const time = new Date(seq).toISOString();
  const rest = { before: null, after: null, evidence: {} };
  return { seq, time, type: 'edge.appeared', severity: 'notice', baseline: false, ...rest };
}

/** A log that may refuse to store. */
class Log extends MemoryChangeLog {
  isFull = false;

  override append(changes: readonly StoredChange[]): Promise<void> {
    return this.isFull ? Promise.reject(new Error('no space left')) : super.append(changes);
  }
}

/** One that has changes already. */
async function logUpTo(seq: number): Promise<Log> {
  const log = new Log();
  await log.append([{ seq, timeMs: 0, text: JSON.stringify(change(seq)) }]);
  return log;
}

function bench(log = new Log()) {
  const journal = { durable: Number.POSITIVE_INFINITY };
  const publisher = new ChangePublisher();
  publisher.keepIn({ log, durable: frame => Promise.resolve(frame <= journal.durable), logger: QUIET });
  const heard: number[] = [];
  publisher.follow((texts, first) => {
    expect(first).toBe((JSON.parse(texts[0]!) as Change).seq);
    for (const text of texts) heard.push((JSON.parse(text) as Change).seq);
  });
  return { log, journal, publisher, heard };
}

describe('a change', () => {
  test('is told once it is stored, in order', async () => {
    const { publisher, heard } = bench();
    publisher.settle();
    for (let seq = 1; seq <= 2500; seq++) publisher.offer(change(seq), seq);
    await publisher.flush();
    expect(heard).toEqual(Array.from({ length: 2500 }, (_, i) => i + 1));
    expect([publisher.oldest, publisher.newest, publisher.status().waiting]).toEqual([1, 2500, 0]);
    expect(publisher.published).toEqual(new Map([['edge.appeared', 2500]]));
    expect((await publisher.read(2498, 9)).changes.map(text => JSON.parse(text))).toEqual([change(2499), change(2500)]);
  });

  test('waits until the journal has its frame, and while the log is full', async () => {
    const { publisher, heard, journal, log } = bench();
    publisher.settle();
    journal.durable = 3;
    publisher.offer(change(1), 3);
    await publisher.flush();
    publisher.offer(change(2), 4);
    await publisher.flush();
    expect(heard).toEqual([1]);
    expect(publisher.pending()).toEqual([change(2)]);
    journal.durable = 4;
    log.isFull = true;
    await publisher.flush();
    expect(heard).toEqual([1]);
    expect(publisher.message).toBe('no space left');
    log.isFull = false;
    publisher.offer(change(3), 4);
    await publisher.flush();
    expect(heard).toEqual([1, 2, 3]);
    expect(publisher.message).toBe('');
  });

  test('that a start derives again is told only if it was not before', async () => {
    const { publisher, heard } = bench(await logUpTo(7));
    let isReady = false;
    void publisher.ready().then(() => {
      isReady = true;
    });
    for (let seq = 5; seq <= 9; seq++) publisher.offer(change(seq), seq);
    await publisher.flush();
    expect([heard, isReady]).toEqual([[], false]);
    expect(publisher.pending().map(({ seq }) => seq)).toEqual([8, 9]);
    publisher.settle();
    publisher.offer(change(9), 9);
    await publisher.flush();
    expect([heard, isReady]).toEqual([[8, 9], true]);
  });

  test('goes to the other followers when one fails, and not to who ended', async () => {
    const { publisher, heard } = bench();
    const end = publisher.follow(() => {
      throw new Error('a fault');
    });
    publisher.settle();
    publisher.offer(change(1), 1);
    await publisher.flush();
    end();
    expect(heard).toEqual([1]);
  });
});
