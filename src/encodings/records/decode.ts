/**
 * A record and the name of its encoding → what it proves, in a view that is used again. Bytes that are not what the
 * encoding says throw `MalformedError`, and nothing else is ever thrown.
 */
import type { RawRecord } from '../../contract/record.ts';
import type { DecodedRecord } from './decoded-record.ts';

/** `record`: headers alone, the value is not looked at. `cdc`: each value says itself which format it is in. */
export const RECORD_ENCODINGS = [
  'record',
  'cdc',
  'debezium',
  'debezium_avro',
  'maxwell',
  'canal',
  'ticdc_open',
  'ogg',
  'dms',
] as const;
export type RecordEncoding = (typeof RECORD_ENCODINGS)[number];

export function decodeRecord(
  raw: RawRecord,
  incarnation: string,
  _encoding: RecordEncoding,
  view: DecodedRecord,
): void {
  view.begin(raw, incarnation);
  view.isOutbox = view.headers.hasOutboxId && view.headers.isDebezium;
}
