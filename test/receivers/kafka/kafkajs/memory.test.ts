/** Memory of answers is used again when the last who looked at it gave it back, and not before. */
import { expect, test } from 'vitest';
import { AnswerMemory } from '../../../../src/receivers/kafka/kafkajs/memory.ts';

const LARGE = 100_000;

test('what all gave back is used again, for an answer of about that size', () => {
  const memory = new AnswerMemory();
  const answer = memory.take(LARGE);
  const share = memory.shares(answer.subarray(8));
  const [first, second] = [share(), share()];
  first();
  // Twice by the same is once.
  first();
  expect(memory.take(LARGE).buffer).not.toBe(answer.buffer);
  second();
  expect(memory.take(3 * LARGE).buffer).not.toBe(answer.buffer);
  const again = memory.take(LARGE + 1);
  expect(again.buffer).toBe(answer.buffer);
  expect(again.length).toBe(LARGE + 1);
  second();
  expect(memory.take(LARGE).buffer).not.toBe(answer.buffer);
});

test('small answers are left to the heap', () => {
  const memory = new AnswerMemory();
  const answer = memory.take(100);
  memory.giveBack(answer);
  expect(memory.take(100).buffer).not.toBe(answer.buffer);
});

test('only so much is kept: what was given back first goes first', () => {
  const memory = new AnswerMemory();
  const answers = Array.from({ length: 5 }, () => memory.take(8 * 2 ** 20));
  for (const answer of answers) memory.giveBack(answer);
  const again = Array.from({ length: 5 }, () => memory.take(8 * 2 ** 20).buffer);
  const kept = answers.map(({ buffer }) => again.includes(buffer));
  expect(kept).toEqual([false, true, true, true, true]);
});
