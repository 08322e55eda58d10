/** The same answers in OTLP/JSON: lowerCamelCase keys, 64-bit numbers as decimal strings. */
import type { Signal } from './signal.ts';

const REJECTED_KEY: Readonly<Record<Signal, string>> = {
  traces: 'rejectedSpans',
  logs: 'rejectedLogRecords',
  metrics: 'rejectedDataPoints',
  other: 'rejected',
};

export function partialSuccessToJson(signal: Signal, rejected: number, message: string): Buffer {
  const partialSuccess = { [REJECTED_KEY[signal]]: String(rejected), errorMessage: message };
  return Buffer.from(JSON.stringify({ partialSuccess }));
}

/** `google.rpc.Status`. */
export function statusToJson(code: number, message: string): Buffer {
  return Buffer.from(JSON.stringify({ code, message }));
}
