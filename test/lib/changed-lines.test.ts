/** A table that grows and changes while it is handed over is loaded as it was in the end, also from images that stand on others. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ImageReader, ImageWriter, Kept } from '../../src/contract/image.ts';
import { ChangedLines, type LinedTable } from '../../src/lib/changed-lines.ts';
import { handOver, loadImage, type MemoryImage, MemoryImageWriter, meanwhile } from '../kits/memory-image.ts';
import { Random } from '../oracle/random.ts';

const RUNS = Number(process.env.TACIT_PROPERTY_RUNS ?? 200);
/** Pieces of two lines. */
const SHIFT = 1;

/** Two tables with the same lines, one of them of shared memory. */
class Table implements Kept {
  size = 0;
  wide = new Float64Array(2);
  shared = sharedNumbers(1);
  readonly lines = new ChangedLines('table', 1, SHIFT);

  set(line: number, value: number): void {
    if (line >= this.shared.length) this.grow(line + 1);
    this.size = Math.max(this.size, line + 1);
    this.lines.touch(line);
    this.wide.fill(value, line * 2, line * 2 + 2);
    this.shared[line] = value;
  }

  ahead(out: ImageWriter, round: number): Iterable<void> {
    return this.lines.ahead(out, round, () => this.tables);
  }

  *save(out: ImageWriter): Iterable<void> {
    out.value('table', [this.size, this.shared.length]);
    yield* this.lines.save(out, () => this.tables);
  }

  *load(from: ImageReader): Iterable<void> {
    const [size, room] = from.value('table') as [number, number];
    this.size = size;
    this.grow(room);
    yield* this.lines.load(from, this.tables);
  }

  get content(): readonly number[][] {
    return [[...this.wide], [...this.shared]];
  }

  private grow(room: number): void {
    const { wide, shared } = this;
    this.wide = new Float64Array(room * 2);
    this.wide.set(wide);
    this.shared = sharedNumbers(room);
    this.shared.set(shared);
    this.lines.reach(room - 1);
  }

  private get tables(): readonly LinedTable[] {
    return [
      { name: 'table/wide', array: this.wide, width: 2 },
      { name: 'table/shared', array: this.shared, width: 1 },
    ];
  }
}

function sharedNumbers(count: number): Int32Array<SharedArrayBuffer> {
  return new Int32Array(new SharedArrayBuffer(count * 4));
}

test('lines that come and change at any turn of other work are in the image', () => {
  fc.assert(
    fc.property(fc.nat(), fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 }), (seed, images) => {
      const random = new Random(seed);
      let table = new Table();
      let image: MemoryImage = new Map();
      let value = 0;
      const change = (times: number) => {
        for (let n = 0; n < times; n++) {
          const isNew = table.size === 0 || random.chance(0.4);
          table.set(isNew ? table.size + random.below(5) : random.below(table.size), ++value);
        }
      };
      for (const rounds of images) {
        change(random.below(6));
        const writer = new MemoryImageWriter(image, true);
        handOver(table, writer, rounds, meanwhile(random, change));
        image = writer.sections;
        const restored = loadImage(new Table(), image);
        expect(restored.content).toEqual(table.content);
        if (random.chance(0.5)) table = restored;
      }
    }),
    { numRuns: RUNS },
  );
}, 300_000);
