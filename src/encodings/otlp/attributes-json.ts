/** Resources, attributes and times of OTLP JSON, as spans and log records have them. */
import type { KeyLookup, SlotValues, SpanView } from '../../contract/span-view.ts';
import { array, asObject, field, type Json, type JsonObject, number, text } from '../json.ts';
import { writer } from '../view-writer.ts';

/** Of a list of spans or log records: what stands beside it. */
export function readResource({ resource }: JsonObject, view: SpanView): void {
  writer.resource();
  if (resource !== undefined && resource !== null) {
    readAttributes(asObject(resource, 'resource'), view.resource, view.keys.resource);
  }
  writer.endResource();
}

export function readAttributes(owner: JsonObject, into: SlotValues, keys: KeyLookup): void {
  for (const attribute of array(owner, 'attributes', 'attributes')) {
    const { key, value } = asObject(attribute, 'attributes');
    if (typeof key !== 'string' || value === undefined || value === null) continue;
    const found = keys.findText(key);
    if (found < 0 || !into.wants(found >> 8, found & 0xff)) continue;
    setValue(asObject(value, 'value'), into, found);
  }
}

function setValue(value: JsonObject, into: SlotValues, found: number): void {
  for (const kind in value) {
    const v = value[kind];
    if (v === null || v === undefined) continue;
    switch (kind) {
      case 'stringValue':
      case 'string_value':
        return writer.setText(into, found, text(v, 'stringValue'));
      case 'boolValue':
      case 'bool_value':
        return writer.setBoolean(into, found, v === true || v === 'true');
      case 'intValue':
      case 'int_value':
        return writer.setInteger(into, found, number(v, 'intValue'));
      case 'doubleValue':
      case 'double_value':
        return writer.setDouble(into, found, Number(v));
      default:
        if (/^array_?[vV]alue$/.test(kind)) return writer.setTexts(into, found, textsOf(v));
        if (/^(kvlist|bytes)_?[vV]alue$/.test(kind)) return writer.setOther(into, found);
    }
  }
}

/** Texts among an array's values. */
function textsOf(list: Json): string[] {
  const values = isObject(list) ? list.values : undefined;
  if (!Array.isArray(values)) return [];
  return values.flatMap(value => {
    const string = isObject(value) ? field(value, 'stringValue', 'string_value') : undefined;
    return typeof string === 'string' ? [string] : [];
  });
}

const isObject = (value: Json): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Nanoseconds as a number or a string of digits → whole microseconds. */
export function micros(value: Json | undefined): number {
  if (value === undefined || value === null || value === '') return 0;
  if (typeof value === 'string' && /^\d{1,20}$/.test(value)) return value.length > 3 ? Number(value.slice(0, -3)) : 0;
  const n = number(value, 'time');
  return n > 0 ? Math.floor(n / 1000) : 0;
}
