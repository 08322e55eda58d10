/** Records of tests: what they say is given, the rest is usual. */
import type { RawRecord, RecordHeader } from '../../../src/contract/record.ts';
import { decodeRecord, type RecordEncoding } from '../../../src/encodings/records/decode.ts';
import { DecodedRecord, type RecordNames } from '../../../src/encodings/records/decoded-record.ts';

export type Bytes = Uint8Array | string | null;

export interface TestRecord {
  readonly topic?: string;
  readonly key?: Bytes;
  readonly value?: Bytes;
  readonly headers?: readonly (readonly [string, Bytes])[];
}

const bytesOf = (value: Bytes): Uint8Array | null => (typeof value === 'string' ? Buffer.from(value) : value);

export function recordOf({ topic = 't', key = null, value = null, headers = [] }: TestRecord): RawRecord {
  return {
    cluster: 'c',
    topic,
    partition: 1,
    offset: 7,
    timestampMs: 1795398656733,
    key: bytesOf(key),
    value: bytesOf(value),
    headers: headers.map(([name, text]): RecordHeader => ({ key: name, value: bytesOf(text) })),
  };
}

/** A view of its own. */
export function decode(record: TestRecord, encoding: RecordEncoding = 'cdc', names: RecordNames = {}) {
  const view = new DecodedRecord(names);
  decodeRecord(recordOf(record), 'first', encoding, view);
  return view;
}
