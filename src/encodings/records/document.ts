/** A document of JSON as files and requests hold them → the record that it is, and what that proves. */
import type { RawRecord, RecordView } from '../../contract/record.ts';
import { isBareChange } from '../cdc/decode.ts';
import { MalformedError } from '../malformed.ts';
import { DEBEZIUM, type Outbox } from '../outbox.ts';
import { decodeRecord } from './decode.ts';
import { DecodedRecord } from './decoded-record.ts';
import { isRecordDump, readRecordDump } from './dump.ts';

export type RecordDocument = 'dump' | 'change' | 'neither';

export function detectRecord(document: Uint8Array): RecordDocument {
  if (isRecordDump(document)) return 'dump';
  return isBareChange(document) ? 'change' : 'neither';
}

/**
 * The record of a dump, or the one that a bare change would be the value of: of `topic`, and nothing else is known of it.
 * Throws a `MalformedError` for what is neither. Its bytes are those of the document.
 */
export function readRecordDocument(document: Uint8Array, topic: string): RawRecord {
  switch (detectRecord(document)) {
    case 'dump':
      return readRecordDump(document);
    case 'change':
      return { cluster: '', topic, partition: -1, offset: -1, timestampMs: 0, key: null, value: document, headers: [] };
    case 'neither':
      throw new MalformedError(
        'unknown_record',
        'expected a record (an object with topic and value, key, offset or partition) or a change event in a known format',
      );
  }
}

/** Reasons for which a value is no change that can be read without a registry of schemas: its headers speak alone. */
const NO_CHANGE: readonly string[] = ['unknown_format', 'no_schema_registry', 'glue_schema'];

/** Decoding of records of any topic: a value that is a change in some format says so itself. */
export class RecordDecoder {
  private readonly view: DecodedRecord;

  constructor(outbox: Outbox = DEBEZIUM) {
    this.view = new DecodedRecord({ outbox });
  }

  /** Valid until the next call. Throws a `MalformedError`. */
  decode(record: RawRecord): RecordView {
    const { view } = this;
    try {
      decodeRecord(record, '', 'cdc', view);
    } catch (error) {
      if (!(error instanceof MalformedError) || !NO_CHANGE.includes(error.reason)) throw error;
      decodeRecord(record, '', 'record', view);
    }
    // A bare change has no time of a record: that of its change stands in.
    if (view.timestampMs === 0) view.timestampMs = view.changes[0]?.timeMs ?? 0;
    return view;
  }
}
