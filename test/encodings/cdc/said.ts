/** What a view says, short enough to stand in a table of cases: what is usual of its changes is left out. */
import type { RowChange } from '../../../src/contract/record.ts';
import type { RecordEncoding } from '../../../src/encodings/records/decode.ts';
import type { DecodedRecord } from '../../../src/encodings/records/decoded-record.ts';
import { decode, type TestRecord } from '../records/of-json.ts';

export const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
export const SPAN = '00f067aa0ba902b7';
export const TRACEPARENT = `00-${TRACE}-${SPAN}-01`;

export type Said = Partial<Omit<RowChange, 'context'>> & { readonly context?: string };

const hex = (words: readonly number[]) => words.map(word => (word >>> 0).toString(16).padStart(8, '0')).join('');

/** Without empty texts and zeros. */
export function saidOf(change: RowChange): Said {
  const { context, ...rest } = change;
  const said = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== '' && value !== 0));
  return context === undefined ? said : { ...said, context: hex(context) };
}

export function changesOf(view: DecodedRecord): readonly Said[] {
  return view.changes.map(saidOf);
}

export function changes(value: object, record: TestRecord = {}, encoding: RecordEncoding = 'cdc'): readonly Said[] {
  return changesOf(decode({ value: JSON.stringify(value), key: '{"id":1}', ...record }, encoding));
}
