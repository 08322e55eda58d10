/** The copy of the graph is kept near one that grows fast. */
import { describe, expect, test } from 'vitest';
import { KeepUp } from '../../src/api/thread/keep-up.ts';

function watch(counts: readonly (number | undefined)[]) {
  const left = [...counts];
  let reads = 0;
  const keepUp = new KeepUp(
    async () => left.shift(),
    async () => {
      reads++;
    },
  );
  return { look: () => keepUp.look(), reads: () => reads };
}

describe('the copy of the graph', () => {
  test('is brought up to date when thousands of edges are missing', async () => {
    const { look, reads } = watch([4999, 5000, 9999, 10_000]);
    const seen: number[] = [];
    for (let i = 0; i < 4; i++) {
      await look();
      seen.push(reads());
    }
    expect(seen).toEqual([0, 1, 1, 2]);
  });

  test('is left alone while there is no graph, and read again for another one', async () => {
    const { look, reads } = watch([undefined, 60_000, 12]);
    await look();
    expect(reads()).toBe(0);
    await look();
    await look();
    expect(reads()).toBe(2);
  });

  test('is read once at a time, and again after a reading that failed', async () => {
    const reading = Promise.withResolvers<void>();
    let reads = 0;
    const keepUp = new KeepUp(
      async () => 5000,
      () => {
        reads++;
        return reading.promise;
      },
    );
    const first = keepUp.look();
    await keepUp.look();
    expect(reads).toBe(1);
    reading.reject(new Error('no answer'));
    await expect(first).rejects.toThrow('no answer');
    await expect(keepUp.look()).rejects.toThrow('no answer');
    expect(reads).toBe(2);
  });
});
