/** OTLP bytes → span views: the protobuf scanner and the JSON reader alone, on the bodies of the workload. */
import type { SpanConsumer } from '../../src/contract/consumer.ts';
import { decodeTraces } from '../../src/encodings/otlp/traces.ts';
import { decodeTracesJson } from '../../src/encodings/otlp/traces-json.ts';
import { createSpanView } from '../../src/normalize/conventions/slots.ts';
import { createBodies } from './bodies.ts';
import { type Bench, benchAll } from './harness.ts';

/** Looks at each span as little as a consumer can. */
class CountingConsumer implements SpanConsumer {
  spans = 0;

  begin(): void {}

  span(): void {
    this.spans++;
  }

  commit(): { accepted: number; rejected: number; message: string } {
    return { accepted: this.spans, rejected: 0, message: '' };
  }

  abort(reason: string): void {
    throw new Error(`the scanner refused a body: ${reason}`);
  }
}

function subject(name: string, encoding: 'protobuf' | 'json', decode: typeof decodeTraces): Bench {
  const { templates, spans } = createBodies(encoding);
  const view = createSpanView();
  return {
    name,
    run() {
      const consumer = new CountingConsumer();
      for (const { bytes } of templates) decode(bytes, view, consumer);
      if (consumer.spans !== spans) throw new Error(`${consumer.spans} spans came out of ${spans}`);
      return spans;
    },
  };
}

benchAll([
  subject('decodeTraces (protobuf), spans', 'protobuf', decodeTraces),
  subject('decodeTracesJson, spans', 'json', decodeTracesJson),
]);
