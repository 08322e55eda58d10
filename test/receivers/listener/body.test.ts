import { describe, expect, it } from 'vitest';
import { Body } from '../../../src/receivers/listener/body.ts';
import { BodyMemory } from '../../../src/receivers/listener/body-memory.ts';

const MIB = 2 ** 20;

/** As a piece that is not known to be the last. */
const add = (body: Body, piece: Buffer, announced = 0) => body.append(piece, 0, piece.length, false, announced);

describe('a body', () => {
  it('in one piece is read where it is and takes no memory', () => {
    const memory = new BodyMemory(MIB);
    const body = new Body(memory);
    const bytes = Buffer.from('-abc-');
    expect(body.append(bytes, 1, 4, true, 3)).toBe(true);
    expect(Buffer.from(body.bytes()).toString()).toBe('abc');
    expect(body.bytes().buffer).toBe(bytes.buffer);
    expect(memory.usedBytes).toBe(0);
  });

  it('has bytes of its own when it is to keep what was lent', () => {
    const memory = new BodyMemory(MIB);
    const body = new Body(memory);
    const bytes = Buffer.from('abc');
    body.append(bytes, 0, 3, true, 3);
    expect(body.own()).toBe(true);
    bytes.fill(0);
    expect(Buffer.from(body.bytes()).toString()).toBe('abc');
    body.release();
    expect(memory.usedBytes).toBe(0);
  });

  it('cannot keep what was lent when the memory is spent', () => {
    const memory = new BodyMemory(10 * 1024);
    memory.reserve(10 * 1024);
    const body = new Body(memory);
    body.append(Buffer.from('abc'), 0, 3, true, 3);
    expect(body.own()).toBe(false);
  });

  it('of many pieces keeps its bytes while its buffer grows, and gives all memory back', () => {
    const memory = new BodyMemory(8 * MIB);
    const body = new Body(memory);
    const whole = Buffer.from(Array.from({ length: 400_000 }, (_, i) => i % 251));
    for (let i = 0; i < whole.length; i += 37_000) {
      const end = Math.min(i + 37_000, whole.length);
      body.append(whole, i, end, end === whole.length, 0);
    }
    expect(Buffer.compare(body.bytes(), whole)).toBe(0);
    body.release();
    body.release();
    expect(memory.usedBytes).toBe(0);
  });

  it('that announces much and sends little takes little', () => {
    const memory = new BodyMemory(64 * MIB);
    const body = new Body(memory);
    add(body, Buffer.alloc(10), 20 * MIB);
    add(body, Buffer.alloc(10), 20 * MIB);
    expect(memory.usedBytes).toBeLessThanOrEqual(64 * 1024);
  });

  it('is told when the memory is spent', () => {
    const memory = new BodyMemory(10 * 1024);
    const first = new Body(memory);
    const second = new Body(memory);
    expect(add(first, Buffer.alloc(9))).toBe(true);
    expect(add(second, Buffer.alloc(9))).toBe(false);
    first.release();
    expect(add(second, Buffer.alloc(9))).toBe(true);
  });
});
