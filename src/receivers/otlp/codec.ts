/**
 * The decoders a receiver works with, as one value: request bytes in, spans or log records pushed into a consumer.
 * Every decoder is synchronous, throws a `MalformedError` for bytes it cannot read, and keeps no reference to them.
 */
import type { LogConsumer, SpanConsumer } from '../../contract/consumer.ts';
import type { SpanView } from '../../contract/span-view.ts';

export interface Codec {
  traces(bytes: Uint8Array, view: SpanView, consumer: SpanConsumer): void;
  tracesJson(bytes: Uint8Array, view: SpanView, consumer: SpanConsumer): void;
  logs(bytes: Uint8Array, view: SpanView, consumer: LogConsumer): void;
  logsJson(bytes: Uint8Array, view: SpanView, consumer: LogConsumer): void;
  createView(): SpanView;
}
