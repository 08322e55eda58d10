/** A disk damages rows of the history: what they held is missing, it is said of which time that is, and all else goes on. */
import { describe, expect, it } from 'vitest';
import type { GraphView } from '../../../src/contract/graph-view.ts';
import { HistoryKeeper } from '../../../src/storage/history/keeper.ts';
import { BEGIN_MS, HISTORY, PastSubject } from '../../kits/past.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const COUNTS = 0;

/** Five hours by the minute, with the sums that spare a way. */
function fiveHours(seed: number): PastSubject {
  const subject = new PastSubject(seed);
  for (let n = 0; n < 5 * 60; n++) {
    subject.happen(4, MINUTE);
    subject.tick();
    subject.nowMs += MINUTE;
  }
  subject.cut();
  subject.keepUp();
  return subject;
}

/** The first hours are old enough to be kept by ten minutes. */
function growOld(subject: PastSubject): void {
  subject.nowMs += 3 * HOUR;
  subject.keepUp();
}

/** Flips a byte of the row that comes first behind this minute. Returns its bucket. */
function damageRow({ db }: PastSubject, table: 'inc' | 'base', fromMs: number): number {
  const row = db
    .prepare(`SELECT rowid AS id, bucket, data FROM ${table} WHERE part = ? AND bucket >= ? ORDER BY bucket LIMIT 1`)
    .get(COUNTS, fromMs / MINUTE) as { id: number; bucket: number; data: Uint8Array };
  const data = Uint8Array.from(row.data);
  data[data.length - 1]! ^= 4;
  db.prepare(`UPDATE ${table} SET data = ? WHERE rowid = ?`).run(data, row.id);
  return row.bucket * MINUTE;
}

const total = ({ edges }: GraphView) => edges.reduce((sum, { count }) => sum + count, 0);
const totalAt = async (subject: PastSubject, at: number) => total(await subject.past.view({ at }, 'counts'));

describe('a damaged row of increments', () => {
  it('is given up when it would become coarser: only what it held is missing', async () => {
    const [subject, twin] = [fiveHours(3), fiveHours(3)];
    const bucket = damageRow(subject, 'inc', BEGIN_MS + 65 * MINUTE);
    const end = Math.floor(subject.nowMs / MINUTE) * MINUTE;
    await expect(subject.past.view({ at: bucket + MINUTE }, 'counts')).rejects.toThrow('damaged');
    growOld(subject);
    growOld(twin);
    const { rows, damage, damagedRows, message } = subject.keeper.status();
    expect([damagedRows, message]).toEqual([1, '']);
    const at = new Date(bucket).toISOString().slice(0, 16);
    expect(damage).toMatch(
      new RegExp(`^the history could not read counts of some edges from ${at}Z to .*without them`),
    );
    expect(rows).toEqual(twin.keeper.status().rows);
    expect(await totalAt(subject, bucket - HOUR / 2)).toBe(await totalAt(twin, bucket - HOUR / 2));
    const behind = [bucket + 30 * MINUTE, bucket + 40 * MINUTE, end].map(ms => ms - (ms % (10 * MINUTE)));
    const missing: number[] = [];
    for (const ms of behind) missing.push((await totalAt(twin, ms)) - (await totalAt(subject, ms)));
    expect(missing[0]).toBeGreaterThan(0);
    expect(missing[0]).toBeLessThanOrEqual(4);
    // A base from before the damage still has it.
    for (const count of missing.slice(1)) expect([0, missing[0]]).toContain(count);
  });

  it('stays, and with it all that is as fine, where somebody is to decide', () => {
    const subject = fiveHours(4);
    damageRow(subject, 'inc', BEGIN_MS + 65 * MINUTE);
    subject.nowMs += 3 * HOUR;
    const keeper = new HistoryKeeper(subject.db, HISTORY, () => subject.nowMs, 'refuse');
    expect(() => {
      while (keeper.keepUp());
    }).toThrow('a row of the history is damaged');
    expect(keeper.status().damagedRows).toBe(0);
  });
});

describe('a damaged sum that spares a way', () => {
  it('is made anew: nothing is missing', async () => {
    const [subject, twin] = [fiveHours(5), fiveHours(5)];
    const bucket = damageRow(subject, 'base', BEGIN_MS + HOUR);
    damageRow(subject, 'inc', BEGIN_MS + 61 * MINUTE);
    const end = Math.floor(subject.nowMs / MINUTE) * MINUTE;
    growOld(subject);
    growOld(twin);
    expect(subject.keeper.status().damagedRows).toBe(2);
    expect(subject.keeper.status().rows.bases).toBe(twin.keeper.status().rows.bases);
    expect(await totalAt(subject, bucket)).toBe(await totalAt(twin, bucket));
    expect((await totalAt(twin, end)) - (await totalAt(subject, end))).toBeLessThanOrEqual(4);
  });
});
