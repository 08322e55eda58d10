/** Slow-path reading of slots as text: decoded, numbers stringified. Called once per distinct combination, not per span. */
import {
  type SlotValues,
  type SpanView,
  VALUE_BOOL,
  VALUE_NONE,
  VALUE_OTHER,
  VALUE_STRING,
} from '../contract/span-view.ts';

const decoder = new TextDecoder();

/** The value of a slot; empty string when absent or no scalar. */
export function slotText(view: SpanView, values: SlotValues, slot: number): string {
  switch (values.type[slot]) {
    case VALUE_NONE:
    case VALUE_OTHER:
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
  return decoder.decode(new Uint8Array(view.data.buffer, view.data.byteOffset + start, end - start));
}

/** The value of a slot as a number; NaN when it is none. */
export function slotNumber(view: SpanView, values: SlotValues, slot: number): number {
  if (values.type[slot] === VALUE_STRING) {
    const text = slotText(view, values, slot).trim();
    return text === '' ? Number.NaN : Number(text);
  }
  return values.type[slot] === VALUE_NONE || values.type[slot] === VALUE_OTHER ? Number.NaN : values.number[slot]!;
}
