/** The message of a call is the same however its bytes are split, and whatever memory there is meanwhile. */
import { expect, it } from 'vitest';
import { BodyMemory } from '../../../src/receivers/listener/body-memory.ts';
import { Message } from '../../../src/receivers/otlp/grpc/message.ts';

const BODY = Buffer.from(Array.from({ length: 300 }, (_, i) => i & 0xff));
const WHOLE = Buffer.concat([Buffer.from([1, 0, 0, 1, 44]), BODY]);

it('is read alike when it is split in three at any two places', () => {
  const memory = new BodyMemory(2 ** 20);
  for (let a = 0; a <= WHOLE.length; a += a < 12 ? 1 : 37) {
    for (let b = a; b <= WHOLE.length; b += b < 12 ? 1 : 41) {
      const message = new Message(memory, 1000);
      expect(message.append(WHOLE, 0, a, false)).toBeUndefined();
      expect(message.append(WHOLE, a, b, false)).toBeUndefined();
      expect(message.append(WHOLE, b, WHOLE.length, true)).toBeUndefined();
      expect([message.isWhole, message.isCompressed]).toEqual([true, true]);
      expect(BODY.equals(message.bytes())).toBe(true);
      message.release();
    }
  }
  expect(memory.usedBytes).toBe(0);
});

it('takes a piece again that there was no memory for, wherever the prefix was split', () => {
  for (let split = 0; split <= 5; split++) {
    const memory = new BodyMemory(2 ** 16);
    memory.reserve(2 ** 16);
    const message = new Message(memory, 1000);
    expect(message.append(WHOLE, 0, split, false)).toBeUndefined();
    expect(message.append(WHOLE, split, 200, false)).toBe('no_memory');
    memory.release(2 ** 16);
    expect(message.append(WHOLE, split, 200, false)).toBeUndefined();
    expect(message.append(WHOLE, 200, WHOLE.length, true)).toBeUndefined();
    expect(message.isWhole).toBe(true);
    expect(BODY.equals(message.bytes())).toBe(true);
  }
});
