/**
 * A record and the name of its encoding → what it proves, in a view that is used again. Bytes that are not what the
 * encoding says throw `MalformedError`; nothing else is thrown but `SchemaUnavailableError`, where a schema was not loaded.
 */
import type { RawRecord } from '../../contract/record.ts';
import { decodeAvroChange, decodeChange, decodeJsonChange, decodeOpenProtocol } from '../cdc/decode.ts';
import type { ChangeFormat } from '../cdc/reader.ts';
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

type Decode = (view: DecodedRecord, raw: RawRecord) => void;

const DECODERS: Readonly<Record<RecordEncoding, Decode>> = {
  record: view => {
    view.isOutbox = view.headers.areOfOutbox || view.outbox.isTopic(view.topic);
  },
  cdc: decodeChange,
  debezium: json('debezium'),
  debezium_avro: decodeAvroChange,
  maxwell: json('maxwell'),
  canal: json('canal'),
  ticdc_open: decodeOpenProtocol,
  ogg: json('ogg'),
  dms: json('dms'),
};

function json(format: ChangeFormat): Decode {
  return (view, raw) => decodeJsonChange(view, raw, format);
}

export function decodeRecord(raw: RawRecord, incarnation: string, encoding: RecordEncoding, view: DecodedRecord): void {
  view.begin(raw, incarnation);
  DECODERS[encoding](view, raw);
}
