/**
 * One JSON object that describes a record, as tools write them into files → the record. Bytes stand as text, as
 * `{"base64": …}`, or as the JSON that they are, which is passed on as it is spelled: no number loses digits.
 */
import type { RawRecord, RecordHeader } from '../../contract/record.ts';
import { asBuffer, JsonFields, parseString } from '../json-fields.ts';
import { JsonShape } from '../json-shape.ts';
import { eachItem, eachMember, skipBlanks } from '../json-walk.ts';
import { MalformedError } from '../malformed.ts';

const DUMP = new JsonShape(['cluster', 'topic', 'partition', 'offset', 'timestamp', 'key', 'value', 'headers']);
const CLUSTER = DUMP.slot('cluster');
const TOPIC = DUMP.slot('topic');
const PARTITION = DUMP.slot('partition');
const OFFSET = DUMP.slot('offset');
const TIMESTAMP = DUMP.slot('timestamp');
const KEY = DUMP.slot('key');
const VALUE = DUMP.slot('value');
const HEADERS = DUMP.slot('headers');

const HEADER = new JsonShape(['key', 'value']);
const HEADER_KEY = HEADER.slot('key');
const HEADER_VALUE = HEADER.slot('value');

const fields = new JsonFields(DUMP);
const headerFields = new JsonFields(HEADER);

/** True for an object with a topic, and a key, value, offset or partition in it. Bytes that are no object: false. */
export function isRecordDump(json: Uint8Array): boolean {
  try {
    fields.read(json);
  } catch {
    return false;
  }
  return fields.kind(TOPIC) === 'string' && [KEY, VALUE, OFFSET, PARTITION].some(slot => fields.has(slot));
}

/** @param json one object. Its bytes are those of the record: valid as long as they are. */
export function readRecordDump(json: Uint8Array): RawRecord {
  fields.read(json);
  const topic = fields.text(TOPIC);
  if (fields.kind(TOPIC) !== 'string' || topic === '') throw wrong('topic', 'the name of a topic');
  return {
    cluster: fields.text(CLUSTER),
    topic,
    partition: wholeNumber(PARTITION, 'partition'),
    offset: wholeNumber(OFFSET, 'offset'),
    timestampMs: timeOf(),
    key: bytesOf(KEY),
    value: bytesOf(VALUE),
    headers: readHeaders(),
  };
}

function wrong(name: string, expected: string): MalformedError {
  return new MalformedError('malformed_record', `${name}: expected ${expected}`);
}

/** −1 where there is none. */
function wholeNumber(slot: number, name: string): number {
  const text = fields.text(slot);
  if (text === '') return isNothing(slot) ? -1 : refuse(name, 'a number');
  return /^(-1|\d{1,19})$/.test(text) ? Number(text) : refuse(name, 'a number');
}

function timeOf(): number {
  const text = fields.text(TIMESTAMP);
  if (text === '' || text === '-1') return isNothing(TIMESTAMP) || text === '-1' ? 0 : refuse('timestamp', TIME);
  const time = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Date.parse(text);
  return Number.isFinite(time) ? time : refuse('timestamp', TIME);
}

const TIME = 'milliseconds since the epoch, or a time as ISO 8601 writes it';

function isNothing(slot: number): boolean {
  return !fields.has(slot) || fields.kind(slot) === 'null';
}

function refuse(name: string, expected: string): never {
  throw wrong(name, expected);
}

function bytesOf(slot: number): Uint8Array | null {
  return fields.has(slot) ? valueBytes(fields.bytes, fields.start(slot), fields.end(slot)) : null;
}

/** What a JSON value stands for: null, text, base64, or itself. */
function valueBytes(json: Buffer, start: number, end: number): Uint8Array | null {
  const first = json[start];
  if (first === 0x6e) return null;
  if (first === 0x22) return Buffer.from(parseString(json, start, end));
  return (first === 0x7b ? base64In(json, start, end) : undefined) ?? json.subarray(start, end);
}

/** Of `{"base64": "…"}`, which has no other member. */
function base64In(json: Buffer, start: number, end: number): Uint8Array | undefined {
  const name = skipBlanks(json, start + 1, end);
  if (json.toString('latin1', name, name + 8) !== '"base64"') return undefined;
  let members = 0;
  let text: string | undefined;
  eachMember(json, start, end, (_keyStart, _keyEnd, from, to) => {
    members++;
    text = json[from] === 0x22 ? parseString(json, from, to) : undefined;
  });
  if (members !== 1 || text === undefined) return undefined;
  if (!/^[A-Za-z0-9+/_-]*={0,2}$/.test(text)) throw wrong('base64', 'base64');
  return Buffer.from(text, 'base64');
}

function readHeaders(): readonly RecordHeader[] {
  if (isNothing(HEADERS)) return [];
  const json = fields.bytes;
  const start = fields.start(HEADERS);
  const end = fields.end(HEADERS);
  const headers: RecordHeader[] = [];
  if (json[start] === 0x7b)
    eachMember(json, start, end, (keyStart, keyEnd, from, to) => {
      headers.push({ key: parseString(json, keyStart, keyEnd), value: valueBytes(json, from, to) });
    });
  else if (json[start] === 0x5b) eachItem(json, start, end, (from, to) => headers.push(headerOf(json, from, to)));
  else throw wrong('headers', 'a map, or a list of {"key": …, "value": …} or [key, value]');
  return headers;
}

/** `{"key": …, "value": …}` or `[key, value]`. */
function headerOf(json: Buffer, start: number, end: number): RecordHeader {
  if (json[start] === 0x5b) return headerOfPair(json, start, end);
  headerFields.read(json, start, end);
  if (headerFields.kind(HEADER_KEY) !== 'string') throw wrong('headers', 'a key that is a text');
  const value = headerFields.has(HEADER_VALUE)
    ? valueBytes(json, headerFields.start(HEADER_VALUE), headerFields.end(HEADER_VALUE))
    : null;
  return { key: headerFields.text(HEADER_KEY), value };
}

function headerOfPair(json: Buffer, start: number, end: number): RecordHeader {
  const pair: (Uint8Array | null)[] = [];
  eachItem(json, start, end, (from, to) => pair.push(valueBytes(json, from, to)));
  const [key, value = null] = pair;
  if (key === undefined || key === null || pair.length > 2) throw wrong('headers', 'a pair of key and value');
  return { key: asBuffer(key).toString('utf8'), value };
}
