/**
 * TiCDC's open protocol: a record holds several events, their keys in its key and their rows in its value, each JSON
 * behind its length. Source: docs.pingcap.com/tidb/stable/ticdc-open-protocol.
 */
import type { RawRecord, RecordMarker } from '../../contract/record.ts';
import { hashBytes, viewOf } from '../../lib/bytes.ts';
import { JsonFields } from '../json-fields.ts';
import { JsonShape } from '../json-shape.ts';
import { MalformedError } from '../malformed.ts';
import type { DecodedRecord } from '../records/decoded-record.ts';
import { setOperation, withRow } from './change.ts';
import { timeOfTso } from './tso.ts';

const LENGTH = 8;
const ROW = '1';
const MARKERS: ReadonlyMap<string, RecordMarker> = new Map([
  ['2', 'schema_change'],
  ['3', 'watermark'],
]);

const KEY = new JsonShape(['ts', 'scm', 'tbl', 't']);
const TS = KEY.slot('ts');
const SCHEMA = KEY.slot('scm');
const TABLE = KEY.slot('tbl');
const TYPE = KEY.slot('t');

const VALUE = new JsonShape(['u', 'p', 'd']);
const UPDATED = VALUE.slot('u');
const PREVIOUS = VALUE.slot('p');
const DELETED = VALUE.slot('d');

const keys = new JsonFields(KEY);
const rows = new JsonFields(VALUE);

/** Version 1, as 64 bits, before the keys. */
export function isOpenProtocol(key: Uint8Array | null): key is Uint8Array {
  return (
    key !== null && key.length >= LENGTH && key[LENGTH - 1] === 1 && key.subarray(0, LENGTH - 1).every(b => b === 0)
  );
}

export function readOpenProtocol(key: Uint8Array, view: DecodedRecord, raw: RawRecord): void {
  const value = raw.value ?? NONE;
  let valueAt = 0;
  for (let keyAt = LENGTH; keyAt < key.length; ) {
    const keyEnd = endOf(key, keyAt);
    keys.read(key, keyAt + LENGTH, keyEnd);
    keyAt = keyEnd;
    // The value of what marks time is empty, or not there at all.
    const valueEnd = valueAt < value.length ? endOf(value, valueAt) : valueAt;
    readEvent(value, Math.min(valueAt + LENGTH, valueEnd), valueEnd, view);
    valueAt = valueEnd;
  }
  if (valueAt < value.length) throw malformed(`${value.length - valueAt} bytes follow the last event`);
}

const NONE = new Uint8Array(0);

function endOf(bytes: Uint8Array, at: number): number {
  if (at + LENGTH > bytes.length) throw malformed('a length is cut short');
  const data = viewOf(bytes);
  const end = at + LENGTH + data.getUint32(at + 4);
  if (data.getUint32(at) !== 0 || end > bytes.length) throw malformed('an event reaches beyond its record');
  return end;
}

function malformed(what: string): MalformedError {
  return new MalformedError('malformed_open_protocol', `malformed open protocol of TiCDC: ${what}`);
}

/** @param start, end of its value; its key stands in `keys`. */
function readEvent(value: Uint8Array, start: number, end: number, view: DecodedRecord): void {
  const type = keys.text(TYPE);
  if (type !== ROW) {
    const marker = MARKERS.get(type);
    if (marker === undefined) throw malformed(`an event of type ${type || '?'}`);
    if (view.changes.length === 0) view.marker = marker;
    return;
  }
  rows.read(value, start, end);
  const isDeleted = rows.isObject(DELETED);
  if (!isDeleted && !rows.isObject(UPDATED)) throw malformed('a row without columns');
  const table = keys.text(TABLE);
  if (table === '') throw malformed('a row without a table');
  const change = view.addChange();
  setOperation(change, isDeleted ? 'delete' : rows.isObject(PREVIOUS) ? 'update' : 'insert');
  change.system = 'mysql';
  change.database = keys.text(SCHEMA);
  change.table = table;
  const ts = keys.text(TS);
  change.timeMs = timeOfTso(ts);
  change.transaction = ts;
  change.position = withRow(ts, hashBytes(viewOf(value), start, end) || 1);
  view.marker = undefined;
}
