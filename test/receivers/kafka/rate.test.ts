import { expect, test } from 'vitest';
import { Rate } from '../../../src/receivers/kafka/rate.ts';

test('what came in the last ten whole seconds counts, and nothing before it', () => {
  const rate = new Rate();
  const at = (seconds: number) => rate.perSecond(1e6 + seconds * 1000);
  for (let ms = 0; ms < 5000; ms += 100) rate.add(20, 1e6 + ms);
  expect([at(4.99), at(5), at(9), at(10.99)]).toEqual([80, 100, 100, 100]);
  expect([at(11), at(13), at(14), at(15)]).toEqual([80, 40, 20, 0]);
  rate.add(50, 1e6 + 3_600_000);
  expect([at(3600), at(3601), at(3610), at(3611)]).toEqual([0, 5, 5, 0]);
});
