/** One span of Jaeger JSON → the span part of a view. Field names are those of the UI, or of the protobuf's JSON. */
import type { SpanView } from '../../contract/span-view.ts';
import { ERROR, SCOPE_NAMES, SPAN_KIND, STATUS_CODE, statusOf, TRACE_STATE } from '../bridge-tags.ts';
import { array, asObject, type Json, type JsonObject, number, text } from '../json.ts';
import { MalformedError } from '../malformed.ts';
import { writer } from '../view-writer.ts';

const KINDS: readonly (Json | undefined)[] = ['', 'internal', 'server', 'client', 'producer', 'consumer'];

/** What the tag `span.kind` says; 0 for none. */
export function kindOf(tag: Json | undefined): number {
  return Math.max(0, KINDS.indexOf(tag));
}

/** @param traceId of the trace, for spans that do not say it. */
export function readSpan(span: JsonObject, path: string, traceId: Json | undefined, view: SpanView): void {
  const tags = array(span, 'tags', 'tags').map(entry => readTag(entry, `${path}.tags`));
  const last = (name: string): Json | undefined => tags.findLast(tag => tag.name === name)?.value;
  const scope = SCOPE_NAMES.map(last).find(value => typeof value === 'string');
  writer.scope(typeof scope === 'string' ? scope : '');
  writer.span();
  writer.traceId(text(span.traceID ?? span.traceId ?? traceId, `${path}.traceID`));
  writer.spanId(text(span.spanID ?? span.spanId, `${path}.spanID`));
  writer.name(text(span.operationName, `${path}.operationName`));
  const state = last(TRACE_STATE);
  if (typeof state === 'string') writer.state(state);
  view.kind = kindOf(last(SPAN_KIND));
  view.start = timeOf(span.startTime, `${path}.startTime`);
  view.end = view.start + durationOf(span.duration, `${path}.duration`);
  view.statusCode = statusOf(last(STATUS_CODE), last(ERROR));
  for (const { name, value } of tags) writer.set(view.attributes, view.keys.span, name, value);
  readReferences(span, path);
}

interface Tag {
  readonly name: string;
  readonly value: Json | undefined;
}

/**
 * The value in the field of its type; bytes, which no slot reads, as an object. The protobuf's JSON leaves a default out
 * (a partition 0) and has integers as texts.
 */
export function readTag(entry: Json, path: string): Tag {
  const tag = asObject(entry, path);
  const name = text(tag.key, `${path}.key`);
  const type = text(tag.type ?? tag.vType, `${path}.type`).toLowerCase();
  if (type === 'binary') return { name, value: {} };
  const value = tag.value ?? tag.vStr ?? tag.vBool ?? integerOf(tag.vInt64) ?? tag.vFloat64 ?? defaultOf(tag);
  return { name, value: type === 'bool' && typeof value === 'string' ? value === 'true' : value };
}

const DEFAULTS: Readonly<Record<string, Json>> = { string: '', bool: false, int64: 0, float64: 0 };

function defaultOf({ type, value, vType }: JsonObject): Json | undefined {
  if (type !== undefined || value !== undefined) return undefined;
  const name = typeof vType === 'string' ? vType.toLowerCase() : 'string';
  return Object.hasOwn(DEFAULTS, name) ? DEFAULTS[name] : undefined;
}

/** What a number cannot say exactly stays text. */
function integerOf(value: Json | undefined): Json | undefined {
  const found = typeof value === 'string' && value !== '' ? Number(value) : value;
  return Number.isSafeInteger(found) ? found : value;
}

/** A reference as its texts. */
interface Reference {
  readonly follows: boolean;
  readonly own: boolean;
  readonly traceId: string;
  readonly spanId: string;
}

/**
 * The parent is the first span of the same trace that this one is a child of, else the first that it follows from, as
 * Jaeger has it; the other references are links.
 */
function readReferences(span: JsonObject, path: string): void {
  const references = array(span, 'references', 'references').map(entry => referenceOf(entry, `${path}.references`));
  const parent =
    references.find(({ own, follows }) => own && !follows) ?? references.find(({ own, follows }) => own && follows);
  writer.parentId(parent?.spanId ?? text(span.parentSpanID, `${path}.parentSpanID`));
  for (const reference of references) if (reference !== parent) writer.link(reference.traceId, reference.spanId);
}

function referenceOf(entry: Json, path: string): Reference {
  const reference = asObject(entry, path);
  const traceId = text(reference.traceID ?? reference.traceId, `${path}.traceID`);
  const follows = text(reference.refType, `${path}.refType`).toUpperCase() === 'FOLLOWS_FROM';
  const spanId = text(reference.spanID ?? reference.spanId, `${path}.spanID`);
  return { follows, own: traceId === '' || writer.isOwnTrace(traceId), traceId, spanId };
}

const RFC_3339 = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)$/;

/** Microseconds since the epoch, or an RFC 3339 time; absent: 0. */
function timeOf(value: Json | undefined, path: string): number {
  if (value === undefined || value === null) return 0;
  const [, seconds, fraction = '', zone] = (typeof value === 'string' && RFC_3339.exec(value)) || [];
  if (seconds === undefined) return Math.floor(number(value, path));
  const millis = Date.parse(`${seconds}${zone}`);
  if (Number.isNaN(millis)) throw new MalformedError('malformed_json', `${path}: there is no such time`);
  return millis * 1000 + Number(fraction.padEnd(6, '0').slice(0, 6));
}

/** Microseconds, or seconds as in `0.25s`; absent: 0. */
function durationOf(value: Json | undefined, path: string): number {
  if (value === undefined || value === null) return 0;
  if (typeof value === 'string' && /^-?\d+(\.\d+)?s$/.test(value)) return Math.round(Number(value.slice(0, -1)) * 1e6);
  return Math.floor(number(value, path));
}
