/**
 * OTLP JSON traces → the same views as protobuf. JSON.parse does the reading; values that a slot wants are written into
 * a scratch buffer that the view's ranges point into. Tolerated: ids in hex of any case or base64, enums by name,
 * snake_case keys, 64-bit numbers as strings or numbers, NaN and Infinity as strings, unknown fields.
 */
import type { SpanConsumer } from '../../contract/consumer.ts';
import {
  type KeyLookup,
  type SlotValues,
  type SpanView,
  VALUE_BOOL,
  VALUE_DOUBLE,
  VALUE_INT,
  VALUE_OTHER,
  VALUE_STRING,
} from '../../contract/span-view.ts';
import { viewOf } from '../../lib/bytes.ts';
import { MalformedError } from '../malformed.ts';
import { type IdWords, parseId } from './ids-json.ts';
import { array, asObject, field, type Json, type JsonObject, parseJson, text } from './json.ts';
import { resetSpan } from './traces.ts';

/** Bytes of the values of the request being read. */
let scratch = Buffer.allocUnsafe(1 << 16);
let scratchView = viewOf(scratch);
let used = 0;

const words: IdWords = { w0: 0, w1: 0, w2: 0, w3: 0, ok: false };

export function decodeTracesJson(bytes: Uint8Array, view: SpanView, consumer: SpanConsumer): void {
  const request = asObject(parseJson(bytes), '$');
  // A byte of JSON gives at most three (U+FFFD for one that is no UTF-8); a resource's values are written twice.
  if (scratch.length < bytes.length * 6 + 4096) {
    scratch = Buffer.allocUnsafe(bytes.length * 6 + 4096);
    scratchView = viewOf(scratch);
  }
  used = 0;
  view.data = scratchView;
  array(request, 'resourceSpans', 'resource_spans').forEach((entry, i) => {
    readResourceSpans(asObject(entry, `$.resourceSpans[${i}]`), view, consumer);
  });
}

function readResourceSpans(entry: JsonObject, view: SpanView, consumer: SpanConsumer): void {
  view.resource.reset();
  view.resourceSerial++;
  const resource = field(entry, 'resource', 'resource');
  if (resource !== undefined && resource !== null) {
    readAttributes(asObject(resource, 'resource'), view.resource, view.keys.resource);
  }
  writeResourceKey(view);
  for (const scopeSpans of [
    ...array(entry, 'scopeSpans', 'scope_spans'),
    ...array(entry, 'instrumentationLibrarySpans', 'instrumentation_library_spans'),
  ]) {
    readScopeSpans(asObject(scopeSpans, 'scopeSpans'), view, consumer);
  }
}

/** The resource's slots as one run of bytes, so that equal resources are found by their bytes as in protobuf. */
function writeResourceKey(view: SpanView): void {
  const slots = view.resource;
  view.resourceStart = used;
  for (let slot = 0; slot < 8; slot++) {
    if (!slots.has(slot)) continue;
    scratch[used++] = slot;
    scratch[used++] = slots.type[slot]!;
    if (slots.type[slot] === VALUE_STRING) {
      const length = slots.end[slot]! - slots.start[slot]!;
      used = scratch.writeUInt32LE(length, used);
      used += scratch.copy(scratch, used, slots.start[slot]!, slots.end[slot]!);
    } else used = scratch.writeDoubleLE(slots.number[slot]!, used);
  }
  view.resourceEnd = used;
}

function readScopeSpans(entry: JsonObject, view: SpanView, consumer: SpanConsumer): void {
  const scope = field(entry, 'scope', 'instrumentationLibrary');
  const name = scope === undefined || scope === null ? '' : text(asObject(scope, 'scope').name, 'scope.name');
  view.scopeStart = used;
  used += scratch.write(name, used);
  view.scopeEnd = used;
  for (const span of array(entry, 'spans', 'spans')) {
    readSpan(asObject(span, 'span'), view);
    consumer.span(view);
  }
}

function readSpan(span: JsonObject, view: SpanView): void {
  resetSpan(view);
  parseId(text(field(span, 'traceId', 'trace_id'), 'traceId'), 16, words);
  view.trace0 = words.w0;
  view.trace1 = words.w1;
  view.trace2 = words.w2;
  view.trace3 = words.w3;
  view.traceIdOk = words.ok;
  parseId(text(field(span, 'spanId', 'span_id'), 'spanId'), 8, words);
  view.span0 = words.w2;
  view.span1 = words.w3;
  view.spanIdOk = words.ok;
  const parent = text(field(span, 'parentSpanId', 'parent_span_id'), 'parentSpanId');
  if (parent !== '') {
    parseId(parent, 8, words);
    view.parent0 = words.w2;
    view.parent1 = words.w3;
    view.parentIdOk = words.ok || /^(0{16}|A{11}=?)$/.test(parent);
  }
  view.stateStart = used;
  view.stateEnd = write(text(field(span, 'traceState', 'trace_state'), 'traceState'));
  view.nameStart = used;
  view.nameEnd = write(text(span.name, 'name'));
  view.kind = enumValue(span.kind, SPAN_KINDS);
  view.start = micros(field(span, 'startTimeUnixNano', 'start_time_unix_nano'));
  view.end = micros(field(span, 'endTimeUnixNano', 'end_time_unix_nano'));
  const status = span.status;
  if (status !== undefined && status !== null)
    view.statusCode = enumValue(asObject(status, 'status').code, STATUS_CODES);
  readAttributes(span, view.attributes, view.keys.span);
  const links = span.links;
  if (links !== undefined && links !== null) readLinks(span, view);
  view.links.dropped = Number(field(span, 'droppedLinksCount', 'dropped_links_count') ?? 0) >>> 0;
}

function readLinks(span: JsonObject, view: SpanView): void {
  const links = view.links;
  for (const entry of array(span, 'links', 'links')) {
    const link = asObject(entry, 'links');
    const i = links.push();
    parseId(text(field(link, 'traceId', 'trace_id'), 'links.traceId'), 16, words);
    links.ids.set([words.w0, words.w1, words.w2, words.w3], i * 6);
    parseId(text(field(link, 'spanId', 'span_id'), 'links.spanId'), 8, words);
    links.ids[i * 6 + 4] = words.w2;
    links.ids[i * 6 + 5] = words.w3;
    let rank = 0xff;
    for (const attribute of array(link, 'attributes', 'attributes')) {
      const { key, value } = asObject(attribute, 'links.attributes');
      const found = typeof key === 'string' ? view.keys.link.findText(key) : -1;
      const string = stringValue(value);
      if (found < 0 || (found & 0xff) > rank || string === undefined || string === '' || string === '{}') continue;
      rank = found & 0xff;
      links.destinationStart[i] = used;
      links.destinationEnd[i] = write(string);
    }
  }
}

function stringValue(value: Json | undefined): string | undefined {
  if (value === undefined || value === null) return undefined;
  const string = field(asObject(value, 'value'), 'stringValue', 'string_value');
  return typeof string === 'string' ? string : undefined;
}

function readAttributes(owner: JsonObject, into: SlotValues, keys: KeyLookup): void {
  for (const attribute of array(owner, 'attributes', 'attributes')) {
    const { key, value } = asObject(attribute, 'attributes');
    if (typeof key !== 'string' || value === undefined || value === null) continue;
    const found = keys.findText(key);
    if (found < 0 || !into.wants(found >> 8, found & 0xff)) continue;
    setValue(asObject(value, 'value'), into, found >> 8, found & 0xff);
  }
}

function setValue(value: JsonObject, into: SlotValues, slot: number, rank: number): void {
  for (const kind in value) {
    const v = value[kind];
    if (v === null || v === undefined) continue;
    switch (kind) {
      case 'stringValue':
      case 'string_value': {
        const string = text(v, 'stringValue');
        if (string === '' || string === '{}') return;
        const start = used;
        into.set(slot, rank, VALUE_STRING, start, write(string), 0);
        return;
      }
      case 'boolValue':
      case 'bool_value':
        into.set(slot, rank, VALUE_BOOL, 0, 0, v === true || v === 'true' ? 1 : 0);
        return;
      case 'intValue':
      case 'int_value':
        into.set(slot, rank, VALUE_INT, 0, 0, number(v, 'intValue'));
        return;
      case 'doubleValue':
      case 'double_value':
        into.set(slot, rank, VALUE_DOUBLE, 0, 0, Number(v));
        return;
      default:
        if (/^(array|kvlist|bytes)_?[vV]alue$/.test(kind)) {
          into.set(slot, rank, VALUE_OTHER, 0, 0, 0);
          return;
        }
    }
  }
}

/** Appends a string to the scratch buffer and returns its end. */
function write(string: string): number {
  used += scratch.write(string, used);
  return used;
}

function number(value: Json, name: string): number {
  const n = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof n === 'number' && Number.isFinite(n)) return n;
  throw new MalformedError(
    'malformed_json',
    `${name}: expected a number or a string of digits, got ${JSON.stringify(value)}`,
  );
}

/** Nanoseconds as a number or a string of digits → whole microseconds. */
function micros(value: Json | undefined): number {
  if (value === undefined || value === null || value === '') return 0;
  if (typeof value === 'string' && /^\d{1,20}$/.test(value)) return value.length > 3 ? Number(value.slice(0, -3)) : 0;
  const n = number(value, 'time');
  return n > 0 ? Math.floor(n / 1000) : 0;
}

const SPAN_KINDS = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'].map(k => `SPAN_KIND_${k}`);
const STATUS_CODES = ['STATUS_CODE_UNSET', 'STATUS_CODE_OK', 'STATUS_CODE_ERROR'];

function enumValue(value: Json | undefined, names: readonly string[]): number {
  if (value === undefined || value === null) return 0;
  if (typeof value === 'number') return value >>> 0;
  const index = names.indexOf(String(value));
  return index >= 0 ? index : number(value, 'enum') >>> 0;
}
