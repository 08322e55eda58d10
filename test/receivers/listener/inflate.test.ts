import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { BodyMemory } from '../../../src/receivers/listener/body-memory.ts';
import {
  createKeptGunzip,
  createPublicGunzip,
  createSmallGunzip,
  type Gunzip,
} from '../../../src/receivers/listener/gunzip.ts';
import { type Inflated, InlineInflater, inflateAside } from '../../../src/receivers/listener/inflate.ts';

const MIB = 2 ** 20;
const ZIPPED = gzipSync(Buffer.from('0123456789'.repeat(100)));

/** The same gzip data with one byte changed. */
function withByte(at: number, value: number): Buffer {
  const changed = Buffer.from(ZIPPED);
  changed[changed.length + at]! ^= value;
  return changed;
}

it('the kept gunzip works with this Node', () => {
  expect(createKeptGunzip(MIB)).toBeDefined();
});

describe.each([
  ['kept', (maxBytes: number) => createKeptGunzip(maxBytes)!],
  ['public', createPublicGunzip],
] as const)('the %s gunzip', (_name, createGunzip: (maxBytes: number) => Gunzip) => {
  const gunzip = createGunzip(1000);

  it.each([
    ['whole data', ZIPPED],
    ['no content', gzipSync('')],
    ['two members', Buffer.concat([gzipSync('a'), gzipSync('b')])],
    ['zeros behind it', Buffer.concat([ZIPPED, Buffer.alloc(9)])],
  ])('takes %s', (_name, bytes) => {
    expect(Buffer.compare(gunzip(bytes)!, gunzipSync(bytes))).toBe(0);
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['something else', Buffer.from('{"resourceSpans":[]}')],
    ['a broken header', withByte(-ZIPPED.length, 1)],
    ['a broken checksum', withByte(-8, 1)],
    ['a broken length', withByte(-4, 1)],
    ['garbage behind it', Buffer.concat([ZIPPED, Buffer.from('garbage')])],
    ['a second member cut off', Buffer.concat([gzipSync('a'), gzipSync('b').subarray(0, -1)])],
  ])('throws what node:zlib throws for %s, and works afterwards', (_name, bytes) => {
    expect(() => gunzip(bytes)).toThrow(errorOf(bytes));
    expect(gunzip(ZIPPED)?.length).toBe(1000);
  });

  it('throws for data cut off at any place', () => {
    for (let length = 0; length < ZIPPED.length; length++) {
      expect(() => gunzip(ZIPPED.subarray(0, length))).toThrow('unexpected end of file');
    }
  });

  it('tells what is longer than allowed, of one member or several, and works afterwards', () => {
    const members = Buffer.concat([ZIPPED, gzipSync('x')]);
    expect([gunzip(gzipSync(Buffer.alloc(1001))), gunzip(gzipSync(Buffer.alloc(MIB))), gunzip(members)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(gunzip(ZIPPED)?.length).toBe(1000);
  });

  it('stands behind the same limits', () => {
    const inflater = new InlineInflater(1000, createGunzip);
    expect(inflater.inflate(ZIPPED)?.kind).toBe('bytes');
    expect(inflater.inflate(gzipSync(Buffer.alloc(1001)))).toEqual({ kind: 'too_large' });
    expect(inflater.inflate(ZIPPED.subarray(1))?.kind).toBe('malformed');
  });
});

it('small data goes through the kept gunzip and back unchanged, whatever came before', () => {
  const gunzip = createSmallGunzip(MIB);
  for (let length = 0; length < 3000; length += 37) {
    const bytes = Buffer.from(Array.from({ length }, (_, i) => (i * i) % 251));
    expect(Buffer.compare(gunzip(gzipSync(bytes))!, bytes)).toBe(0);
  }
});

describe('inflating', () => {
  const aside = (bytes: Buffer, limit: number, memory: BodyMemory) =>
    new Promise<Inflated>(resolve => inflateAside(bytes, limit, memory, resolve));

  it('leaves large streams to the thread pool, whether they announce their length or lie', () => {
    const honest = gzipSync(Buffer.alloc(3 * MIB));
    const lying = Buffer.from(honest);
    lying.writeUInt32LE(5, lying.length - 4);
    const inline = new InlineInflater(64 * MIB);
    expect([inline.inflate(honest), inline.inflate(lying)]).toEqual([undefined, undefined]);
  });

  it.each([
    ['within the limit', gzipSync(Buffer.alloc(3 * MIB)), 'bytes'],
    ['exactly at the limit', gzipSync(Buffer.alloc(8 * MIB)), 'bytes'],
    ['one byte over it', gzipSync(Buffer.alloc(8 * MIB + 1)), 'too_large'],
    ['broken', gzipSync(Buffer.alloc(3 * MIB)).subarray(0, -9), 'malformed'],
    ['of several members', Buffer.concat([gzipSync(Buffer.alloc(3 * MIB)), gzipSync(Buffer.alloc(9))]), 'bytes'],
  ])('aside frees its memory after a stream %s', async (_name, bytes, kind) => {
    const memory = new BodyMemory(8 * MIB);
    expect((await aside(bytes, 8 * MIB, memory)).kind).toBe(kind);
    await new Promise(resolve => setImmediate(resolve));
    expect(memory.usedBytes).toBe(0);
  });

  it('aside does not start without memory', async () => {
    const memory = new BodyMemory(2 * MIB);
    memory.reserve(MIB);
    expect((await aside(gzipSync(Buffer.alloc(4 * MIB)), 8 * MIB, memory)).kind).toBe('no_memory');
    expect(memory.usedBytes).toBe(MIB);
  });

  it('aside takes no memory for a stream that says it is too long', async () => {
    const memory = new BodyMemory(MIB);
    expect((await aside(gzipSync(Buffer.alloc(9 * MIB)), 8 * MIB, memory)).kind).toBe('too_large');
  });

  it('aside takes what is within a small limit, however little it is compressed', async () => {
    const noise = Buffer.from(crypto.getRandomValues(new Uint8Array(2 ** 16)));
    const body = gzipSync(Buffer.concat(Array.from({ length: 5 }, () => noise)), { level: 0 });
    expect(body.length).toBeGreaterThan(2 ** 18);
    expect((await aside(body, MIB / 2, new BodyMemory(MIB))).kind).toBe('bytes');
  });

  it('aside tells what is wrong with a stream that says what it cannot have', async () => {
    const garbage = Buffer.concat([gzipSync(''), Buffer.alloc(2 * MIB, 0xff)]);
    expect((await aside(garbage, 8 * MIB, new BodyMemory(MIB * 8))).kind).toBe('malformed');
  });
});

function errorOf(bytes: Buffer): string {
  try {
    gunzipSync(bytes);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('node:zlib takes it');
}
