/**
 * Values of parsed documents → a view: texts are written into a scratch buffer that the view's ranges point into.
 * What a resource or a span wrote is overwritten by the next one, so the buffer is as large as the largest of them.
 */
import {
  type KeyLookup,
  LINK_SLOTS,
  MAX_SLOTS,
  type SlotValues,
  type SpanView,
  VALUE_ARRAY,
  VALUE_BOOL,
  VALUE_DOUBLE,
  VALUE_INT,
  VALUE_OTHER,
  VALUE_STRING,
} from '../contract/span-view.ts';
import { viewOf } from '../lib/bytes.ts';
import { type IdWords, parseId } from './ids-json.ts';
import type { Json } from './json.ts';
import { resetSpan } from './reset-span.ts';

/** A code unit of UTF-16 is at most so many bytes of UTF-8. */
const BYTES_PER_UNIT = 3;
/** The tag of field 1 with bytes: `ArrayValue.values`, `AnyValue.string_value`. */
const FIRST_FIELD = 0x0a;
const varintLength = (value: number): number => (value < 0x80 ? 1 : 1 + varintLength(value >>> 7));
const isText = (value: Json): value is string => typeof value === 'string';
const words: IdWords = { w0: 0, w1: 0, w2: 0, w3: 0, ok: false };

export class ViewWriter {
  private bytes = Buffer.allocUnsafe(1 << 16);
  private data = viewOf(this.bytes);
  private view: SpanView | undefined;
  private used = 0;
  /** Where what the scope and the spans write begins. */
  private afterResource = 0;
  private afterScope = 0;

  /** Everything that follows goes to this view. */
  begin(view: SpanView): void {
    this.view = view;
    view.data = this.data;
  }

  /** A new resource, empty. */
  resource(): void {
    const view = this.view!;
    this.used = 0;
    view.resource.reset();
    view.resourceSerial++;
  }

  /** The resource is complete: its slots as one run of bytes, so that equal ones are found by their bytes as in protobuf. */
  endResource(): void {
    const view = this.view!;
    const slots = view.resource;
    view.resourceStart = this.used;
    for (let slot = 0; slot < MAX_SLOTS; slot++) {
      if (!slots.has(slot)) continue;
      const text = slots.type[slot] === VALUE_STRING;
      const length = text ? slots.end[slot]! - slots.start[slot]! : 0;
      this.reserve(length + 10);
      this.bytes[this.used++] = slot;
      this.bytes[this.used++] = slots.type[slot]!;
      if (text) {
        this.used = this.bytes.writeUInt32LE(length, this.used);
        this.used += this.bytes.copy(this.bytes, this.used, slots.start[slot]!, slots.end[slot]!);
      } else this.used = this.bytes.writeDoubleLE(slots.number[slot]!, this.used);
    }
    view.resourceEnd = this.afterResource = this.used;
    this.scope('');
  }

  /** The instrumentation scope of the spans that follow. */
  scope(name: string): void {
    const view = this.view!;
    this.used = view.scopeStart = this.afterResource;
    view.scopeEnd = this.afterScope = this.text(name);
  }

  /** A new span, empty. */
  span(): void {
    this.used = this.afterScope;
    resetSpan(this.view!);
  }

  traceId(text: string): void {
    const view = this.view!;
    parseId(text, 16, words);
    view.trace0 = words.w0;
    view.trace1 = words.w1;
    view.trace2 = words.w2;
    view.trace3 = words.w3;
    view.traceIdOk = words.ok;
  }

  spanId(text: string): void {
    const view = this.view!;
    parseId(text, 8, words);
    view.span0 = words.w2;
    view.span1 = words.w3;
    view.spanIdOk = words.ok;
  }

  /** Empty, or all zeros: none. */
  parentId(text: string): void {
    if (text === '') return;
    const view = this.view!;
    parseId(text, 8, words);
    view.parent0 = words.w2;
    view.parent1 = words.w3;
    view.parentIdOk = words.ok || isZeroId(text);
  }

  name(text: string): void {
    const view = this.view!;
    view.nameEnd = this.text(text);
    view.nameStart = this.started;
  }

  state(text: string): void {
    const view = this.view!;
    view.stateEnd = this.text(text);
    view.stateStart = this.started;
  }

  /** A link; returns its place. */
  link(traceId: string, spanId: string): number {
    const { links } = this.view!;
    const i = links.push();
    parseId(traceId, 16, words);
    links.ids.set([words.w0, words.w1, words.w2, words.w3], i * 6);
    parseId(spanId, 8, words);
    links.ids[i * 6 + 4] = words.w2;
    links.ids[i * 6 + 5] = words.w3;
    return i;
  }

  /** Attributes of a link, as this writer wrote them. */
  linkValues(link: number, values: SlotValues): void {
    const { links } = this.view!;
    for (let slot = 0; slot < LINK_SLOTS; slot++) {
      if (!values.has(slot)) continue;
      const place = link * LINK_SLOTS + slot;
      links.set(place, 0, values.type[slot]!, values.start[slot]!, values.end[slot]!, values.number[slot]!);
    }
  }

  /** @param found slot and rank, as a `KeyLookup` gives them. Empty texts and `{}` are absent. */
  setText(into: SlotValues, found: number, value: string): void {
    if (value === '' || value === '{}') return;
    const end = this.text(value);
    into.set(found >> 8, found & 0xff, VALUE_STRING, this.started, end, 0);
  }

  setBoolean(into: SlotValues, found: number, value: boolean): void {
    into.set(found >> 8, found & 0xff, VALUE_BOOL, 0, 0, value ? 1 : 0);
  }

  setInteger(into: SlotValues, found: number, value: number): void {
    into.set(found >> 8, found & 0xff, VALUE_INT, 0, 0, value);
  }

  setDouble(into: SlotValues, found: number, value: number): void {
    into.set(found >> 8, found & 0xff, VALUE_DOUBLE, 0, 0, value);
  }

  /** Texts of an array, as OTLP encodes them. */
  setTexts(into: SlotValues, found: number, texts: readonly string[]): void {
    const start = this.used;
    for (const text of texts) this.arrayValue(text);
    into.set(found >> 8, found & 0xff, VALUE_ARRAY, start, this.used, 0);
  }

  private arrayValue(text: string): void {
    const length = Buffer.byteLength(text);
    const field = 1 + varintLength(length) + length;
    this.reserve(1 + varintLength(field) + field);
    this.byte(FIRST_FIELD);
    this.varint(field);
    this.byte(FIRST_FIELD);
    this.varint(length);
    this.used += this.bytes.write(text, this.used);
  }

  private byte(value: number): void {
    this.bytes[this.used++] = value;
  }

  private varint(value: number): void {
    for (let rest = value; ; rest >>>= 7) {
      if (rest < 0x80) return this.byte(rest);
      this.byte((rest & 0x7f) | 0x80);
    }
  }

  /** Present, but no scalar. */
  setOther(into: SlotValues, found: number): void {
    into.set(found >> 8, found & 0xff, VALUE_OTHER, 0, 0, 0);
  }

  /** An attribute of this name, where a slot wants it; what has no scalar value is present all the same. */
  set(into: SlotValues, keys: KeyLookup, name: string, value: Json | undefined): void {
    if (value === undefined || value === null) return;
    const found = keys.findText(name);
    if (found < 0 || !into.wants(found >> 8, found & 0xff)) return;
    if (typeof value === 'string') this.setText(into, found, value);
    else if (typeof value === 'boolean') this.setBoolean(into, found, value);
    else if (Array.isArray(value)) this.setTexts(into, found, value.filter(isText));
    else if (typeof value !== 'number') this.setOther(into, found);
    else if (Number.isSafeInteger(value)) this.setInteger(into, found, value);
    else this.setDouble(into, found, value);
  }

  /** True when this is the id of the span's own trace; a side that lost the high half of it says so too. */
  isOwnTrace(text: string): boolean {
    const view = this.view!;
    parseId(text, 16, words);
    if (!words.ok || words.w2 !== view.trace2 || words.w3 !== view.trace3) return false;
    if (words.w0 === view.trace0 && words.w1 === view.trace1) return true;
    return (words.w0 | words.w1) === 0 || (view.trace0 | view.trace1) === 0;
  }

  /** Where the text written last begins. */
  private started = 0;

  /** Appends a text and returns its end. */
  private text(text: string): number {
    this.reserve(text.length * BYTES_PER_UNIT);
    this.started = this.used;
    this.used += this.bytes.write(text, this.used);
    return this.used;
  }

  private reserve(count: number): void {
    if (this.used + count <= this.bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.bytes.length * 2, this.used + count));
    this.bytes.copy(grown, 0, 0, this.used);
    this.bytes = grown;
    this.data = viewOf(grown);
    this.view!.data = this.data;
  }
}

function isZeroId(text: string): boolean {
  return /^(0{16}|A{11}=?)$/.test(text);
}

/** Decoders take turns: one document is read to its end before the next. */
export const writer = new ViewWriter();
