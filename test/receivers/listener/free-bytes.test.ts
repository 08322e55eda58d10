import { expect, it } from 'vitest';
import { freeBytes } from '../../../src/receivers/listener/free-bytes.ts';

it.each([
  ['all of it', new Uint8Array(100)],
  ['most of it, behind a prefix', new Uint8Array(105).subarray(5)],
  ['half of it', new Uint8Array(200).subarray(100)],
])('frees a buffer when the bytes are %s', (_name, bytes) => {
  const { buffer } = bytes;
  freeBytes(bytes);
  expect([bytes.length, buffer.detached]).toEqual([0, true]);
  freeBytes(bytes);
});

it('leaves bytes alone that share their buffer with others', () => {
  for (const size of [1, 100, Buffer.poolSize / 2 - 1]) {
    const pooled = Buffer.from('x'.repeat(size));
    freeBytes(pooled);
    expect(pooled.toString()).toBe('x'.repeat(size));
  }
  const shared = new Uint8Array(new SharedArrayBuffer(10));
  freeBytes(shared);
  expect(shared.length).toBe(10);
});
