/** Fields found in JSON bytes are those that JSON.parse finds, however the text is spelled; broken text is malformed. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { JsonFields } from '../../src/encodings/json-fields.ts';
import { JsonShape } from '../../src/encodings/json-shape.ts';
import { MalformedError } from '../../src/encodings/malformed.ts';

const RUNS = Number(process.env.TACIT_FUZZ_RUNS ?? 400);
const PATHS = ['a', 'b', 'a.a', 'a.b', 'a.b.a', 'source.lsn', 'ä', '__proto__', '__proto__.a', 'constructor'];
const SHAPE = new JsonShape(PATHS);
const fields = new JsonFields(SHAPE);

type Json = string | number | boolean | null | Json[] | { [name: string]: Json };

const name = fc.oneof(
  fc.constantFrom('a', 'b', 'source', 'lsn', 'ä', '__proto__', 'constructor', '', '\\', '"'),
  fc.string(),
);
const { object } = fc.letrec<{ value: Json; object: Record<string, Json> }>(tie => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom<Json>(null, true, false, 0, -1.5e300, 17, '', 'x'),
    fc.string({ unit: 'binary' }),
    fc.integer(),
    fc.array(tie('value'), { maxLength: 3 }),
    tie('object'),
  ),
  // Made by its text: a member named `__proto__` is one like any other.
  object: fc
    .array(fc.tuple(name, tie('value')), { maxLength: 6 })
    .map(members =>
      JSON.parse(`{${members.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join()}}`),
    ),
}));

/** What stands at a path, by the parser of the language. */
function at(json: Json, path: string): Json | undefined {
  let value: Json | undefined = json;
  for (const part of path.split('.')) {
    if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.hasOwn(value, part))
      return undefined;
    value = value[part];
  }
  return value;
}

function kindOf(value: Json | undefined): string {
  if (value === undefined) return 'absent';
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

function expectAgreement(text: string): void {
  const json = JSON.parse(text) as Json;
  fields.read(Buffer.from(text));
  for (const path of PATHS) {
    const slot = SHAPE.slot(path);
    const value = at(json, path);
    expect([path, fields.kind(slot)]).toEqual([path, kindOf(value)]);
    if (typeof value === 'string') expect(fields.text(slot)).toBe(Buffer.from(value).toString());
    if (typeof value === 'number') expect([Number(fields.text(slot)), fields.number(slot)]).toEqual([value, value]);
    if (typeof value === 'object' && value !== null) expect(JSON.parse(fields.rawText(slot))).toEqual(value);
  }
}

describe('fields', () => {
  test('are what JSON.parse finds', () => {
    fc.assert(
      fc.property(object, fc.constantFrom(undefined, 2, '\t\r\n'), (json, space) => {
        expectAgreement(JSON.stringify(json, null, space));
      }),
      { numRuns: RUNS },
    );
  });

  test.each([
    '{"a":1,"a":2}',
    '{"a":{"a":1,"b":2},"a":{"b":3}}',
    '{"a":{"b":{"a":1}},"a":null}',
    '{"\\u0061":{"\\u0062":"\\u00e9\\n\\ud83d\\ude00"}}',
    '{"a":"\\\\","b":"\\""}',
    '{"a":"é","ä":[{"a":"}"}]}',
    '{"a":-0.5e-3,"b":1E5}',
    '{}',
  ])('of %s', expectAgreement);

  test('keep all digits of numbers', () => {
    fields.read(Buffer.from('{"source":{"lsn":9223372036854775807},"a":"-9223372036854775808"}'));
    expect(fields.text(SHAPE.slot('source.lsn'))).toBe('9223372036854775807');
    expect(fields.text(SHAPE.slot('a'))).toBe('-9223372036854775808');
  });

  test('are those of the part that is read', () => {
    fields.read(Buffer.from('[{"a":1},{"a":2}]'), 9, 16);
    expect([fields.text(SHAPE.slot('a')), fields.members]).toEqual(['2', 1]);
  });

  test.each([
    '',
    ' ',
    '[]',
    '"a"',
    '{',
    '{"a"',
    '{"a":',
    '{"a":1',
    '{"a":1,',
    '{"a":1,}',
    '{"a" 1}',
    '{a:1}',
    '{"a":1}}',
    '{"a":1} x',
    '{"a":tru}',
    '{"a":nul}',
    '{"a":-}',
    '{"a":"x}',
    '{"a":"x\\"}',
    '{"x":[1,{"y":"]"}',
    '{"a":{"b":}}',
  ])('of %j: malformed', text => {
    expect(() => JSON.parse(text) && fields.read(Buffer.from(text))).toThrow();
    expect(() => fields.read(Buffer.from(text))).toThrow(MalformedError);
  });

  test('of any bytes: an answer or malformed', () => {
    const pieces = fc.constantFrom('{', '}', '[', ']', ':', ',', '"', '\\', '"a"', '"source"', '1', 'null', ' ', 'é');
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 20 }), parts => {
        try {
          fields.read(Buffer.from(`{"a":${parts.join('')}`));
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedError);
        }
      }),
      { numRuns: RUNS },
    );
  });
});
