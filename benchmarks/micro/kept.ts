/** What saving a part as an image in memory and loading it again costs, and then again only what changed since. */
import type { Kept } from '../../src/contract/image.ts';
import { loadImage, type MemoryImage, MemoryImageWriter } from '../../test/kits/memory-image.ts';
import { threadMs } from './harness.ts';

const NO_IMAGE: MemoryImage = new Map();

function* stepsOf(part: Kept, writer: MemoryImageWriter): Iterable<void> {
  yield* part.ahead?.(writer, 0) ?? [];
  yield* part.save(writer);
}

/** Longest step, and the whole, ms. */
function save(part: Kept, writer: MemoryImageWriter): readonly [longest: number, whole: number] {
  const started = threadMs();
  let [before, longest] = [started, 0];
  for (const _ of stepsOf(part, writer)) {
    const now = threadMs();
    longest = Math.max(longest, now - before);
    before = now;
  }
  return [longest, threadMs() - started];
}

const ms = (time: number) => `${time.toFixed(0)} ms`;

/** @param empty makes a part to load into. @param count of the things that it is made of. */
export function measureKept(name: string, part: Kept, empty: () => Kept, count: number): void {
  for (let round = 0; round < 3; round++) {
    const writer = new MemoryImageWriter(NO_IMAGE);
    const [longest, whole] = save(part, writer);
    const again = save(part, new MemoryImageWriter(writer.sections, true))[1];
    const started = threadMs();
    loadImage(empty(), writer.sections);
    const load = threadMs() - started;
    const sizes = `${count} ${name}, ${(writer.written / count).toFixed(0)} bytes each`;
    const per = (time: number) => `${((time * 1000) / count).toFixed(2)} µs each`;
    console.log(
      `${sizes}: save ${ms(whole)} (${per(whole)}, longest step ${longest.toFixed(1)} ms), unchanged ${ms(again)}, load ${ms(load)} (${per(load)})`,
    );
  }
}
