/** What every format of change data capture is: a test of the value that `fields` has read, and what is then said. */
import type { RawRecord } from '../../contract/record.ts';
import type { DecodedRecord } from '../records/decoded-record.ts';

/** Formats that a configuration can fix. */
export type ChangeFormat = 'debezium' | 'maxwell' | 'canal' | 'ogg' | 'dms' | 'change_stream';

export interface ChangeReader {
  readonly format: ChangeFormat;
  /** Of the value in `fields`. */
  is(): boolean;
  /** @param raw what is being decoded, for what stands outside its value. */
  read(view: DecodedRecord, raw: RawRecord): void;
}
