/** Random documents of Zipkin and Jaeger, well-formed, of few ids, names and values, so that rules meet. */
import fc from 'fast-check';
import type { JaegerTrace } from './jaeger-as-otlp.ts';
import type { ZipkinSpan } from './zipkin-as-otlp.ts';

const TRACE_IDS = [
  'a'.repeat(16),
  '0'.repeat(16) + 'a'.repeat(16),
  `${'B'.repeat(16)}${'a'.repeat(16)}`,
  'c'.repeat(32),
];
const SPAN_IDS = ['1111111111111111', '2222222222222222', 'ABCDEF0123456789', '0000000000000000'];
const TAGS = [
  'error',
  'otel.status_code',
  'span.kind',
  'w3c.tracestate',
  'otel.scope.name',
  'otel.library.name',
  'otlp.link.0',
  'otlp.link.1',
  'peer.service',
  'server.address',
  'net.peer.ip',
  'server.port',
  'db.name',
  'db.statement',
  'kafka.topic',
  'messaging.system',
  'messaging.destination.name',
  'http.status_code',
  'service.name',
  'service.namespace',
  'deployment.environment',
  'service.instance.id',
  '__proto__',
  'constructor',
  'something.else',
];
const TEXTS = ['', '{}', 'OK', 'ERROR', 'false', 'true', 'internal', 'server', 'orders', '10.0.0.1', 'é\u0000x', '500'];

const traceId = fc.constantFrom(...TRACE_IDS);
const spanId = fc.constantFrom(...SPAN_IDS);
const link = fc.tuple(traceId, spanId).map(([trace, span]) => `${trace}|${span}||{}|0`);
const scalar = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...TEXTS) },
  link,
  fc.boolean(),
  fc.constantFrom(0, -1, 7, 0.5, 2 ** 60),
  fc.constant(null),
);
const micros = fc.integer({ min: 0, max: 2_000_000_000_000_000 });

const endpoint = fc.record(
  {
    serviceName: fc.constantFrom('', 'orders', 'billing', '10.0.0.1', '10.0.0.1:80'),
    ipv4: fc.constantFrom('', '10.0.0.1', '10.0.0.2'),
    ipv6: fc.constantFrom('', '2001:db8::1'),
    port: fc.constantFrom(0, 80, 9411),
  },
  { requiredKeys: [] },
);

const zipkinSpan: fc.Arbitrary<ZipkinSpan> = fc.record(
  {
    traceId: fc.constantFrom(...TRACE_IDS),
    id: spanId,
    parentId: spanId,
    kind: fc.constantFrom('CLIENT', 'SERVER', 'PRODUCER', 'CONSUMER', 'client'),
    name: fc.constantFrom('', 'get /', 'orders send'),
    timestamp: micros,
    duration: micros,
    localEndpoint: endpoint,
    remoteEndpoint: endpoint,
    tags: fc.dictionary(fc.constantFrom(...TAGS), scalar, { maxKeys: 6 }),
    shared: fc.boolean(),
  },
  { requiredKeys: ['traceId', 'id'] },
);

export const zipkinSpans = fc.array(zipkinSpan, { maxLength: 6 });

const tag = fc.oneof(
  fc.record({ key: fc.constantFrom(...TAGS), type: fc.constantFrom('string', 'int64', 'float64'), value: scalar }),
  fc.record({
    key: fc.constantFrom(...TAGS),
    type: fc.constant('bool'),
    value: fc.constantFrom(true, false, 'true', 'no'),
  }),
  fc.record({ key: fc.constantFrom(...TAGS), type: fc.constant('binary'), value: fc.constant('AAAwOQ==') }),
);
const tags = fc.oneof(fc.array(tag, { maxLength: 6 }), fc.constant(null));
const processIds = fc.constantFrom('p1', 'p2', 'p3', '__proto__', 'constructor');

const jaegerSpan = fc.record(
  {
    traceID: traceId,
    spanID: spanId,
    operationName: fc.constantFrom('', 'get /', 'orders send'),
    references: fc.array(
      fc.record({ refType: fc.constantFrom('CHILD_OF', 'FOLLOWS_FROM'), traceID: traceId, spanID: spanId }),
      { maxLength: 4 },
    ),
    startTime: micros,
    duration: micros,
    tags,
    processID: processIds,
  },
  { requiredKeys: ['traceID', 'spanID', 'startTime', 'duration'] },
);

const process = fc.record({ serviceName: fc.constantFrom('', 'orders', 'billing'), tags }, { requiredKeys: [] });

export const jaegerTraces: fc.Arbitrary<readonly JaegerTrace[]> = fc.array(
  fc.record({
    traceID: traceId,
    spans: fc.array(jaegerSpan, { maxLength: 6 }),
    processes: fc.dictionary(processIds, process),
  }),
  { maxLength: 3 },
);
