/** Arbitrary valid trace requests as OTLP JSON: what SDKs send, and the odd things that the format allows. */
import fc from 'fast-check';

type Json = Record<string, unknown>;

/** Known keys under their aliases, so that duplicates and competing names are common; some that nobody knows. */
export const SPAN_KEYS = [
  'server.address',
  'net.peer.name',
  'http.request.method',
  'http.response.status_code',
  'http.status_code',
  'rpc.system',
  'messaging.system',
  'messaging.destination.name',
  'messaging.destination',
  'messaging.batch.message_count',
  'db.system.name',
  'db.system',
  'db.query.text',
  'db.statement',
  'error.type',
  'url.',
  'unheard.of',
  'db',
  '',
];
export const RESOURCE_KEYS = [
  'service.name',
  'service.namespace',
  'service.instance.id',
  'deployment.environment.name',
  'deployment.environment',
  'container.id',
  'k8s.pod.name',
  'process.pid',
];
export const LINK_KEYS = ['messaging.destination.name', 'messaging.source.name', 'messaging.destination', 'unheard.of'];

const hexId = (bytes: number): fc.Arbitrary<string> =>
  fc.uint8Array({ minLength: bytes, maxLength: bytes }).map(id => Buffer.from(id).toString('hex'));

const traceId = fc.oneof({ weight: 6, arbitrary: hexId(16) }, hexId(8), fc.constantFrom('', '00'.repeat(16), '0102'));
const spanId = fc.oneof(
  { weight: 6, arbitrary: hexId(8) },
  fc.constantFrom('', '00'.repeat(8), '0102', '0000', '11'.repeat(16)),
);

const text = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.string({ unit: 'grapheme', maxLength: 6 }),
  fc.constantFrom('', '{}', '\u0000', 'x'.repeat(300)),
);
const int64 = fc.oneof(fc.integer(), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })).map(String);
const double = fc.oneof(
  // JSON has no negative zero that all encoders write.
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(number => number + 0),
  fc.constantFrom('NaN', 'Infinity', '-Infinity'),
);

const scalar: fc.Arbitrary<Json> = fc.oneof(
  { weight: 4, arbitrary: text.map(stringValue => ({ stringValue })) },
  fc.boolean().map(boolValue => ({ boolValue })),
  int64.map(intValue => ({ intValue })),
  double.map(doubleValue => ({ doubleValue })),
  fc.uint8Array({ maxLength: 5 }).map(b => ({ bytesValue: Buffer.from(b).toString('base64') })),
  fc.constant({}),
);

const { value } = fc.letrec<{ value: Json }>(tie => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    { weight: 5, arbitrary: scalar },
    fc.array(tie('value'), { maxLength: 3 }).map(values => ({ arrayValue: { values } })),
    fc
      .array(fc.record({ key: text, value: tie('value') }), { maxLength: 3 })
      .map(values => ({ kvlistValue: { values } })),
  ),
}));

const attributes = (keys: readonly string[]): fc.Arbitrary<Json[]> =>
  fc.array(fc.record({ key: fc.constantFrom(...keys), value }, { requiredKeys: ['key'] }), { maxLength: 8 });

const time = fc
  .oneof(
    { weight: 4, arbitrary: fc.bigInt({ min: 1_600_000_000_000_000_000n, max: 1_900_000_000_000_000_000n }) },
    fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    fc.constantFrom(0n, 1n, 999n, 1000n),
  )
  .map(String);

const link = fc.record(
  { traceId, spanId, traceState: text, attributes: attributes(LINK_KEYS), flags: fc.nat(1023) },
  { requiredKeys: ['traceId'] },
);

const event = fc.record({ timeUnixNano: time, name: text, attributes: attributes(SPAN_KEYS) }, { requiredKeys: [] });

const span = fc.record(
  {
    traceId,
    spanId,
    parentSpanId: spanId,
    traceState: text,
    name: text,
    kind: fc.oneof({ weight: 5, arbitrary: fc.nat(5) }, fc.constantFrom(6, 2_000_000_000)),
    startTimeUnixNano: time,
    endTimeUnixNano: time,
    attributes: attributes(SPAN_KEYS),
    droppedAttributesCount: fc.nat(),
    events: fc.array(event, { maxLength: 2 }),
    links: fc.array(link, { maxLength: 3 }),
    droppedLinksCount: fc.nat(),
    status: fc.record({ code: fc.constantFrom(0, 1, 2, 7), message: text }, { requiredKeys: [] }),
    flags: fc.nat(1023),
  },
  { requiredKeys: ['traceId', 'spanId', 'name'] },
);

const scopeSpans = fc.record(
  {
    scope: fc.record({ name: text, version: text, attributes: attributes(SPAN_KEYS) }, { requiredKeys: [] }),
    spans: fc.array(span, { maxLength: 4 }),
    schemaUrl: text,
  },
  { requiredKeys: ['spans'] },
);

const resourceSpans = fc.record(
  {
    resource: fc.record(
      { attributes: attributes(RESOURCE_KEYS), droppedAttributesCount: fc.nat() },
      { requiredKeys: [] },
    ),
    scopeSpans: fc.array(scopeSpans, { maxLength: 3 }),
    schemaUrl: text,
  },
  { requiredKeys: ['scopeSpans'] },
);

/** An `ExportTraceServiceRequest` as OTLP JSON. */
export const arbitraryRequest: fc.Arbitrary<Json> = fc
  .array(resourceSpans, { maxLength: 3 })
  .map(entries => ({ resourceSpans: entries }));

/** A request of one span with these fields, under a resource with these attributes. */
export function requestOf(spanFields: Json, resourceAttributes: readonly Json[] = []): Json {
  const spans = [{ traceId: '0a'.repeat(16), spanId: '0b'.repeat(8), name: 'one', ...spanFields }];
  return { resourceSpans: [{ resource: { attributes: resourceAttributes }, scopeSpans: [{ spans }] }] };
}
