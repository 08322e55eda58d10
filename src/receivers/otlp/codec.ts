/**
 * The decoders a receiver works with, as one value: request bytes in, spans pushed into a consumer or records counted.
 * Every decoder is synchronous, throws a `MalformedError` for bytes it cannot read, and keeps no reference to them.
 */
import type { SpanConsumer } from '../../contract/consumer.ts';
import type { SpanView } from '../../contract/span-view.ts';

export interface Codec {
  traces(bytes: Uint8Array, view: SpanView, consumer: SpanConsumer): void;
  tracesJson(bytes: Uint8Array, view: SpanView, consumer: SpanConsumer): void;
  /** Number of log records in an export request. */
  logs(bytes: Uint8Array): number;
  logsJson(bytes: Uint8Array): number;
  createView(): SpanView;
}
