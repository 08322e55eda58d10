/** What a broker sends of a partition: whole, cut off anywhere, with batches that are broken or of formats before 0.11. */
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { readRecords } from '../../../../src/receivers/kafka/kafkajs/record-batches.ts';

const TIME = Date.UTC(2026, 2, 1);
const GZIP = 1;

function big(number: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt(number));
  return bytes;
}

function int32(number: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(number);
  return bytes;
}

/** Zigzag, below 64. */
const short = (number: number) => Buffer.from([number < 0 ? -2 * number - 1 : 2 * number]);
const framed = (offset: number, rest: Buffer) => Buffer.concat([big(offset), int32(rest.length), rest]);

/** Values of records one after the other, from an offset on. */
function batch(offset: number, values: readonly string[], codec = 0, spoil = (bytes: Buffer) => bytes): Buffer {
  const records = values.map((value, i) => {
    const body = [Buffer.from([0]), short(i), short(i), short(-1), short(value.length), Buffer.from(value), short(0)];
    const bytes = Buffer.concat(body);
    return Buffer.concat([short(bytes.length), bytes]);
  });
  const plain = Buffer.concat(records);
  const head = [int32(0), Buffer.from([2]), int32(0), Buffer.from([0, codec]), int32(values.length - 1)];
  const rest = [big(TIME), big(TIME), big(-1), Buffer.from([255, 255]), int32(-1), int32(values.length)];
  return framed(offset, Buffer.concat([...head, ...rest, spoil(codec === GZIP ? gzipSync(plain) : plain)]));
}

/** A message of format 0 or 1, which has a time. */
function old(offset: number, format: 0 | 1, value: Buffer, codec = 0): Buffer {
  const time = format === 1 ? [big(TIME)] : [];
  const rest = [...time, int32(-1), int32(value.length), value];
  return framed(offset, Buffer.concat([int32(0), Buffer.from([format, codec]), ...rest]));
}

function read(from: number, ...parts: readonly Buffer[]) {
  const { records, broken, next } = readRecords(Buffer.concat(parts), from, []);
  return {
    records: records.map(({ offset, timestampMs, value }) => [offset, timestampMs - TIME, String(value)]),
    broken: broken.map(({ offset, count }) => [offset, count]),
    next,
  };
}

const FOUR = [
  [5, 0, 'a'],
  [6, 1, 'b'],
  [7, 0, 'c'],
  [8, 1, 'd'],
];

describe('records', () => {
  const whole = [batch(5, ['a', 'b']), batch(7, ['c', 'd'], GZIP)];

  test('come with their places and times, from where they are wanted', () => {
    expect(read(5, ...whole)).toEqual({ records: FOUR, broken: [], next: 9 });
    expect(read(6, ...whole)).toEqual({ records: FOUR.slice(1), broken: [], next: 9 });
  });

  test('of a batch that is cut off come with the next fetch', () => {
    const bytes = Buffer.concat(whole);
    for (let length = 0; length < bytes.length; length++) {
      const isFirstWhole = length >= whole[0]!.length;
      const expected = isFirstWhole ? { records: FOUR.slice(0, 2), next: 7 } : { records: [], next: 5 };
      expect(read(5, bytes.subarray(0, length))).toEqual({ ...expected, broken: [] });
    }
  });

  test.each<[string, Buffer]>([
    ['does not decompress', batch(5, ['a', 'b'], GZIP, bytes => bytes.fill(7))],
    ['is of a compression nobody knows', batch(5, ['a', 'b'], 7)],
    ['is shorter than it says', batch(5, ['a', 'b'], 0, bytes => bytes.subarray(0, 9))],
  ])('of a batch that %s are passed over together', (_, bad) => {
    expect(read(5, bad, whole[1]!)).toEqual({ records: FOUR.slice(2), broken: [[5, 2]], next: 9 });
    expect(read(6, bad, whole[1]!).broken).toEqual([[6, 1]]);
  });
});

describe('records of formats before 0.11', () => {
  test('are passed over one by one, and those behind them are read', () => {
    const before = [old(3, 0, Buffer.from('x')), old(4, 1, Buffer.alloc(0))];
    expect(read(3, ...before, batch(5, ['a', 'b']))).toEqual({
      records: FOUR.slice(0, 2),
      broken: [
        [3, 1],
        [4, 1],
      ],
      next: 7,
    });
    expect(read(4, ...before).broken).toEqual([[4, 1]]);
  });

  test('in a wrapper, whose offset is that of the last, are passed over together', () => {
    const inside = Buffer.concat([0, 1, 2].map(offset => old(offset, 1, Buffer.from('x'))));
    const wrapper = old(9, 1, gzipSync(inside), GZIP);
    expect(read(7, wrapper)).toEqual({ records: [], broken: [[7, 3]], next: 10 });
    expect(read(8, wrapper).broken).toEqual([[8, 2]]);
    expect(read(10, wrapper)).toEqual({ records: [], broken: [], next: 10 });
  });
});
