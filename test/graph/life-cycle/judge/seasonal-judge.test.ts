/** Days of traffic as it is give no finding; a real change is found within minutes. */
import { describe, expect, it } from 'vitest';
import type { Finding } from '../../../../src/graph/life-cycle/judge/edge-judge.ts';
import { SeasonalJudge } from '../../../../src/graph/life-cycle/judge/seasonal-judge.ts';
import { loadImage, saveImage } from '../../../kits/memory-image.ts';
import { minuteOf, type Shift, type Traffic } from '../../../kits/traffic.ts';
import { Random } from '../../../oracle/random.ts';

const DAY = 1440;
/** A Thursday. */
const BEGIN = 2_861 * 7 * DAY;
const PLAIN: Traffic = { noon: 60, swing: 1, weekend: 1, scatter: 1, errors: 0.01, latency: 140, spread: 6 };

interface Found extends Finding {
  readonly minute: number;
}

function run(traffic: Traffic, days: number, seed: number, shift?: Shift): Found[] {
  const judge = new SeasonalJudge(10);
  const random = new Random(seed);
  const found: Found[] = [];
  for (let minute = BEGIN; minute < BEGIN + days * DAY; minute++) {
    const finding = judge.take(1, minuteOf(traffic, minute, random, shift));
    if (finding !== undefined) found.push({ ...finding, minute });
  }
  return found;
}

describe('traffic as it is', () => {
  it('gives no finding: day and night, weekends, chance and more', () => {
    const found: unknown[] = [];
    for (let edge = 0; edge < 100; edge++) {
      const noon = 2 * 1.08 ** edge;
      const traffic = { ...PLAIN, noon, swing: 10, weekend: 0.5, scatter: 1 + (edge % 3), errors: (edge % 5) / 200 };
      found.push(...run(traffic, 14, 1000 + edge).map(one => ({ edge, ...one })));
    }
    expect(found).toEqual([]);
  }, 60_000);
});

it('is judged in the middle of its days as if it had not been away', () => {
  const random = new Random(7);
  const minutes = Array.from({ length: 4 * DAY }, (_, i) =>
    minuteOf(PLAIN, BEGIN + i, random, { from: BEGIN + 3 * DAY, rate: 3, latency: 9 }),
  );
  const [whole, first] = [new SeasonalJudge(10), new SeasonalJudge(10)];
  const expected = minutes.map(minute => whole.take(3, minute));
  const cut = 3 * DAY + 2;
  const before = minutes.slice(0, cut).map(minute => first.take(3, minute));
  const second = loadImage(new SeasonalJudge(10), saveImage(first));
  const after = minutes.slice(cut).map(minute => second.take(3, minute));
  expect([...before, ...after]).toEqual(expected);
  expect(expected.filter(finding => finding !== undefined).map(({ metric }) => metric)).toEqual(
    expect.arrayContaining(['rate', 'latency']),
  );
});

it('remembers so many edges and counts those beyond; what is forgotten makes room', () => {
  const judge = new SeasonalJudge(2);
  const random = new Random(1);
  for (const subject of [1, 2, 3]) judge.take(subject, minuteOf(PLAIN, BEGIN, random));
  expect([judge.profiles, judge.refused]).toEqual([2, 1]);
  judge.forget(1);
  judge.take(3, minuteOf(PLAIN, BEGIN + 1, random));
  expect([judge.profiles, judge.refused]).toEqual([2, 1]);
});

describe('a change', () => {
  const FROM = BEGIN + 6 * DAY + 10 * 60;
  const LATEST = 10;
  const EDGES = 50;

  function share(metric: Finding['metric'], traffic: Traffic, change: Omit<Shift, 'from'>) {
    const delays: number[] = [];
    let wrong = 0;
    for (let edge = 0; edge < EDGES; edge++) {
      const found = run(traffic, 7, 5000 + edge, { from: FROM, ...change });
      wrong += found.filter(one => one.minute < FROM).length;
      const first = found.find(one => one.metric === metric && one.minute >= FROM);
      if (first !== undefined) delays.push(first.minute - FROM + 1);
    }
    delays.sort((a, b) => a - b);
    const soon = delays.filter(delay => delay <= LATEST).length / EDGES;
    return { soon, median: delays[Math.floor(delays.length / 2)], all: delays.length / EDGES, wrong };
  }

  it.each([
    ['twice the rate of 30 a minute', 'rate', { ...PLAIN, noon: 30 }, { rate: 2 }],
    ['twice the rate of 600 a minute', 'rate', { ...PLAIN, noon: 600 }, { rate: 2 }],
    ['half the rate of 600 a minute', 'rate', { ...PLAIN, noon: 600 }, { rate: 0.5 }],
    ['twice the errors of 60 a minute', 'error_ratio', { ...PLAIN, errors: 0.05, noon: 200 }, { errors: 2 }],
    ['ten times the errors', 'error_ratio', PLAIN, { errors: 10 }],
    ['twice the latency', 'latency', PLAIN, { latency: 8 }],
    ['half the latency', 'latency', PLAIN, { latency: -8 }],
  ] as const)('is found within minutes: %s', (_what, metric, traffic, change) => {
    const result = share(metric, traffic, change);
    expect(result.wrong).toBe(0);
    expect(result.all).toBe(1);
    expect(result.soon).toBeGreaterThan(0.9);
  });
});
