/** A correlator that was saved and loaded again is, value for value, one that was never interrupted. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadImage, type MemoryImage, saveImage } from '../kits/memory-image.ts';
import { differencesOf } from '../kits/same-state.ts';
import { KeptSubject, NOT_KEPT, ROOMY, TIGHT, Timeline } from './kept-subject.ts';

const RUNS = Number(process.env.TACIT_PROPERTY_RUNS ?? 60);

const shares = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 3 });

describe.each([
  ['roomy', ROOMY],
  ['tight', TIGHT],
])('a correlator with %s tables', (_, options) => {
  it('that is interrupted anywhere goes on as if it were not', () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), shares, (seed, cuts) => {
        const timeline = new Timeline(seed);
        const end = timeline.frames.length;
        const moments = cuts.map(share => Math.floor(share * end)).sort((a, b) => a - b);
        const whole = new KeptSubject(timeline, options);
        let restored = new KeptSubject(timeline, options);
        let image: MemoryImage = new Map();
        let from = 0;
        for (const to of [...moments, end]) {
          whole.play(from, to);
          expect(restored.play(from, to).record.lines).toEqual(whole.record.lines);
          expect(restored.answers()).toEqual(whole.answers());
          from = to;
          whole.record.lines.length = 0;
          image = saveImage(whole.correlator, image);
          restored = new KeptSubject(timeline, options);
          loadImage(restored.correlator, image);
          expect(differencesOf(restored.correlator, whole.correlator, NOT_KEPT)).toEqual([]);
        }
      }),
      { numRuns: RUNS, seed: 20240115 },
    );
  }, 300_000);
});
