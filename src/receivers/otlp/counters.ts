/**
 * What the receiver counts about its requests: a flat table of numbers bumped per request, turned into samples at a
 * scrape. Bytes are those of the message as decoded, or as far as it was read when it was not.
 */
import type { MetricSample } from '../../contract/component.ts';
import {
  OTLP_LOG_RECORDS,
  OTLP_MALFORMED_REQUESTS,
  OTLP_REQUEST_BYTES,
  OTLP_REQUESTS,
} from '../../telemetry/metrics.ts';
import { OUTCOMES, type Outcome } from './answer.ts';
import { ENCODINGS, type Encoding, PROTOCOLS, type Protocol, SIGNALS, type Signal } from './signal.ts';

const OUTCOME_NAMES = Object.keys(OUTCOMES) as Outcome[];
const OUTCOME_INDEX = Object.fromEntries(OUTCOME_NAMES.map((name, i) => [name, i])) as Record<Outcome, number>;
const PROTOCOL_INDEX: Readonly<Record<Protocol, number>> = { grpc: 0, http: 1 };
const SIGNAL_INDEX: Readonly<Record<Signal, number>> = { traces: 0, logs: 1, metrics: 2, other: 3 };
const ENCODING_INDEX: Readonly<Record<Encoding, number>> = { protobuf: 0, json: 1 };
const CELLS = PROTOCOLS.length * SIGNALS.length * ENCODINGS.length * OUTCOME_NAMES.length;

export class Counters {
  private readonly receiver: string;
  private readonly requests = new Float64Array(CELLS);
  private readonly bytes = new Float64Array(CELLS);
  private readonly malformedByReason = new Map<string, number>();
  private logRecords = 0;

  constructor(receiver: string) {
    this.receiver = receiver;
  }

  request(protocol: Protocol, signal: Signal, encoding: Encoding, outcome: Outcome, bytes: number): void {
    const row = (PROTOCOL_INDEX[protocol] * SIGNALS.length + SIGNAL_INDEX[signal]) * ENCODINGS.length;
    const cell = (row + ENCODING_INDEX[encoding]) * OUTCOME_NAMES.length + OUTCOME_INDEX[outcome];
    this.requests[cell]! += 1;
    this.bytes[cell]! += bytes;
  }

  malformed(reason: string): void {
    this.malformedByReason.set(reason, (this.malformedByReason.get(reason) ?? 0) + 1);
  }

  logsAccepted(count: number): void {
    this.logRecords += count;
  }

  collect(): readonly MetricSample[] {
    const { receiver } = this;
    const reasons = [...this.malformedByReason].map(([reason, value]) => ({ labels: { receiver, reason }, value }));
    return [
      OTLP_REQUESTS.samples(this.cells(this.requests)),
      OTLP_REQUEST_BYTES.samples(this.cells(this.bytes)),
      OTLP_MALFORMED_REQUESTS.samples(reasons),
      OTLP_LOG_RECORDS.sample(this.logRecords, { receiver }),
    ];
  }

  private cells(table: Float64Array): MetricSample['values'] {
    const values: MetricSample['values'][number][] = [];
    let cell = 0;
    for (const protocol of PROTOCOLS) {
      for (const signal of SIGNALS) {
        for (const encoding of ENCODINGS) {
          for (const outcome of OUTCOME_NAMES) {
            const labels = { receiver: this.receiver, protocol, signal, encoding, outcome };
            if (this.requests[cell]! > 0) values.push({ labels, value: table[cell]! });
            cell += 1;
          }
        }
      }
    }
    return values;
  }
}
