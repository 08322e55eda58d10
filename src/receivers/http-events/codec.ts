/** The decoders the receiver works with, as one value. Bytes of a document are valid as long as the body is. */
import type { RawRecord, RecordView } from '../../contract/record.ts';

export interface RecordCodec {
  /**
   * The record that a document of JSON is: a dump of one, or the bare value of a change, which then is of `topic`. Throws a
   * `MalformedError` for what is neither.
   */
  read(document: Uint8Array, topic: string): RawRecord;
  /** Valid until the next call. Throws a `MalformedError`. */
  decode(record: RawRecord): RecordView;
}
