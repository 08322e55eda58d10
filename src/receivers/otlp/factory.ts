/** The `otlp` receiver type: its options and the decoders it works with. */
import type { ReceiverFactory } from '../../contract/component.ts';
import type { SpanView } from '../../contract/span-view.ts';
import { decodeLogs } from '../../encodings/otlp/logs.ts';
import { decodeLogsJson } from '../../encodings/otlp/logs-json.ts';
import { decodeTraces } from '../../encodings/otlp/traces.ts';
import { decodeTracesJson } from '../../encodings/otlp/traces-json.ts';
import { checkOtlpConfig, type OtlpConfig, otlpConfig } from './config.ts';
import { createOtlpReceiver } from './receiver.ts';

/**
 * `createView` gives the view that decoded spans are shown in where their consumer asks for none of its own.
 */
export function createOtlpReceiverFactory(createView: () => SpanView): ReceiverFactory<OtlpConfig> {
  const codec = {
    traces: decodeTraces,
    tracesJson: decodeTracesJson,
    logs: decodeLogs,
    logsJson: decodeLogsJson,
    createView,
  };
  return {
    kind: 'receiver',
    type: 'otlp',
    description: 'Takes spans and log records over OTLP/gRPC and OTLP/HTTP (protobuf and JSON, gzip).',
    signals: ['traces', 'logs'],
    config: otlpConfig,
    check: checkOtlpConfig,
    create: (settings, config, consumers) => createOtlpReceiver(settings, config, consumers, codec),
  };
}
