/** A change of what an edge carries comes out of the life cycle, once, and the same after a restart; old data is no change. */
import { expect, it } from 'vitest';
import { SeasonalJudge } from '../../../src/graph/life-cycle/judge/seasonal-judge.ts';
import { DAY, Lived, MINUTE } from './lived.ts';

const judged = () => new Lived({}, new SeasonalJudge(100));
const CALLS_A_MINUTE = 40;

/** Evenly spread calls, with time going on. */
function carry(lived: Lived, minutes: number, times = 1, error = false): void {
  const [web, orders] = [lived.service('web'), lived.service('orders')];
  for (let minute = 0; minute < minutes; minute++) {
    for (let part = 0; part < 4; part++) {
      for (let n = 0; n < (CALLS_A_MINUTE / 4) * times; n++)
        lived.call(web, orders, { micros: 1000, error: error && n === 0 });
      lived.pass(MINUTE / 4, MINUTE / 4);
    }
  }
}

const changed = (lived: Lived) => lived.changes.filter(({ type }) => type === 'edge.changed');

it('tells once that an edge carries twice as much, and what it was before', () => {
  const lived = judged();
  carry(lived, (2 * DAY) / MINUTE);
  expect(changed(lived)).toEqual([]);
  carry(lived, 30, 2);
  const [change, ...others] = changed(lived);
  expect(others).toEqual([]);
  expect(change).toMatchObject({ severity: 'warning', edge: { source: { name: 'web' }, target: { name: 'orders' } } });
  expect(change!.evidence).toMatchObject({
    metric: 'rate',
    expected: expect.closeTo(40 / 60, 1),
    observed: expect.closeTo(80 / 60, 1),
  });
});

it('takes data that is old when it comes for no change', () => {
  const lived = judged();
  carry(lived, (2 * DAY) / MINUTE);
  const [web, orders] = [lived.service('web'), lived.service('orders')];
  for (let minute = 0; minute < 30; minute++) {
    const atMs = lived.nowMs - 7 * DAY;
    for (let n = 0; n < 1000; n++) lived.call(web, orders, { atMs, micros: 100_000, error: true });
    carry(lived, 1);
  }
  expect(changed(lived)).toEqual([]);
});

it('takes silence of the input for no change', () => {
  const lived = judged();
  carry(lived, (2 * DAY) / MINUTE);
  lived.pass(26 * 60 * MINUTE, MINUTE);
  carry(lived, 60);
  expect(changed(lived)).toEqual([]);
});
