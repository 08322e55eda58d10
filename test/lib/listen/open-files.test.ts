import { expect, it } from 'vitest';
import { openFileLimit, readOpenFileLimit, shareConnections, shareOfApi } from '../../../src/lib/listen/open-files.ts';

it('reads the limit of open files of the system', () => {
  const limits = (soft: string) => () =>
    `Limit Soft Hard Units\nMax open files            ${soft}    524288    files\n`;
  expect(readOpenFileLimit(limits('1024'))).toBe(1024);
  expect(readOpenFileLimit(limits('unlimited'))).toBe(Number.POSITIVE_INFINITY);
  expect(readOpenFileLimit(() => 'something else')).toBe(Number.POSITIVE_INFINITY);
  const unreadable = () => {
    throw new Error('no such file');
  };
  expect(readOpenFileLimit(unreadable)).toBe(Number.POSITIVE_INFINITY);
  expect(openFileLimit()).toBeGreaterThan(0);
});

it('leaves what fits as it is, and makes the rest smaller in proportion', () => {
  expect(shareConnections([4096, 1024], 20_000)).toEqual([4096, 1024]);
  expect(shareConnections([3000, 1000], 1000)).toEqual([600, 200]);
  expect(shareConnections([0, 4096], 1024)).toEqual([1, 819]);
  expect(shareConnections([4096], Number.POSITIVE_INFINITY)).toEqual([4096]);
});

it('leaves the API a tenth', () => {
  expect(shareOfApi(512, 20_000)).toBe(512);
  expect(shareOfApi(512, 1024)).toBe(102);
  expect(shareOfApi(512, 5)).toBe(1);
  expect(shareOfApi(512, Number.POSITIVE_INFINITY)).toBe(512);
});
