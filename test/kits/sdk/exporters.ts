/** Every way the Node SDK sends spans: OTLP over gRPC and over HTTP in both encodings, each plain and gzipped. */
import { OTLPTraceExporter as GrpcExporter } from '@opentelemetry/exporter-trace-otlp-grpc';
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtoExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import type { SpanExporter } from '@opentelemetry/sdk-trace';

export const EXPORTER_KINDS = ['grpc', 'http/protobuf', 'http/json'] as const;
export type ExporterKind = (typeof EXPORTER_KINDS)[number];
export const COMPRESSIONS = ['none', 'gzip'] as const;
export type Compression = (typeof COMPRESSIONS)[number];

/** @param endpoint host:port of the receiver of that protocol. */
export function createExporter(kind: ExporterKind, compression: Compression, endpoint: string): SpanExporter {
  // Where users set it, and the same for all three; it is read while the exporter is made.
  process.env.OTEL_EXPORTER_OTLP_TRACES_COMPRESSION = compression;
  try {
    if (kind === 'grpc') return new GrpcExporter({ url: `http://${endpoint}` });
    const url = `http://${endpoint}/v1/traces`;
    return kind === 'http/json' ? new JsonExporter({ url }) : new ProtoExporter({ url });
  } finally {
    delete process.env.OTEL_EXPORTER_OTLP_TRACES_COMPRESSION;
  }
}
