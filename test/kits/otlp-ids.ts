/** Ids between the two encodings of OTLP: hex text in JSON, bytes in protobuf. Inputs are never changed. */

export type Plain = Record<string, unknown>;

const ID_FIELDS = ['traceId', 'spanId', 'parentSpanId'] as const;

export function isPlain(value: unknown): value is Plain {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Replaces hex ids by bytes in the records under `request[outer][inner][records]`, and in links. */
export function withByteIds(request: object, outer: string, inner: string, records: string): Plain {
  return mapRecords(request, [outer, inner, records], record => mapIds(record, idToBytes));
}

/** Replaces byte ids by lower-case hex. */
export function withHexIds(request: object, outer: string, inner: string, records: string): Plain {
  return mapRecords(request, [outer, inner, records], record => mapIds(record, idToHex));
}

function mapRecords(value: unknown, path: readonly string[], map: (record: Plain) => Plain): Plain {
  if (!isPlain(value)) throw new TypeError(`an object was expected, not ${JSON.stringify(value)}`);
  const [field, ...rest] = path;
  if (field === undefined) return map(value);
  const items = value[field];
  return Array.isArray(items) ? { ...value, [field]: items.map(item => mapRecords(item, rest, map)) } : value;
}

function mapIds(record: Plain, convert: (id: unknown) => unknown): Plain {
  const mapped = { ...record };
  for (const field of ID_FIELDS) if (field in mapped) mapped[field] = convert(mapped[field]);
  if (Array.isArray(record.links)) mapped.links = record.links.map((link: Plain) => mapIds(link, convert));
  return mapped;
}

function idToBytes(id: unknown): Uint8Array {
  if (id instanceof Uint8Array) return id;
  if (typeof id !== 'string' || !/^([0-9a-f]{2})*$/i.test(id)) {
    throw new TypeError(`an id is an even number of hex digits or bytes, not ${JSON.stringify(id)}`);
  }
  return Uint8Array.from(Buffer.from(id, 'hex'));
}

function idToHex(id: unknown): unknown {
  return id instanceof Uint8Array ? Buffer.from(id).toString('hex') : id;
}
