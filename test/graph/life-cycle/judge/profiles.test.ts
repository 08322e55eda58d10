/** Rows of numbers by subject, kept while they go on changing. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Profiles } from '../../../../src/graph/life-cycle/judge/profiles.ts';
import { handOver, loadImage, type MemoryImage, MemoryImageWriter, meanwhile } from '../../../kits/memory-image.ts';
import { Random } from '../../../oracle/random.ts';

const FAMILY = 'test/profiles';
const WIDTH = 3;
const LIMIT = 600;
const SUBJECTS = 900;

/** What a table says of every subject, without giving a row to any. */
function told(profiles: Profiles, of: ReadonlyMap<number, number>): number[][] {
  return [...of.keys()].map(subject => [subject, ...profiles.of(subject)!]);
}

describe('profiles', () => {
  it('are those of their subjects in an image that was taken while they changed, and in what goes on from it', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 3 }), (seed, rounds) => {
        const random = new Random(seed);
        const model = new Map<number, number>();
        let profiles = new Profiles(FAMILY, WIDTH, LIMIT);
        let refused = 0;
        const change = (times: number) => {
          for (let n = 0; n < times; n++) {
            const subject = random.below(SUBJECTS);
            if (random.chance(0.2)) {
              profiles.forget(subject);
              model.delete(subject);
              continue;
            }
            const row = profiles.of(subject);
            if (!model.has(subject) && model.size >= LIMIT) refused++;
            else model.set(subject, row![0]! + n + 1);
            row?.fill(model.get(subject)!);
          }
        };
        let image: MemoryImage = new Map();
        for (let n = 0; n < 3; n++) {
          change(random.below(2 * SUBJECTS));
          const writer = new MemoryImageWriter(image, true);
          handOver(profiles, writer, rounds, meanwhile(random, change));
          image = writer.sections;
          profiles = loadImage(new Profiles(FAMILY, WIDTH, LIMIT), image);
          expect([profiles.size, profiles.refused]).toEqual([model.size, refused]);
          expect(told(profiles, model)).toEqual([...model].map(([subject, value]) => [subject, value, value, value]));
        }
      }),
      { numRuns: 200 },
    );
  });

  it('are read as a program wrote them that knew of no owners', () => {
    const profiles = new Profiles(FAMILY, WIDTH, LIMIT);
    for (const subject of [7, 5, 9]) profiles.of(subject)!.fill(subject);
    profiles.forget(5);
    const now = new MemoryImageWriter();
    handOver(profiles, now);
    const before = new MemoryImageWriter();
    before.value(FAMILY, { rows: [7, 0, 9, 2], free: [1], refused: 4, room: 256 });
    const others = [...now.sections].filter(([name]) => name !== FAMILY && !name.includes('owners'));
    const first = loadImage(new Profiles(FAMILY, WIDTH, LIMIT), new Map([...others, ...before.sections]));
    const again = new MemoryImageWriter();
    handOver(first, again);
    for (const read of [first, loadImage(new Profiles(FAMILY, WIDTH, LIMIT), again.sections)]) {
      expect([read.size, read.refused]).toEqual([2, 4]);
      expect([read.of(7), read.of(9), read.of(5)]).toEqual([7, 9, 0].map(n => new Float32Array(WIDTH).fill(n)));
    }
  });
});
