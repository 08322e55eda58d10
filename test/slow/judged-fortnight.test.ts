/** A thousand edges over two weeks of day and night, weekends and chance: as good as nothing is told to be another. */
import { expect, it } from 'vitest';
import type { Finding } from '../../src/graph/life-cycle/judge/edge-judge.ts';
import { SeasonalJudge } from '../../src/graph/life-cycle/judge/seasonal-judge.ts';
import { minuteOf, type Traffic } from '../kits/traffic.ts';
import { Random } from '../oracle/random.ts';

const DAY = 1440;
const BEGIN = 2_861 * 7 * DAY;
const EDGES = 1000;
const DAYS = 14;

it('tells at most one change', () => {
  const judge = new SeasonalJudge(EDGES);
  const random = new Random(20_260_101);
  const traffic = Array.from(
    { length: EDGES },
    (_, edge): Traffic => ({
      noon: 1.01 ** edge,
      swing: 10,
      weekend: 0.5,
      scatter: 1 + (edge % 3),
      errors: (edge % 5) / 200,
      latency: 100 + (edge % 60),
      spread: 4 + (edge % 8),
    }),
  );
  const found: (Finding & { edge: number; minute: number })[] = [];
  for (let minute = BEGIN; minute < BEGIN + DAYS * DAY; minute++) {
    for (let edge = 0; edge < EDGES; edge++) {
      const finding = judge.take(edge, minuteOf(traffic[edge]!, minute, random));
      if (finding !== undefined) found.push({ ...finding, edge, minute: minute - BEGIN });
    }
  }
  expect(found.length, JSON.stringify(found.slice(0, 5))).toBeLessThanOrEqual(1);
});
