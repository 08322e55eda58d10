import { describe, expect, it } from 'vitest';
import type { ImageReader, ImageWriter, Kept } from '../../src/contract/image.ts';
import { handOver, loadImage, MemoryImageReader, MemoryImageWriter, saveImage } from './memory-image.ts';

class Numbers implements Kept {
  words = new Int32Array(4);
  version = 1;

  *save(out: ImageWriter): Iterable<void> {
    yield* out.memory('numbers/words', this.words.subarray(1), this.version);
    out.value('numbers', { about: new Map([['length', this.words.length - 1]]) });
  }

  *load(from: ImageReader): Iterable<void> {
    from.memory('numbers/words', this.words);
    yield;
  }
}

describe('an image in memory', () => {
  it('gives back what was saved, whatever changes afterwards', () => {
    const part = new Numbers();
    part.words.set([1, 2, 3, 4]);
    const image = saveImage(part);
    part.words.fill(9);
    expect(Array.from(loadImage(new Numbers(), image).words)).toEqual([2, 3, 4, 0]);
    const reader = new MemoryImageReader(image);
    expect(reader.names('numbers')).toEqual(['numbers', 'numbers/words']);
    expect(reader.names('number')).toEqual([]);
    expect([reader.size('numbers/words'), reader.size('others')]).toEqual([12, -1]);
    expect(reader.value('numbers')).toEqual({ about: new Map([['length', 3]]) });
    expect(() => reader.value('others')).toThrow('no section others');
    expect(() => reader.memory('numbers/words', new Int32Array(2))).toThrow('does not fit');
  });

  it('takes what is handed over ahead late, of shared memory when the round is over', () => {
    const own = Int32Array.of(1, 1);
    const shared = new Int32Array(new SharedArrayBuffer(8)).fill(1);
    let turns = 0;
    const part: Kept = {
      *ahead(out) {
        yield* out.memory('numbers/own', own);
        yield* out.memory('numbers/shared', shared);
        shared.fill(9);
      },
      *save() {},
      *load() {},
    };
    const writer = new MemoryImageWriter();
    handOver(part, writer, 1, () => {
      if (turns++ === 0) own.fill(5);
    });
    const read = (name: string) => [...new Int32Array(writer.sections.get(name)!.bytes.buffer)];
    expect([read('numbers/own'), read('numbers/shared')]).toEqual([
      [1, 5],
      [1, 9],
    ]);
  });

  it('takes over sections whose version stands, and notices when it stands wrongly', () => {
    const part = new Numbers();
    const before = saveImage(part);
    const writer = new MemoryImageWriter(before);
    for (const _ of writer.memory('numbers/words', part.words.subarray(1), 1));
    expect(writer.written).toBe(0);
    part.words[2] = 5;
    expect(() => saveImage(part, before)).toThrow('changed');
    part.version++;
    expect(loadImage(new Numbers(), saveImage(part, before)).words[1]).toBe(5);
    const twice = new MemoryImageWriter();
    twice.value('numbers', 1);
    expect(() => twice.value('numbers', 2)).toThrow('twice');
  });
});
