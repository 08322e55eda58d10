/** Slow-path reading of slots as text: decoded, numbers stringified. Called once per distinct combination, not per span. */
import {
  type SpanView,
  VALUE_ARRAY,
  VALUE_BOOL,
  VALUE_NONE,
  VALUE_OTHER,
  VALUE_STRING,
  type ValueRanges,
} from '../contract/span-view.ts';

const decoder = new TextDecoder();
const FEW = 4;
const ASCII = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code));

/** The value of a slot; empty string when absent or no scalar. */
export function slotText(view: SpanView, values: ValueRanges, slot: number): string {
  switch (values.type[slot]) {
    case VALUE_NONE:
    case VALUE_OTHER:
    case VALUE_ARRAY:
      return '';
    case VALUE_STRING:
      return rangeText(view, values.start[slot]!, values.end[slot]!);
    case VALUE_BOOL:
      return values.number[slot] === 0 ? 'false' : 'true';
    default:
      return String(values.number[slot]);
  }
}

export function rangeText(view: SpanView, start: number, end: number): string {
  return (
    shortText(view.data, start, end) ??
    decoder.decode(new Uint8Array(view.data.buffer, view.data.byteOffset + start, end - start))
  );
}

/** A few characters of ASCII, as numbers have them: calling the decoder costs more than reading them. */
function shortText(data: DataView, start: number, end: number): string | undefined {
  if (end - start > FEW) return undefined;
  let text = '';
  for (let i = start; i < end; i++) {
    const code = data.getUint8(i);
    if (code >= ASCII.length) return undefined;
    text += ASCII[code]!;
  }
  return text;
}

/** The value of a slot as a number; NaN when it is none. */
export function slotNumber(view: SpanView, values: ValueRanges, slot: number): number {
  if (values.type[slot] === VALUE_STRING) {
    const text = slotText(view, values, slot).trim();
    return text === '' ? Number.NaN : Number(text);
  }
  return isScalar(values.type[slot]!) ? values.number[slot]! : Number.NaN;
}

const isScalar = (type: number): boolean => type !== VALUE_NONE && type !== VALUE_OTHER && type !== VALUE_ARRAY;

/** Names in a slot: the texts of an array, as the attribute or as JSON, or what a text separates by commas. */
export function slotList(view: SpanView, values: ValueRanges, slot: number): readonly string[] {
  if (values.type[slot] === VALUE_ARRAY) return arrayTexts(view, values.start[slot]!, values.end[slot]!);
  const text = slotText(view, values, slot).trim();
  const names = text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1).replaceAll('"', '') : text;
  return nonEmpty(names.split(','));
}

const nonEmpty = (names: readonly string[]): string[] => names.map(name => name.trim()).filter(name => name !== '');

/** The values of an `ArrayValue` that are texts; whatever is none, or broken, ends the list. */
function arrayTexts(view: SpanView, start: number, end: number): readonly string[] {
  const texts: string[] = [];
  const { data } = view;
  let at = start;
  const length = (): number => {
    let value = 0;
    for (let shift = 0; at < end && shift < 28; shift += 7) {
      const byte = data.getUint8(at++);
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    return -1;
  };
  while (at < end && data.getUint8(at++) === TEXT_FIELD) {
    const size = length();
    const stop = at + size;
    const isText = at < stop && stop <= end && data.getUint8(at++) === TEXT_FIELD;
    const bytes = isText ? length() : -1;
    if (bytes < 0 || at + bytes !== stop || texts.length >= MAX_TEXTS) break;
    texts.push(rangeText(view, at, stop));
    at = stop;
  }
  return nonEmpty(texts);
}

const TEXT_FIELD = 0x0a;
const MAX_TEXTS = 64;
