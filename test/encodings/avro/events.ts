/** Debezium's events in Avro, as its converter writes them: the schemas, and bytes that an independent encoder makes. */
import avro from 'avsc';

const optional = (type: unknown) => ['null', type];
const fields = (names: Record<string, unknown>) => Object.entries(names).map(([name, type]) => ({ name, type }));

const VALUE = {
  type: 'record',
  name: 'Value',
  fields: fields({
    id: 'long',
    tags: optional({ type: 'array', items: 'string' }),
    attributes: { type: 'map', values: 'double' },
    amount: { type: 'bytes', scale: 2, 'connect.name': 'org.apache.kafka.connect.data.Decimal' },
    digest: { type: 'fixed', name: 'Digest', size: 4 },
    state: { type: 'enum', name: 'State', symbols: ['NEW', 'PAID'] },
    open: 'boolean',
    weight: 'float',
    tracingspancontext: optional('string'),
  }),
};

export const ENVELOPE = {
  type: 'record',
  name: 'Envelope',
  namespace: 'shop.public.orders',
  fields: fields({
    before: optional(VALUE),
    after: optional('Value'),
    source: {
      type: 'record',
      name: 'Source',
      namespace: 'io.debezium.connector.postgresql',
      fields: fields({
        version: 'string',
        connector: 'string',
        name: 'string',
        ts_ms: 'long',
        snapshot: [{ type: 'string', 'connect.name': 'io.debezium.data.Enum' }, 'null'],
        db: 'string',
        schema: 'string',
        table: 'string',
        txId: optional('long'),
        lsn: optional('long'),
      }),
    },
    transaction: optional({
      type: 'record',
      name: 'block',
      namespace: 'event',
      fields: fields({ id: 'string', total_order: 'long' }),
    }),
    op: 'string',
    ts_ms: optional('long'),
  }),
};

/** 64 bits, whole. */
const long = avro.types.LongType.__with({
  fromBuffer: (buffer: Buffer) => buffer.readBigInt64LE(),
  toBuffer: (value: bigint | number) => {
    const buffer = Buffer.alloc(8);
    buffer.writeBigInt64LE(BigInt(value));
    return buffer;
  },
  fromJSON: BigInt,
  toJSON: String,
  isValid: (value: unknown) => typeof value === 'bigint' || typeof value === 'number',
  compare: (a: bigint, b: bigint) => (a < b ? -1 : a > b ? 1 : 0),
});

export function encode(schema: unknown, value: unknown): Buffer {
  return avro.Type.forSchema(schema as avro.Schema, { registry: { long }, wrapUnions: false }).toBuffer(value);
}

export const row = (more: object = {}) => ({
  id: 1n,
  tags: ['a', 'b'],
  attributes: { x: 1.5 },
  amount: Buffer.from([16, 154]),
  digest: Buffer.from([1, 2, 3, 4]),
  state: 'PAID',
  open: true,
  weight: 0.5,
  tracingspancontext: null,
  ...more,
});

export const envelope = (more: object = {}) => ({
  before: null,
  after: row(),
  source: {
    version: '3.7.0.Final',
    connector: 'postgresql',
    name: 'shop',
    ts_ms: 1795398656733n,
    snapshot: 'false',
    db: 'store',
    schema: 'public',
    table: 'orders',
    txId: 740n,
    lsn: 9223372036854775807n,
  },
  transaction: null,
  op: 'c',
  ts_ms: 1795398656770n,
  ...more,
});

/** Confluent's frame. */
export function framed(id: number, body: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(id, 1);
  return Buffer.concat([head, body]);
}
