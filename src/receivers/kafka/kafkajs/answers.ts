/**
 * Bytes of a connection → whole answers of its broker. What comes is read into the answer that it belongs to: kafkajs
 * would gather chunks and copy all of them once more, and answers with records are megabytes.
 */

import type { AnswerMemory } from './memory.ts';

/** Larger than any answer that is asked for: a batch of records that comes alone has its broker's limit. */
const MAX_BYTES = 512 * 2 ** 20;
const LENGTH_BYTES = 4;
/** Small answers come whole into it. */
const HEAD_BYTES = 64 * 1024;

/** For `onread` of a socket. */
export class Answers {
  /** Bytes that no answer has room for yet. */
  private readonly head = Buffer.allocUnsafeSlow(HEAD_BYTES);
  private headBytes = 0;
  /** The answer that is under way, with its length in front. */
  private answer: Buffer | undefined;
  private answerBytes = 0;
  private readonly memory: AnswerMemory;
  private readonly take: (answer: Buffer) => void;

  constructor(memory: AnswerMemory, take: (answer: Buffer) => void) {
    this.memory = memory;
    this.take = take;
  }

  /** Where the next bytes go. */
  readonly room = (): Buffer =>
    this.answer === undefined ? this.head.subarray(this.headBytes) : this.answer.subarray(this.answerBytes);

  /** So many bytes were put there. Throws a `RangeError` when what came is no answer of Kafka. */
  filled(count: number): void {
    if (this.answer === undefined) {
      this.headBytes += count;
      this.cutHead();
      return;
    }
    this.answerBytes += count;
    if (this.answerBytes < this.answer.length) return;
    const whole = this.answer;
    this.answer = undefined;
    this.take(whole);
  }

  private cutHead(): void {
    const { head, headBytes } = this;
    let at = 0;
    while (headBytes - at >= LENGTH_BYTES && this.answer === undefined) {
      const length = LENGTH_BYTES + head.readInt32BE(at);
      if (length < LENGTH_BYTES || length > MAX_BYTES) throw new RangeError('what came is no answer of a Kafka broker');
      const answer = this.memory.take(length);
      const count = head.copy(answer, 0, at, Math.min(headBytes, at + length));
      at += count;
      if (count === length) this.take(answer);
      else {
        this.answer = answer;
        this.answerBytes = count;
      }
    }
    head.copyWithin(0, at, headBytes);
    this.headBytes = headBytes - at;
  }
}
