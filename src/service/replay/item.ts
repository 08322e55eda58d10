/** One document of a recorded file, as it is to be sent, and when it was. */
import { detectDocument } from '../../encodings/detect-document.ts';
import type { Json, JsonObject } from '../../encodings/json.ts';
import { MalformedError } from '../../encodings/malformed.ts';
import { readRecorded } from '../../encodings/recorded.ts';
import { type RecordDecoder, readRecordDocument } from '../../encodings/records/document.ts';

/** `record`: a dump of one, or a bare change. */
export type ItemKind = 'traces' | 'logs' | 'record';

export interface ReplayItem {
  readonly kind: ItemKind;
  readonly bytes: Uint8Array;
  readonly encoding: 'json' | 'protobuf';
  /** When its sender sent it, as far as can be told; ms, 0 unknown. */
  readonly timeMs: number;
}

/** Throws a `MalformedError` for what cannot be sent. */
export function itemsOf(document: Uint8Array, decoder: RecordDecoder): readonly ReplayItem[] {
  const recorded = readRecorded(document);
  if (recorded.kind === 'record') return [recordItem(document, decoder)];
  if (recorded.kind === 'records') return recorded.items.map(item => recordItem(item, decoder));
  return parsedItems(recorded.kind, recorded.value, document);
}

function recordItem(document: Uint8Array, decoder: RecordDecoder): ReplayItem {
  const { timestampMs, changes } = decoder.decode(readRecordDocument(document, ''));
  return { kind: 'record', bytes: document, encoding: 'json', timeMs: timestampMs || (changes[0]?.timeMs ?? 0) };
}

function parsedItems(kind: string, value: Json, document: Uint8Array): readonly ReplayItem[] {
  switch (kind) {
    case 'traces':
      return [{ kind, bytes: document, encoding: 'json', timeMs: newestNano(value, 'endTimeUnixNano') }];
    case 'logs':
      return [{ kind, bytes: document, encoding: 'json', timeMs: newestNano(value, 'timeUnixNano') }];
    case 'requests':
      return (value as Json[]).flatMap(item =>
        parsedItems(detectDocument(item), item, Buffer.from(JSON.stringify(item))),
      );
    case 'metrics':
    case 'empty':
      return [];
    case 'unknown':
      throw new MalformedError('unknown_document', 'no OTLP JSON, dump of a Kafka record or change event');
    default:
      throw new MalformedError('not_otlp', `spans of ${kind} are not sent: replay sends OTLP and records as they are`);
  }
}

const NANO = /^\d{1,20}$/;

/** The largest of a field, wherever it stands in the document; ms, 0 for none. */
function newestNano(value: Json | undefined, name: string): number {
  if (typeof value !== 'object' || value === null) return 0;
  if (Array.isArray(value)) return value.reduce<number>((max, item) => Math.max(max, newestNano(item, name)), 0);
  return newestIn(value, name);
}

function newestIn(object: JsonObject, name: string): number {
  let newest = 0;
  for (const key of Object.keys(object)) {
    const inner = object[key];
    if (key === name) newest = Math.max(newest, NANO.test(String(inner)) ? Number(inner) / 1e6 : 0);
    // Attributes hold no times of the document.
    else if (key !== 'attributes') newest = Math.max(newest, newestNano(inner, name));
  }
  return newest;
}
