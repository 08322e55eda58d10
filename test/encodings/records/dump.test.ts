/** Record dumps in every spelling: what becomes of their bytes, numbers, times and headers, and what is refused. */
import { describe, expect, test } from 'vitest';
import { isBareChange } from '../../../src/encodings/cdc/decode.ts';
import { MalformedError } from '../../../src/encodings/malformed.ts';
import { isRecordDump, readRecordDump } from '../../../src/encodings/records/dump.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const read = (json: string) => {
  const { key, value, headers, ...rest } = readRecordDump(bytes(json));
  return { ...rest, key: textOf(key), value: textOf(value), headers: headers.map(h => [h.key, textOf(h.value)]) };
};
const textOf = (value: Uint8Array | null) => (value === null ? null : Buffer.from(value).toString());

describe('a record dump', () => {
  test('has everything in plain JSON', () => {
    const dump = `{"cluster":"eu","topic":"orders","partition":3,"offset":41,"timestamp":1795397811163,
      "key":"u1","value":"{\\"a\\":1}","headers":{"traceparent":"00-x","none":null}}\n`;
    expect(read(dump)).toEqual({
      cluster: 'eu',
      topic: 'orders',
      partition: 3,
      offset: 41,
      timestampMs: 1795397811163,
      key: 'u1',
      value: '{"a":1}',
      headers: [
        ['traceparent', '00-x'],
        ['none', null],
      ],
    });
  });

  test('may have numbers as strings, and times as ISO 8601', () => {
    const { offset, partition, timestampMs } = read(
      '{"topic":"t","partition":"0","offset":"9007199254740991","timestamp":"2026-11-23T01:50:56.733Z"}',
    );
    expect([offset, partition, timestampMs]).toEqual([9007199254740991, 0, Date.UTC(2026, 10, 23, 1, 50, 56, 733)]);
    expect(read('{"topic":"t","value":null,"timestamp":"1795397811163"}').timestampMs).toBe(1795397811163);
  });

  test('is unknown where it says nothing', () => {
    expect(read('{"topic":"t","value":null}')).toEqual({
      cluster: '',
      topic: 't',
      partition: -1,
      offset: -1,
      timestampMs: 0,
      key: null,
      value: null,
      headers: [],
    });
  });

  test('keeps JSON values as they are spelled, with all digits', () => {
    const value = '{ "lsn":9223372036854775807, "a":[1, 2] }';
    expect(read(`{"topic":"t","key":[1,2],"value":${value}}`)).toMatchObject({ key: '[1,2]', value });
    expect(read('{"topic":"t","key":17,"value":true}')).toMatchObject({ key: '17', value: 'true' });
  });

  test('has bytes as base64, alone in their object', () => {
    const { value } = readRecordDump(bytes('{"topic":"t","value":{"base64":"AAH/"}}'));
    expect([...value!]).toEqual([0, 1, 255]);
    const two = '{"base64":"AAH/","more":1}';
    expect(read(`{"topic":"t","value":${two}}`).value).toBe(two);
  });

  test('has headers as a list of objects or of pairs, a key more than once', () => {
    const list =
      '[{"key":"a","value":"1"},["a",{"base64":"Mg=="}],["b",null],{"key":"c"},["d"],["n",12345678901234567890]]';
    expect(read(`{"topic":"t","value":"","headers":${list}}`).headers).toEqual([
      ['a', '1'],
      ['a', '2'],
      ['b', null],
      ['c', null],
      ['d', null],
      ['n', '12345678901234567890'],
    ]);
  });

  test.each([
    ['{"topic":"t","offset":"many"}', /offset/],
    ['{"topic":"t","offset":{}}', /offset/],
    ['{"topic":"t","partition":1.5}', /partition/],
    ['{"topic":"t","timestamp":"yesterday"}', /timestamp/],
    ['{"topic":"","value":1}', /topic/],
    ['{"topic":7,"value":1}', /topic/],
    ['{"topic":"t","value":{"base64":"%"}}', /base64/],
    ['{"topic":"t","headers":"a=b"}', /headers/],
    ['{"topic":"t","headers":[{"value":"b"}]}', /headers/],
    ['{"topic":"t","headers":[["a","b","c"]]}', /headers/],
    ['{"topic":"t","value":"', /byte 22/],
    ['{"topic":"t"} {"topic":"u"}', /byte 14/],
  ])('%s is malformed', (json, message) => {
    expect(() => readRecordDump(bytes(json))).toThrow(MalformedError);
    expect(() => readRecordDump(bytes(json))).toThrow(message);
  });
});

test('a dump, a bare change and anything else are told apart', () => {
  const kindOf = (json: string) =>
    isRecordDump(bytes(json)) ? 'dump' : isBareChange(bytes(json)) ? 'change' : 'neither';
  expect(kindOf('{"topic":"t","value":null}')).toBe('dump');
  expect(kindOf('{"op":"c","source":{"table":"orders"},"after":{}}')).toBe('change');
  expect(kindOf('{"schema":{},"payload":{"op":"c","source":{}}}')).toBe('change');
  expect(kindOf('{"resourceSpans":[]}')).toBe('neither');
  expect(kindOf('{"topic":"t"}')).toBe('neither');
  expect(kindOf('[]')).toBe('neither');
  expect(kindOf('{"')).toBe('neither');
});
