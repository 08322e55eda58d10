/** A file that is renamed, and made anew, in the middle of the first look of a start is read once. */
import { renameSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, vi } from 'vitest';
import { Following } from './following.ts';

let afterLook: (() => void) | undefined;

vi.mock('../../../src/receivers/file/find.ts', async importOriginal => {
  const original = await importOriginal<typeof import('../../../src/receivers/file/find.ts')>();
  return {
    ...original,
    findFiles: async (...given: Parameters<typeof original.findFiles>) => {
      const found = await original.findFiles(...given);
      afterLook?.();
      afterLook = undefined;
      return found;
    },
  };
});

it.each([
  ['a name that is asked for', 'a-1.jsonl'],
  ['another one', 'a.jsonl.1'],
])('renamed to %s', async (_, name) => {
  const own = new Following();
  own.write('a.jsonl', 1, 2);
  own.start();
  await own.taken(2);
  await own.stop();
  own.write('a.jsonl', 3);
  afterLook = () => {
    renameSync(own.path('a.jsonl'), own.path(name));
    own.write('a.jsonl', 4);
  };
  own.start();
  await own.taken(4);
  own.write('a.jsonl', 5);
  await own.taken(5);
  await sleep(100);
  await own.stop();
  expect(own.journal.offsets.toSorted()).toEqual([1, 2, 3, 4, 5]);
});
