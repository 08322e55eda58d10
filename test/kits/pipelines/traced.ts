/** A service traced with the OpenTelemetry Node SDK: its spans are made by hand, as instrumentations make them. */
import {
  type Attributes,
  type Context,
  defaultTextMapGetter,
  defaultTextMapSetter,
  ROOT_CONTEXT,
  SpanKind,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, type SpanExporter, TracerProvider } from '@opentelemetry/sdk-trace';

const propagator = new W3CTraceContextPropagator();
const KINDS = {
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
} as const;

export interface SpanOptions {
  readonly name: string;
  readonly kind: keyof typeof KINDS;
  readonly attributes: Attributes;
  readonly parent?: Context;
}

export class TracedService {
  private readonly provider: TracerProvider;
  private readonly tracer: Tracer;

  constructor(name: string, exporter: SpanExporter) {
    const resource = resourceFromAttributes({ 'service.name': name, 'service.instance.id': `${name}-1` });
    this.provider = new TracerProvider({ resource, spanProcessors: [new BatchSpanProcessor({ exporter })] });
    this.tracer = this.provider.getTracer('shop', '1.0.0');
  }

  /** Ends the span when the work is done. */
  async span<T>(options: SpanOptions, work: (inside: Context) => Promise<T>): Promise<T> {
    const { name, kind, attributes, parent = ROOT_CONTEXT } = options;
    const span = this.tracer.startSpan(name, { kind: KINDS[kind], attributes }, parent);
    try {
      return await work(trace.setSpan(parent, span));
    } finally {
      span.end();
    }
  }

  stop(): Promise<void> {
    return this.provider.shutdown();
  }
}

export function headersOf(context: Context): Record<string, string> {
  const headers: Record<string, string> = {};
  propagator.inject(context, headers, defaultTextMapSetter);
  return headers;
}

export function contextOf(headers: Readonly<Record<string, unknown>>): Context {
  const texts = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
  return propagator.extract(ROOT_CONTEXT, texts, defaultTextMapGetter);
}

export const request = (method: string, route: string): Attributes => ({
  'http.request.method': method,
  'http.route': route,
  'http.response.status_code': 200,
});

export const statement = (operation: string, table: string): Attributes => ({
  'db.system.name': 'postgresql',
  'db.namespace': 'shop',
  'db.operation.name': operation,
  'db.collection.name': table,
  'server.address': 'shop-db',
  'server.port': 5432,
});

export const message = (operation: 'send' | 'process', topic: string, more: Attributes = {}): Attributes => ({
  'messaging.system': 'kafka',
  'messaging.destination.name': topic,
  'messaging.operation.name': operation,
  'messaging.operation.type': operation,
  ...more,
});
