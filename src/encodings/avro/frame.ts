/**
 * Where a record says which registered schema its value has: in the first bytes, as Confluent's serializers write, or in
 * headers, as newer ones and Apicurio's do. Sources: docs.confluent.io "Wire format", Apicurio Registry's documentation.
 */
import type { RawRecord } from '../../contract/record.ts';
import { asBuffer } from '../json-fields.ts';
import { MalformedError } from '../malformed.ts';

/** How a registry is asked for a schema. */
export interface SchemaReference {
  readonly by: 'id' | 'guid' | 'global_id' | 'content_id';
  readonly id: string;
}

export interface Frame {
  readonly schema: SchemaReference;
  /** Where the value begins. */
  readonly start: number;
}

const CONFLUENT_HEADER = '__value_schema_id';
const APICURIO_HEADERS: ReadonlyMap<string, SchemaReference['by']> = new Map([
  ['apicurio.value.globalId', 'global_id'],
  ['apicurio.value.contentId', 'content_id'],
]);

/** Undefined for a value without a schema. @throws MalformedError for one in AWS Glue, which is not asked. */
export function frameOf({ value, headers }: Pick<RawRecord, 'value' | 'headers'>): Frame | undefined {
  if (value === null || value.length === 0) return undefined;
  for (const header of headers) {
    const schema = header.value === null ? undefined : schemaInHeader(header.key, asBuffer(header.value));
    if (schema !== undefined) return { schema, start: 0 };
  }
  if (value[0] === 3 && value.length >= 18 && (value[1] === 0 || value[1] === 5)) throw glue(asBuffer(value));
  return value[0] === 0 && value.length >= 5 ? idInFront(asBuffer(value)) : undefined;
}

function schemaInHeader(key: string, value: Buffer): SchemaReference | undefined {
  if (key === CONFLUENT_HEADER) {
    if (value[0] === 1 && value.length === 17) return { by: 'guid', id: guid(value, 1) };
    return value[0] === 0 && value.length === 5 ? { by: 'id', id: String(value.readUInt32BE(1)) } : undefined;
  }
  const by = APICURIO_HEADERS.get(key);
  return by !== undefined && value.length === 8 ? { by, id: String(value.readBigInt64BE()) } : undefined;
}

/** Four bytes; Apicurio's default has eight, whose first four are zero, which is no id of the other kind. */
function idInFront(value: Buffer): Frame {
  const id = value.readUInt32BE(1);
  if (id !== 0 || value.length < 9) return { schema: { by: 'id', id: String(id) }, start: 5 };
  return { schema: { by: 'global_id', id: String(value.readUInt32BE(5)) }, start: 9 };
}

function glue(value: Buffer): MalformedError {
  return new MalformedError(
    'glue_schema',
    `the value has schema ${guid(value, 2)} of AWS Glue, which is not read; a Confluent-compatible registry is`,
  );
}

function guid(bytes: Buffer, at: number): string {
  const hex = bytes.toString('hex', at, at + 16);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
