import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DueQueue } from '../../benchmarks/pipeline/due-queue.ts';

it('gives entries back in the order in which they are due, whatever comes between', () => {
  // A number is pushed; null pops.
  fc.assert(
    fc.property(fc.array(fc.option(fc.nat(50), { freq: 3 })), steps => {
      const queue = new DueQueue<{ readonly dueMs: number }>();
      const model: number[] = [];
      for (const step of steps) {
        if (step === null) expect(queue.pop()?.dueMs).toBe(model.shift());
        else {
          queue.push({ dueMs: step });
          model.push(step);
          model.sort((a, b) => a - b);
        }
        expect(queue.peek()?.dueMs).toBe(model[0]);
      }
    }),
  );
});
