import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { Body } from '../../../../src/receivers/otlp/http/body.ts';
import { BodyMemory } from '../../../../src/receivers/otlp/http/body-memory.ts';
import { type Inflated, inflateAside, inflateInline } from '../../../../src/receivers/otlp/http/inflate.ts';

const MIB = 2 ** 20;

describe('a body', () => {
  it('in one piece is that piece and takes no memory', () => {
    const memory = new BodyMemory(MIB);
    const body = new Body(memory, 3);
    const piece = Buffer.from('abc');
    expect(body.append(piece)).toBe(true);
    expect(body.bytes()).toBe(piece);
    expect(memory.usedBytes).toBe(0);
  });

  it('of many pieces keeps its bytes while its buffer grows, and gives all memory back', () => {
    const memory = new BodyMemory(8 * MIB);
    const body = new Body(memory, 0);
    const whole = Buffer.from(Array.from({ length: 400_000 }, (_, i) => i % 251));
    for (let i = 0; i < whole.length; i += 37_000) body.append(whole.subarray(i, i + 37_000));
    expect(Buffer.compare(body.bytes(), whole)).toBe(0);
    body.release();
    body.release();
    expect(memory.usedBytes).toBe(0);
  });

  it('that announces much and sends little takes little', () => {
    const memory = new BodyMemory(64 * MIB);
    const body = new Body(memory, 20 * MIB);
    body.append(Buffer.alloc(10));
    body.append(Buffer.alloc(10));
    expect(memory.usedBytes).toBeLessThanOrEqual(64 * 1024);
  });

  it('is told when the memory is spent', () => {
    const memory = new BodyMemory(100 * 1024);
    const first = new Body(memory, 0);
    const second = new Body(memory, 0);
    expect([first.append(Buffer.alloc(9)), first.append(Buffer.alloc(9))]).toEqual([true, true]);
    expect([second.append(Buffer.alloc(9)), second.append(Buffer.alloc(9))]).toEqual([true, false]);
    first.release();
    expect(second.append(Buffer.alloc(9))).toBe(true);
  });
});

describe('inflating', () => {
  const aside = (bytes: Buffer, limit: number, memory: BodyMemory) =>
    new Promise<Inflated>(resolve => inflateAside(bytes, limit, memory, resolve));

  it('leaves large streams to the thread pool, whether they announce their length or lie', () => {
    const honest = gzipSync(Buffer.alloc(3 * MIB));
    const lying = Buffer.from(honest);
    lying.writeUInt32LE(5, lying.length - 4);
    expect([inflateInline(honest, 64 * MIB), inflateInline(lying, 64 * MIB)]).toEqual([undefined, undefined]);
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
});
