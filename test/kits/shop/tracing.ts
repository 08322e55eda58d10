/**
 * The OpenTelemetry Node SDK as a service sets it up: contexts over promises, real instrumentations of kafkajs and pg,
 * spans over OTLP. The instrumented packages must be required after it was started.
 */
import { createRequire } from 'node:module';
import { context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { registerInstrumentations } from '@opentelemetry/instrumentation';
import { KafkaJsInstrumentation } from '@opentelemetry/instrumentation-kafkajs';
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';

const require = createRequire(import.meta.url);

export interface Packages {
  readonly kafkajs: typeof import('kafkajs');
  readonly pg: typeof import('pg');
  /** Sends what spans there are. */
  flush(): Promise<void>;
}

/** @param endpoint host:port of OTLP over HTTP. */
export function startTracing(service: string, endpoint: string): Packages {
  const exporter = new OTLPTraceExporter({ url: `http://${endpoint}/v1/traces` });
  const resource = resourceFromAttributes({ 'service.name': service });
  const provider = new TracerProvider({ resource, spanProcessors: [new BatchSpanProcessor({ exporter })] });
  trace.setGlobalTracerProvider(provider);
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  registerInstrumentations({ instrumentations: [new KafkaJsInstrumentation(), new PgInstrumentation()] });
  return { kafkajs: require('kafkajs'), pg: require('pg'), flush: () => provider.shutdown() };
}
