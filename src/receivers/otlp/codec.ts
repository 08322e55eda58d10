/**
 * The decoders a receiver works with, as one value: request bytes in, spans or log records pushed into a consumer.
 * Every decoder is synchronous, throws a `MalformedError` for bytes it cannot read, and keeps no reference to them.
 */
import type { LogConsumer, SpanConsumer } from '../../contract/consumer.ts';
import type { SpanView } from '../../contract/span-view.ts';

export type Decode<C> = (bytes: Uint8Array, view: SpanView, consumer: C) => void;

export interface Codec {
  readonly traces: Decode<SpanConsumer>;
  readonly tracesJson: Decode<SpanConsumer>;
  readonly logs: Decode<LogConsumer>;
  readonly logsJson: Decode<LogConsumer>;
  readonly createView: () => SpanView;
}
