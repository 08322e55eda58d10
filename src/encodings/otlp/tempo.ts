/** A trace as the query APIs of Tempo (`batches`, or within `trace`) and Jaeger (within `result`) answer it: OTLP in another envelope. */
import type { SpanConsumer } from '../../contract/consumer.ts';
import type { SpanView } from '../../contract/span-view.ts';
import { array, asObject, type Json, optionalObject } from '../json.ts';
import { decodeResourceSpans } from './traces-json.ts';

export function decodeTempo(document: Json, view: SpanView, consumer: SpanConsumer): void {
  const answer = asObject(document, '$');
  const wrapped = optionalObject(answer.trace ?? answer.result, '$.trace');
  for (const trace of [answer, wrapped]) {
    decodeResourceSpans(array(trace, 'batches', 'batches'), view, consumer);
    decodeResourceSpans(array(trace, 'resourceSpans', 'resource_spans'), view, consumer);
  }
}
