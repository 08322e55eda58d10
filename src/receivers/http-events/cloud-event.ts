/**
 * A CloudEvent → the record that it is: its attributes as headers under their names in Kafka (`ce_id`, …), its value the
 * event in structured mode, from which a change that Debezium made is read. Its topic is the one the sender names; an
 * event from Kafka itself (Knative's source) says topic, partition and offset.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { RawRecord, RecordHeader } from '../../contract/record.ts';
import { asObject, type Json, type JsonObject, parseJson } from '../../encodings/json.ts';
import { MalformedError } from '../../encodings/malformed.ts';

const REQUIRED = ['specversion', 'id', 'source', 'type'];
const FROM_KAFKA = 'dev.knative.kafka.event';
const KAFKA_PLACE = /^partition:(\d+)#offset:(\d+)$/;
const DEBEZIUM_HEADER = /^x-debezium-(.+)$/;

export interface EventOrigin {
  readonly cluster: string;
  /** Where the event names none. */
  readonly topic: string;
  readonly headers: IncomingHttpHeaders;
}

/** Throws a `MalformedError` for what is no CloudEvent. */
export function structuredRecord(event: Uint8Array, origin: EventOrigin): RawRecord {
  return eventRecord(asObject(parseJson(event), 'the event'), event, origin);
}

/** @param data the body, JSON or not. */
export function binaryRecord(
  attributes: Readonly<Record<string, string>>,
  data: Json | undefined,
  origin: EventOrigin,
): RawRecord {
  const event = { ...attributes, ...(data === undefined ? {} : { data }) };
  return eventRecord(event, Buffer.from(JSON.stringify(event)), origin);
}

function eventRecord(event: JsonObject, value: Uint8Array, { cluster, topic, headers }: EventOrigin): RawRecord {
  const missing = REQUIRED.find(name => typeof event[name] !== 'string' || event[name] === '');
  if (missing !== undefined) {
    throw new MalformedError('no_cloud_event', `no CloudEvent: its attribute ${missing} is missing or no text`);
  }
  const timeMs = typeof event.time === 'string' ? Date.parse(event.time) : Number.NaN;
  return {
    cluster,
    ...placeOf(event, topic),
    timestampMs: Number.isNaN(timeMs) ? 0 : timeMs,
    key: typeof event.partitionkey === 'string' ? Buffer.from(event.partitionkey) : null,
    value,
    headers: [...attributeHeaders(event), ...debeziumHeaders(headers)],
  };
}

function placeOf(event: JsonObject, topic: string): Pick<RawRecord, 'topic' | 'partition' | 'offset'> {
  const nowhere = { topic, partition: -1, offset: -1 };
  if (event.type !== FROM_KAFKA) return nowhere;
  const source = event.source as string;
  const named = source.slice(source.lastIndexOf('#') + 1);
  if (named === '' || named === source) return nowhere;
  const place = typeof event.subject === 'string' ? KAFKA_PLACE.exec(event.subject) : null;
  if (place === null) return { ...nowhere, topic: named };
  return { topic: named, partition: Number(place[1]), offset: Number(place[2]) };
}

function attributeHeaders(event: JsonObject): readonly RecordHeader[] {
  const texts = Object.entries(event).filter(([name, value]) => typeof value === 'string' && name !== 'data');
  return texts.map(([name, value]) => ({ key: `ce_${name}`, value: Buffer.from(value as string) }));
}

/** Headers of the record that Debezium Server sends on, in base64 unless it was told not to. */
export function debeziumHeaders(headers: IncomingHttpHeaders): readonly RecordHeader[] {
  const found: RecordHeader[] = [];
  for (const [name, value] of Object.entries(headers)) {
    const key = DEBEZIUM_HEADER.exec(name)?.[1];
    if (key !== undefined && typeof value === 'string') found.push({ key, value: plainBytes(value) });
  }
  return found;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** What is canonical base64 of text is taken for that. */
function plainBytes(value: string): Uint8Array {
  const plain = Buffer.from(value);
  const decoded = Buffer.from(value, 'base64');
  if (decoded.toString('base64') !== value) return plain;
  try {
    utf8.decode(decoded);
    return decoded;
  } catch {
    return plain;
  }
}
