/**
 * The value of a record → what it says of changes. The format is fixed, or each value says it itself: by its first bytes,
 * then by the names of its fields.
 */
import type { RawRecord } from '../../contract/record.ts';
import { type Frame, frameOf } from '../avro/frame.ts';
import { avroToJson } from '../avro/to-json.ts';
import { asBuffer, parseString } from '../json-fields.ts';
import type { JsonShape } from '../json-shape.ts';
import { skipBlanks } from '../json-walk.ts';
import { MalformedError } from '../malformed.ts';
import { DEBEZIUM } from '../outbox.ts';
import type { DecodedRecord } from '../records/decoded-record.ts';
import { canal } from './canal.ts';
import { changeStream } from './change-stream.ts';
import { cloudEvent, readBinaryCloudEvent } from './cloud-events.ts';
import { debeziumEnvelope, debeziumMarker, isHeartbeatTopic } from './debezium.ts';
import { dms } from './dms.ts';
import { flatRow, readFlatDeletion, readFlatRow } from './flat.ts';
import { maxwell } from './maxwell.ts';
import { ogg } from './ogg.ts';
import type { ChangeFormat, ChangeReader } from './reader.ts';
import { fields, slot } from './shape.ts';
import { isOpenProtocol, readOpenProtocol } from './ticdc-open.ts';

/** In the order in which a value is held against them. */
const READERS: readonly ChangeReader[] = [
  debeziumEnvelope,
  cloudEvent,
  flatRow,
  debeziumMarker,
  canal,
  dms,
  ogg,
  maxwell,
  changeStream,
];

const NAMES: Readonly<Record<ChangeFormat, string>> = {
  debezium: 'Debezium',
  canal: 'Canal',
  dms: 'AWS DMS',
  ogg: 'GoldenGate',
  maxwell: 'Maxwell',
  change_stream: 'a MongoDB change stream',
};
const PAYLOAD = slot('payload');
const SCHEMA = slot('schema');

/** Of any format. */
export function decodeChange(view: DecodedRecord, raw: RawRecord): void {
  if (isOpenProtocol(raw.key)) return readOpenProtocol(raw.key, view, raw);
  const frame = view.headers.hasOutboxId ? undefined : frameOf(raw);
  if (frame === undefined) decodeJsonChange(view, raw, undefined);
  else decodeFramed(view, raw, frame);
}

/** Of TiCDC's open protocol. */
export function decodeOpenProtocol(view: DecodedRecord, raw: RawRecord): void {
  if (!isOpenProtocol(raw.key))
    throw new MalformedError(
      'other_format',
      "expected TiCDC's open protocol, but the key does not begin with its version",
    );
  readOpenProtocol(raw.key, view, raw);
}

/** Of Debezium, with a schema in a registry. */
export function decodeAvroChange(view: DecodedRecord, raw: RawRecord): void {
  if (raw.value === null || raw.value.length === 0) return readNothing(view, raw);
  if (view.headers.hasOutboxId) {
    view.isOutbox = true;
    return;
  }
  const frame = frameOf(raw);
  if (frame === undefined)
    throw new MalformedError('other_format', 'expected Avro with the id of its schema in front or in a header');
  decodeFramed(view, raw, frame);
}

/** @param format undefined: of any, in JSON. */
export function decodeJsonChange(view: DecodedRecord, raw: RawRecord, format: ChangeFormat | undefined): void {
  if (raw.value === null || raw.value.length === 0) return readNothing(view, raw);
  // An outbox's payload is its application's own affair.
  if (view.headers.hasOutboxId && !isEnvelope(raw.value, view.outbox.columns.shape)) {
    view.isOutbox = true;
    return;
  }
  readJson(view, raw, raw.value, 0, format);
}

function isEnvelope(value: Uint8Array, shape: JsonShape): boolean {
  try {
    return openObject(value, 0, shape) && (debeziumEnvelope.is() || cloudEvent.is() || flatRow.is());
  } catch {
    return false;
  }
}

function decodeFramed(view: DecodedRecord, raw: RawRecord, frame: Frame): void {
  const value = asBuffer(raw.value!);
  if (view.schemas === undefined) {
    if (value[frame.start] === 0x7b) return readJson(view, raw, value, frame.start, undefined);
    throw new MalformedError(
      'no_schema_registry',
      `the value has schema ${frame.schema.id} of a registry, but none is configured`,
    );
  }
  const schema = view.schemas.get(frame.schema);
  if (schema === 'json') readJson(view, raw, value, frame.start, undefined);
  else readJson(view, raw, avroToJson(schema, value, frame.start, view.outbox.columns.shape), 0, 'debezium');
}

/** A null value: a tombstone, or what flattening made of a deletion. */
function readNothing(view: DecodedRecord, raw: RawRecord): void {
  if (view.headers.hasOutboxId) view.isOutbox = true;
  else if (!view.headers.haveChange || !readFlatDeletion(view, raw)) view.marker = 'tombstone';
}

function readJson(
  view: DecodedRecord,
  raw: RawRecord,
  value: Uint8Array,
  start: number,
  format: ChangeFormat | undefined,
): void {
  if (!openObject(value, start, view.outbox.columns.shape)) return readNothing(view, raw);
  for (let i = 0; i < READERS.length; i++) {
    const reader = READERS[i]!;
    if ((format === undefined || reader.format === format) && reader.is()) return reader.read(view, raw);
  }
  if (format !== undefined && format !== 'debezium') throw otherFormat(format);
  const other = format === undefined ? undefined : READERS.find(one => one.is());
  if (other !== undefined) throw otherFormat('debezium');
  readPlain(view, raw);
}

/** No format: a row that nothing is beside of, or an event of an application. */
function readPlain(view: DecodedRecord, raw: RawRecord): void {
  if (isHeartbeatTopic(raw.topic)) view.marker = 'heartbeat';
  else if (view.outbox.isTopic(raw.topic)) view.isOutbox = true;
  else if (view.headers.haveChange && !readBinaryCloudEvent(view, raw)) readFlatRow(view, raw);
}

function otherFormat(format: ChangeFormat): MalformedError {
  const found = READERS.find(one => one.is())?.format;
  const got = found === undefined ? 'the object is none' : `got ${NAMES[found]}`;
  return new MalformedError('other_format', `expected a change of ${NAMES[format]}; ${got}`);
}

/**
 * Puts the object of a value into `fields`: itself, what stands beside its schema, or what a text holds, as converters
 * write it that take JSON for text. False for null.
 */
function openObject(value: Uint8Array, from: number, shape: JsonShape): boolean {
  fields.use(shape);
  const start = skipBlanks(value, from, value.length);
  const first = value[start];
  if (first === 0x22) return openText(parseString(asBuffer(value), start, value.length));
  if (first === 0x6e && asBuffer(value).toString('latin1', start).trim() === 'null') return false;
  if (first !== 0x7b) throw notAnObject(first);
  fields.read(value, start);
  // TiCDC leaves the schema out and keeps the rest as it was.
  if (!fields.has(PAYLOAD) || !(fields.has(SCHEMA) || fields.members === 1)) return true;
  const kind = fields.kind(PAYLOAD);
  if (kind === 'null') return false;
  if (kind === 'string' && fields.isObject(SCHEMA)) return openText(fields.text(PAYLOAD));
  if (kind === 'object') fields.read(value, fields.start(PAYLOAD), fields.end(PAYLOAD));
  return true;
}

function openText(text: string): boolean {
  const value = Buffer.from(text);
  const start = skipBlanks(value, 0, value.length);
  if (value[start] !== 0x7b) throw notAnObject(value[start]);
  fields.read(value, start);
  return true;
}

function notAnObject(first: number | undefined): MalformedError {
  const begin = first === undefined ? 'is empty' : `begins with 0x${first.toString(16).padStart(2, '0')}`;
  return new MalformedError(
    'unknown_format',
    `expected a change: a JSON object, or Avro with its schema; the value ${begin}`,
  );
}

/** True for an object in a format of change data capture. */
export function isBareChange(json: Uint8Array): boolean {
  try {
    return openObject(json, 0, DEBEZIUM.columns.shape) && READERS.some(one => one.is());
  } catch {
    return false;
  }
}
