/**
 * The same request in other spellings of OTLP JSON that receivers meet: ids in upper case or base64, enums by name,
 * snake_case keys, 64-bit integers as numbers, nulls for absent fields, fields of a later version.
 */
import fc from 'fast-check';

type Json = unknown;

/** Answers "this variant here?" again and again, so that one request mixes spellings. */
type Chooser = (variant: Variant) => boolean;

const VARIANTS = ['upperHex', 'base64', 'enumName', 'snakeCase', 'number', 'null', 'unknown'] as const;
type Variant = (typeof VARIANTS)[number];

const KINDS = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'].map(kind => `SPAN_KIND_${kind}`);
const CODES = ['UNSET', 'OK', 'ERROR'].map(code => `STATUS_CODE_${code}`);
const ID_FIELDS = new Set(['traceId', 'spanId', 'parentSpanId']);
const INT64_FIELDS = new Set(['startTimeUnixNano', 'endTimeUnixNano', 'timeUnixNano', 'intValue']);

export function respelled(requests: fc.Arbitrary<object>): fc.Arbitrary<{ request: object; json: string }> {
  return fc
    .tuple(requests, fc.subarray([...VARIANTS]), fc.array(fc.boolean(), { minLength: 1, maxLength: 30 }))
    .map(([request, variants, coins]) => {
      let turn = 0;
      const choose: Chooser = variant => variants.includes(variant) && coins[turn++ % coins.length]!;
      return { request, json: JSON.stringify(respell(request, choose)) };
    });
}

function respell(value: Json, choose: Chooser): Json {
  if (Array.isArray(value)) return value.map(item => respell(item, choose));
  if (typeof value !== 'object' || value === null) return value;
  const result: Record<string, Json> = {};
  if (choose('null')) result[choose('snakeCase') ? 'trace_state' : 'status'] = null;
  for (const [name, inner] of Object.entries(value)) {
    result[choose('snakeCase') ? snakeCase(name) : name] = respellField(name, inner, choose);
  }
  if (choose('unknown')) result.fieldOfALaterVersion = { traceId: 7, attributes: [[{ spans: null }]], kind: 'no' };
  return result;
}

function respellField(name: string, value: Json, choose: Chooser): Json {
  if (ID_FIELDS.has(name)) return respellId(name, String(value), choose);
  if (name === 'kind' && choose('enumName')) return KINDS[Number(value)] ?? value;
  if (name === 'code' && choose('enumName')) return CODES[Number(value)] ?? value;
  if (INT64_FIELDS.has(name) && Number.isSafeInteger(Number(value)) && choose('number')) return Number(value);
  return respell(value, choose);
}

function respellId(name: string, id: string, choose: Chooser): string {
  const lengths = name === 'traceId' ? [16, 32] : [16];
  if (lengths.includes(id.length) && choose('base64')) return Buffer.from(id, 'hex').toString('base64');
  return choose('upperHex') ? id.toUpperCase() : id;
}

function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, letter => `_${letter.toLowerCase()}`);
}
