/**
 * One span as a decoder saw it, in a form that two decoders can be compared by. Text is kept as latin1, one character
 * a byte, so that nothing is lost where it is not valid UTF-8.
 */
import type { SpanConsumer } from '../../src/contract/consumer.ts';
import {
  LINK_SLOTS,
  type SlotValues,
  type SpanView,
  VALUE_ARRAY,
  VALUE_NONE,
  VALUE_OTHER,
  VALUE_STRING,
} from '../../src/contract/span-view.ts';
import { MalformedError } from '../../src/encodings/malformed.ts';
import { createSpanView } from '../../src/normalize/conventions/slots.ts';

/** Slot number → [type, value]; values that are no scalars are of type `VALUE_OTHER` and null. */
export type SlotRecord = Record<number, readonly [type: number, value: string | number | null]>;

export interface LinkRecord {
  readonly traceId: string;
  readonly spanId: string;
  readonly destination: string | null;
}

export interface SpanRecord {
  /** Ids in hex; null when they are not usable. */
  readonly traceId: string | null;
  readonly spanId: string | null;
  readonly parentId: string | null;
  readonly kind: number;
  readonly name: string;
  readonly state: string;
  readonly start: number;
  readonly end: number;
  readonly status: number;
  readonly scope: string;
  /** How many ResourceSpans began before this one's. */
  readonly resourceIndex: number;
  readonly resource: SlotRecord;
  readonly attributes: SlotRecord;
  readonly links: readonly LinkRecord[];
  readonly droppedLinks: number;
}

/** What a decoder makes of a request: its spans, or a refusal. */
export type Outcome = { readonly spans: readonly SpanRecord[] } | { readonly malformed: string };

export type Decoder = (bytes: Uint8Array, view: SpanView, consumer: SpanConsumer) => void;

/** One view for all runs, as in the service: what a span leaves behind would show in the next. */
export const sharedView = createSpanView();

/** Runs a decoder of the program. Anything it throws other than a `MalformedError` is passed on: a crash. */
export function outcomeOf(decode: Decoder, bytes: Uint8Array): Outcome {
  const spans: SpanRecord[] = [];
  const firstSerial = sharedView.resourceSerial + 1;
  try {
    decode(
      bytes,
      sharedView,
      collector(view => spans.push(recordView(view, firstSerial))),
    );
    return { spans };
  } catch (error) {
    if (error instanceof MalformedError) return { malformed: error.message };
    throw error;
  }
}

/** Microseconds are exact up to 2^53 (the year 2255); beyond, only their size is compared. */
export function coarseTime(micros: number): number {
  return Number.isSafeInteger(micros) ? micros : Math.fround(micros);
}

function collector(span: (view: SpanView) => void): SpanConsumer {
  return { begin: () => {}, span, commit: () => ({ accepted: 0, rejected: 0, message: '' }), abort: () => {} };
}

/** @param firstSerial the resource number that counts as 0. */
export function recordView(view: SpanView, firstSerial: number): SpanRecord {
  return {
    traceId: view.traceIdOk ? hex(view.trace0, view.trace1, view.trace2, view.trace3) : null,
    spanId: view.spanIdOk ? hex(view.span0, view.span1) : null,
    parentId: view.parentIdOk ? hex(view.parent0, view.parent1) : null,
    // Enums are signed in protobuf; the view may hold either reading of a value that no enum has.
    kind: view.kind | 0,
    name: text(view, view.nameStart, view.nameEnd),
    state: text(view, view.stateStart, view.stateEnd),
    start: coarseTime(view.start),
    end: coarseTime(view.end),
    status: view.statusCode | 0,
    scope: text(view, view.scopeStart, view.scopeEnd),
    resourceIndex: view.resourceSerial - firstSerial,
    resource: recordSlots(view, view.resource),
    attributes: recordSlots(view, view.attributes),
    links: recordLinks(view),
    droppedLinks: view.links.dropped,
  };
}

function recordSlots(view: SpanView, slots: SlotValues): SlotRecord {
  const record: SlotRecord = {};
  for (let slot = 0; slot < slots.type.length; slot++) {
    const type = slots.type[slot]!;
    if (type === VALUE_NONE) continue;
    if (type === VALUE_STRING) record[slot] = [type, text(view, slots.start[slot]!, slots.end[slot]!)];
    else if (type === VALUE_ARRAY) record[slot] = [VALUE_OTHER, null];
    else record[slot] = [type, type === VALUE_OTHER ? null : slots.number[slot]!];
  }
  return record;
}

function recordLinks(view: SpanView): LinkRecord[] {
  const { ids, type, start: starts, end: ends, count } = view.links;
  return Array.from({ length: count }, (_, i) => {
    const [a, b, c, d, e, f] = ids.subarray(i * 6, i * 6 + 6) as unknown as [
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    const place = i * LINK_SLOTS;
    const start = type[place] === VALUE_STRING ? starts[place]! : -1;
    return {
      traceId: hex(a, b, c, d),
      spanId: hex(e, f),
      destination: start < 0 ? null : text(view, start, ends[place]!),
    };
  });
}

function hex(...words: number[]): string {
  return words.map(word => (word >>> 0).toString(16).padStart(8, '0')).join('');
}

function text(view: SpanView, start: number, end: number): string {
  const { buffer, byteOffset } = view.data;
  return Buffer.from(buffer, byteOffset + start, end - start).toString('latin1');
}
