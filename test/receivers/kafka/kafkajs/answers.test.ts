/** Answers of a broker come out whole and in their order, however the connection cuts them. */
import { expect, test } from 'vitest';
import { Answers } from '../../../../src/receivers/kafka/kafkajs/answers.ts';
import { AnswerMemory } from '../../../../src/receivers/kafka/kafkajs/memory.ts';

function answerOf(length: number, seed: number): Buffer {
  const answer = Buffer.alloc(4 + length);
  answer.writeInt32BE(length);
  for (let i = 4; i < answer.length; i++) answer[i] = (i * seed) % 251;
  return answer;
}

/** @param cut bytes that come at once; the room that is offered may be less. */
function read(bytes: Buffer, cut: (at: number) => number): Buffer[] {
  const whole: Buffer[] = [];
  const answers = new Answers(new AnswerMemory(), answer => whole.push(answer));
  for (let at = 0; at < bytes.length; ) {
    const room = answers.room();
    const count = bytes.copy(room, 0, at, at + cut(at));
    if (count === 0) expect.fail('there is no room');
    answers.filled(count);
    at += count;
  }
  return whole;
}

const sent = [3, 0, 70_000, 1, 65_532, 65_536, 12, 300_000, 5].map((length, i) => answerOf(length, i + 3));

test.each([
  ['as much as there is room for', () => 1e9],
  ['a byte at a time', () => 1],
  ['cut within lengths', () => 3],
  ['in pieces of many sizes', (at: number) => 1 + ((at * 7919) % 40_000)],
])('%s', (_, cut) => {
  const whole = read(Buffer.concat(sent), cut);
  expect(whole.map(answer => answer.length)).toEqual(sent.map(answer => answer.length));
  expect(whole.every((answer, i) => answer.equals(sent[i]!))).toBe(true);
});

test.each([
  ['HTTP', Buffer.from('HTTP/1.1 400 Bad Request')],
  ['a length below zero', Buffer.from([0xff, 0xff, 0xff, 0xff])],
])('%s is no answer', (_, bytes) => {
  expect(() => read(bytes, () => 1e9)).toThrow('what came is no answer of a Kafka broker');
});
