import { describe, expect, it } from 'vitest';
import { BodyMemory } from '../../../../src/receivers/otlp/body-memory.ts';
import { Body } from '../../../../src/receivers/otlp/http/body.ts';

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

  it('frees a piece that has its buffer for itself, when it is copied and when the body is released', () => {
    const pieces = [new Uint8Array(9), new Uint8Array(9)].map(piece => Buffer.from(piece.buffer));
    const body = new Body(new BodyMemory(MIB), 0);
    body.append(pieces[0]!);
    expect(pieces[0]!.length).toBe(9);
    body.append(pieces[1]!);
    expect(pieces.map(piece => piece.length)).toEqual([0, 0]);
    const only = Buffer.from(new ArrayBuffer(9));
    const single = new Body(new BodyMemory(MIB), 0);
    single.append(only);
    single.release();
    expect(only.length).toBe(0);
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
    const memory = new BodyMemory(10 * 1024);
    const first = new Body(memory, 0);
    const second = new Body(memory, 0);
    expect([first.append(Buffer.alloc(9)), first.append(Buffer.alloc(9))]).toEqual([true, true]);
    expect([second.append(Buffer.alloc(9)), second.append(Buffer.alloc(9))]).toEqual([true, false]);
    first.release();
    expect(second.append(Buffer.alloc(9))).toBe(true);
  });
});
