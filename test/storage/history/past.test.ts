/** The graph as of a time is that of what happened up to then, however late it came and whatever was folded since. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Edge } from '../../../src/contract/graph-document.ts';
import type { GraphView } from '../../../src/contract/graph-view.ts';
import { BEGIN_MS, PastSubject } from '../../kits/past.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** What does not depend on examples and on how exactly times are kept. */
function countsOf(view: GraphView) {
  return view.edges.map(
    ({ rate: _r, latency: _l, lag: _g, exemplars: _e, firstSeen: _f, lastSeen: _s, state: _t, ...counts }) => counts,
  );
}

const durationsOf = (view: GraphView) => view.edges.map(({ id, latency, lag }) => ({ id, latency, lag }));

/** Nearly: what is left of counts is kept in 1/1024 of one. */
function expectRates(got: readonly Edge[], expected: ReadonlyMap<string, number>): void {
  for (const { rate, id } of got) {
    const other = expected.get(id)!;
    expect(Math.abs(rate - other), `${id}: ${rate}, ${other}`).toBeLessThanOrEqual(0.01 * Math.abs(other) + 1e-7);
  }
}

describe('the graph as of a time', () => {
  it('is that of what happened up to then, at every minute, through restarts', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(),
        fc.array(fc.nat({ max: 40 }), { minLength: 3, maxLength: 12 }),
        async (seed, minutes) => {
          const subject = new PastSubject(seed);
          for (const [n, count] of minutes.entries()) {
            subject.happen(count);
            subject.tick();
            subject.happen(3);
            subject.tick();
            if (count % 7 === 0) {
              subject.cut();
              subject.restart();
            }
            if (n % 3 === 0) subject.keepUp();
            subject.nowMs += (1 + (count % 3)) * MINUTE;
          }
          subject.cut();
          if (subject.applied.length === 0) return;
          for (let back = 0; back < 60; back += 7) {
            const at = Math.floor((subject.nowMs - back * MINUTE) / MINUTE) * MINUTE;
            const got = await subject.past.view({ at }, 'all');
            const expected = subject.expected(0, at);
            expect(got.asOf).toBe(at);
            expect(countsOf(got)).toEqual(countsOf(expected));
            expectRates(got.edges, subject.rates(at));
            if (at % (10 * MINUTE) === 0) expect(durationsOf(got)).toEqual(durationsOf(expected));
          }
        },
      ),
      { numRuns: 15 },
    );
  });

  it('stays the same when minutes become ten minutes and hours, and goes into a base', async () => {
    const subject = new PastSubject(11, { keepMs: 60 * HOUR, tenMinutesMs: 24 * HOUR });
    for (let n = 0; n < 80 * 4; n++) {
      subject.happen(12);
      subject.tick();
      subject.nowMs += 15 * MINUTE;
      if (n % 10 === 0) subject.keepUp();
    }
    subject.cut();
    subject.keepUp();
    const { rows } = subject.keeper.status();
    expect(Math.min(rows.minutes, rows.ten_minutes, rows.hours, rows.bases)).toBeGreaterThan(0);
    for (const hours of [0, 3, 7, 13, 30, 50]) {
      const got = await subject.past.view({ at: subject.nowMs - hours * HOUR }, 'all');
      const expected = subject.expected(0, got.asOf);
      expect(countsOf(got)).toEqual(countsOf(expected));
      expectRates(got.edges, subject.rates(got.asOf));
      if (got.asOf % HOUR === 0) expect(durationsOf(got)).toEqual(durationsOf(expected));
    }
    const question = subject.past.view({ at: BEGIN_MS + HOUR }, 'counts');
    await expect(question).rejects.toMatchObject({ problem: 'before_history' });
  });

  it('takes what comes very late, whatever was made of its time by then', async () => {
    const subject = new PastSubject(5);
    for (let n = 0; n < 40 * 4; n++) {
      subject.happen(5);
      subject.tick();
      subject.nowMs += 15 * MINUTE;
      subject.keepUp();
    }
    subject.happen(100, 39 * HOUR);
    subject.cut();
    for (const when of ['before', 'after'] as const) {
      if (when === 'after') subject.keepUp();
      for (const hours of [1, 8, 20, 33]) {
        const got = await subject.past.view({ at: subject.nowMs - hours * HOUR }, 'counts');
        expect(countsOf(got)).toEqual(countsOf(subject.expected(0, got.asOf)));
      }
    }
  });

  it('between two times is what was counted there', async () => {
    const subject = new PastSubject(9);
    for (let n = 0; n < 60; n++) {
      subject.happen(20);
      subject.tick();
      subject.nowMs += MINUTE;
    }
    subject.cut();
    const [start, end] = [subject.nowMs - 30 * MINUTE, subject.nowMs - 10 * MINUTE];
    const got = await subject.past.view({ start, end }, 'all');
    const expected = subject.expected(start, end);
    const shown = countsOf(got).filter(edge => expected.edgeIndex(edge.id) >= 0);
    expect(shown).toEqual(countsOf(expected));
    const same = await subject.past.view({ start: end, end }, 'counts');
    expect(same.edges).toEqual([]);
  });

  it('is empty before anything happened', async () => {
    const subject = new PastSubject(1);
    expect((await subject.past.view({ at: BEGIN_MS }, 'counts')).edges).toEqual([]);
    subject.happen(20);
    subject.cut();
    const before = await subject.past.view({ at: BEGIN_MS - 24 * HOUR }, 'all');
    expect([before.asOf, before.nodes, before.edges]).toEqual([BEGIN_MS - 24 * HOUR, [], []]);
    subject.nowMs += MINUTE;
    const all = await subject.past.view({ start: BEGIN_MS - 24 * HOUR, end: subject.nowMs }, 'counts');
    expect(countsOf(all)).toEqual(countsOf(subject.expected(0, subject.nowMs)));
    expect(all.edges).not.toEqual([]);
  });

  it('is that of now with the minute that is not over', async () => {
    const subject = new PastSubject(3);
    // To where so much of a minute is left that it shows in rates.
    for (let n = 0; n < 13; n++) {
      subject.happen(20);
      subject.tick();
      subject.nowMs += 37_000;
    }
    subject.happen(40);
    subject.cut();
    subject.nowMs += 500;
    const { nowMs } = subject;
    const got = await subject.past.view({}, 'all');
    const expected = subject.expected(0, nowMs);
    expect(got.asOf).toBe(nowMs);
    expect(countsOf(got)).toEqual(countsOf(expected));
    expect(durationsOf(got)).toEqual(durationsOf(expected));
    expectRates(got.edges, subject.rates(nowMs));
    const start = nowMs - (nowMs % MINUTE);
    const open = await subject.past.view({ start }, 'counts');
    expect(countsOf(open)).toEqual(countsOf(subject.expected(start, nowMs)));
    expect(open.edges).not.toEqual([]);
    expect((await subject.past.view({ start, end: start + 1000 }, 'counts')).edges).toEqual([]);
  });

  it('that is to come is a problem', async () => {
    const subject = new PastSubject(1);
    subject.happen(20);
    subject.cut();
    const later = subject.past.view({ at: BEGIN_MS + HOUR }, 'counts');
    await expect(later).rejects.toMatchObject({ problem: 'in_future' });
  });
});

describe('history', () => {
  it('that begins with a graph that is there can be asked from then on', async () => {
    const subject = new PastSubject(21);
    subject.happen(200);
    subject.keeper.beginAnew(Math.floor(subject.nowMs / MINUTE));
    subject.recorder.reset(subject.nowMs);
    for (const _ of subject.recorder.everything());
    subject.cut();
    for (let n = 0; n < 90; n++) {
      subject.happen(10);
      subject.tick();
      subject.nowMs += MINUTE;
    }
    subject.cut();
    subject.keepUp();
    const got = await subject.past.view({ at: subject.nowMs }, 'all');
    expect(countsOf(got)).toEqual(countsOf(subject.expected(0, subject.nowMs)));
    const before = subject.past.view({ at: BEGIN_MS - MINUTE }, 'counts');
    await expect(before).rejects.toMatchObject({ problem: 'before_history', begin: BEGIN_MS });
  });

  it('gives up detail when there is no room, the newest day last', async () => {
    const subject = new PastSubject(2, { maxBytes: 600_000 });
    for (let n = 0; n < 60 * 12; n++) {
      subject.happen(12);
      subject.tick();
      subject.nowMs += 5 * MINUTE;
      if (n % 12 === 0) subject.keepUp();
    }
    subject.cut();
    subject.keepUp();
    expect(subject.keeper.status().coarsened).toBeGreaterThan(0);
    const got = await subject.past.view({ at: subject.nowMs }, 'all');
    expect(countsOf(got)).toEqual(countsOf(subject.expected(0, got.asOf)));
  });

  it('tells the points of an edge', () => {
    const subject = new PastSubject(4);
    for (let n = 0; n < 30; n++) {
      subject.happen(20, MINUTE);
      subject.tick();
      subject.nowMs += MINUTE;
    }
    subject.cut();
    const [start, end] = [subject.nowMs - 20 * MINUTE, subject.nowMs];
    const expected = subject.expected(start, end);
    for (const edge of expected.edges.filter(({ kind }) => kind === 'calls')) {
      for (const level of [1, 10] as const) {
        const points = subject.keeper.series({ edge: edge.id, start, end, level });
        expect(points.reduce((sum, { count }) => sum + count, 0)).toBe(edge.count);
        expect(points.reduce((sum, { errors }) => sum + errors, 0)).toBe(edge.errors);
        if (level === 10) expect(points.some(({ latency }) => latency !== undefined)).toBe(edge.latency !== undefined);
      }
    }
  });
});
