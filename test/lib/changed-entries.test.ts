/**
 * A table that changes a little all over, while it is handed over as well, is loaded as it was in the end, whichever images
 * before it were made or given up.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ImageReader, ImageWriter, Kept } from '../../src/contract/image.ts';
import { ChangedEntries } from '../../src/lib/changed-entries.ts';
import { ChangedLines } from '../../src/lib/changed-lines.ts';
import {
  handOver,
  loadImage,
  type MemoryImage,
  MemoryImageWriter,
  meanwhile,
  saveImage,
} from '../kits/memory-image.ts';
import { Random } from '../oracle/random.ts';

const RUNS = Number(process.env.TACIT_PROPERTY_RUNS ?? 200);
/** Pieces of 32 entries, of which there are four. */
const SHIFT = 5;
const ENTRIES = 128;

class Table implements Kept {
  readonly width: 1 | 2;
  readonly array: Int32Array;
  readonly entries: ChangedEntries;

  constructor(width: 1 | 2, entries = ENTRIES, shift = SHIFT) {
    this.width = width;
    this.array = new Int32Array(new SharedArrayBuffer(entries * width * 4));
    this.entries = new ChangedEntries('table', { name: 'table/words', array: this.array, width }, shift);
  }

  set(entry: number, value: number): void {
    this.array.fill(value, entry * this.width, (entry + 1) * this.width);
    this.entries.touch(entry);
  }

  ahead(out: ImageWriter, round: number): Iterable<void> {
    return this.entries.ahead(out, round);
  }

  save(out: ImageWriter): Iterable<void> {
    return this.entries.save(out);
  }

  load(from: ImageReader): Iterable<void> {
    return this.entries.load(from);
  }
}

const logOf = (image: MemoryImage): string[] => [...image.keys()].filter(name => name.includes('/log/'));

/** As of a pack of which too little is needed: the section does not stand any more. */
function withoutOne(image: MemoryImage, random: Random): MemoryImage {
  const names = [...image.keys()].filter(name => name.startsWith('table/words/'));
  const rest = new Map(image);
  if (names.length > 0) rest.delete(random.pick(names));
  return rest;
}

function next(table: Table, before: MemoryImage): MemoryImageWriter {
  const writer = new MemoryImageWriter(before, true);
  handOver(table, writer);
  return writer;
}

describe('entries that changed', () => {
  it('are in the image, over pieces and entries of those before', () => {
    let logged = 0;
    fc.assert(
      fc.property(fc.nat(), fc.constantFrom<1 | 2>(1, 2), fc.integer({ min: 1, max: 12 }), (seed, width, images) => {
        const random = new Random(seed);
        let table = new Table(width);
        let image: MemoryImage = new Map();
        let value = 0;
        const share = random.pick([1, 0.5, 0.1]);
        const change = (times: number) => {
          for (let n = 0; n < times; n++) table.set(random.below(ENTRIES * share), ++value);
        };
        for (let n = 0; n < images; n++) {
          change(random.below(random.pick([4, 60])));
          const writer = new MemoryImageWriter(image, true);
          handOver(table, writer, 1 + random.below(3), meanwhile(random, change));
          const restored = loadImage(new Table(width), writer.sections);
          expect(restored.array).toEqual(table.array);
          if (random.chance(0.3)) continue;
          image = random.chance(0.3) ? withoutOne(writer.sections, random) : writer.sections;
          logged += logOf(image).length;
          if (random.chance(0.3)) table = restored;
        }
      }),
      { numRuns: RUNS },
    );
    expect(logged).toBeGreaterThan(RUNS);
  }, 300_000);

  it('are written by themselves until they are half a piece, which is then written anew', () => {
    const table = new Table(2, 1024, 10);
    table.set(0, 1);
    let image: MemoryImage = next(table, new Map()).sections;
    const piece = table.array.byteLength;
    const written: number[] = [];
    for (let n = 0; n < 8; n++) {
      for (let entry = 0; entry < 100; entry++) table.set(n * 100 + entry, n + 2);
      const writer = next(table, image);
      image = writer.sections;
      written.push(Math.round(writer.written / 100) * 100);
      expect(loadImage(new Table(2, 1024, 10), image).array).toEqual(table.array);
    }
    const few = Math.round((written[0]! + written[1]!) / 2);
    expect(few).toBeLessThan(piece / 4);
    expect(written.map(bytes => (bytes < few * 1.5 ? 'entries' : 'piece'))).toEqual([
      ...['entries', 'entries', 'entries', 'piece'],
      ...['entries', 'entries', 'entries', 'piece'],
    ]);
    expect(logOf(image)).toEqual([]);
  });

  it('are in so many sections at most', () => {
    const table = new Table(1, 65_536, 15);
    table.set(0, 1);
    table.set(40_000, 1);
    let image: MemoryImage = next(table, new Map()).sections;
    let most = 0;
    for (let n = 0; n < 200; n++) {
      table.set(n % 7 === 0 ? 40_000 : n % 50, n);
      image = next(table, image).sections;
      expect(loadImage(new Table(1, 65_536, 15), image).array).toEqual(table.array);
      most = Math.max(most, logOf(image).length);
    }
    expect(most).toBeGreaterThan(100);
    expect(most).toBeLessThan(150);
  });

  it('are lines in images of programs that handed over lines, and pieces are written anew after those', () => {
    const size = [1, 1024, 9] as const;
    const table = new Table(...size);
    const lines = new ChangedLines('table', 16, 3);
    const tables = () => [{ name: 'table/words', array: table.array, width: 64 }];
    const set = (entry: number) => {
      table.array[entry] = entry;
      lines.touch(entry >>> 6);
    };
    set(700);
    let came = 10;
    const old: Kept = {
      ahead: (out, round) => lines.ahead(out, round, tables),
      save: out => lines.save(out, tables),
      load: () => [],
    };
    const writer = new MemoryImageWriter();
    handOver(old, writer, 2, () => {
      set(600 + came);
      set(came++);
    });
    expect(writer.sections.has('table/changed-lines/000000')).toBe(true);
    const restored = loadImage(new Table(...size), writer.sections);
    expect(restored.array).toEqual(table.array);
    const { sections } = next(restored, writer.sections);
    expect(logOf(sections)).toEqual([]);
    expect(loadImage(new Table(...size), sections).array).toEqual(restored.array);
  });

  it('are all entries of a table that was made anew from another', () => {
    const other = new Table(1);
    for (let entry = 0; entry < ENTRIES; entry += 3) other.set(entry, entry + 1);
    const first = saveImage(other);
    const table = new Table(1);
    table.array.fill(7);
    table.entries.renew(loadImage(new Table(1), first).entries);
    expect(loadImage(new Table(1), next(table, first).sections).array).toEqual(table.array);
  });
});
