import { describe, expect, it } from 'vitest';
import { Admission } from '../../../src/receivers/listener/admission.ts';

/** A turn of the event loop, and a little. */
const turn = () => new Promise(resolve => setTimeout(resolve, 60));

function startAt(maxWaitMs: number) {
  let nowMs = 1_000;
  const admission = new Admission(maxWaitMs, () => nowMs);
  admission.start();
  return {
    admission,
    pass: (ms: number) => {
      nowMs += ms;
    },
  };
}

describe('admission', () => {
  it('takes everything while the loop comes by in time', async () => {
    const { admission, pass } = startAt(500);
    for (let i = 0; i < 3; i++) {
      pass(500);
      expect(admission.check(false)).toBeUndefined();
      await turn();
    }
    admission.stop();
  });

  it('refuses what is ready for longer than that, within the same turn, and takes again in the next', async () => {
    const { admission, pass } = startAt(500);
    pass(521);
    expect(admission.waitMs()).toBe(501);
    expect(admission.check(true)).toBeUndefined();
    expect(admission.check(false)).toMatchObject({
      outcome: 'refused',
      message: expect.stringContaining('500 ms (max_wait)'),
    });
    await turn();
    expect(admission.check(false)).toBeUndefined();
    expect(admission.refused).toBe(1);
    admission.stop();
  });

  it('tells the senders to come again at different times', () => {
    const { admission, pass } = startAt(500);
    pass(2_000);
    const delays = Array.from({ length: 4 }, () => admission.check(false)!.retryAfterSeconds);
    expect(delays).toEqual([1, 2, 3, 1]);
    admission.stop();
  });

  it('is off at zero, before the start and after the end', () => {
    const { admission: off, pass } = startAt(0);
    pass(60_000);
    expect(off.check(false)).toBeUndefined();
    const { admission: stopped, pass: passOn } = startAt(500);
    stopped.stop();
    passOn(60_000);
    expect(stopped.check(false)).toBeUndefined();
    expect(new Admission(500, () => 60_000).check(false)).toBeUndefined();
  });
});
