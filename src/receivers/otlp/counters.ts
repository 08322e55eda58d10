/**
 * What the receiver counts about its requests: a flat table of numbers bumped per request, turned into samples at a
 * scrape. Bytes are those of the message as decoded, or as far as it was read when it was not.
 */
import type { MetricSample } from '../../contract/component.ts';
import { DurationHistogram } from '../../telemetry/histogram.ts';
import {
  OTLP_CLOSED_CONNECTIONS,
  OTLP_CONNECTION_LIMIT,
  OTLP_CONNECTIONS,
  OTLP_LOG_RECORDS,
  OTLP_MALFORMED_REQUESTS,
  OTLP_REFUSED_CONNECTIONS,
  OTLP_REQUEST_BYTES,
  OTLP_REQUEST_DURATION,
  OTLP_REQUESTS,
} from '../../telemetry/metrics/otlp.ts';
import { OUTCOMES, type Outcome } from '../listener/answer.ts';
import { CLOSED_FOR, type ConnectionReason } from '../listener/connection-reason.ts';
import { PROTOCOLS, type Protocol } from '../listener/protocol.ts';
import { ENCODINGS, type Encoding, SIGNALS, type Signal } from './signal.ts';

const OUTCOME_NAMES = Object.keys(OUTCOMES) as Outcome[];
const OUTCOME_INDEX = Object.fromEntries(OUTCOME_NAMES.map((name, i) => [name, i])) as Record<Outcome, number>;
const PROTOCOL_INDEX: Readonly<Record<Protocol, number>> = { grpc: 0, http: 1 };
const SIGNAL_INDEX: Readonly<Record<Signal, number>> = { traces: 0, logs: 1, metrics: 2, other: 3 };
const ENCODING_INDEX: Readonly<Record<Encoding, number>> = { protobuf: 0, json: 1 };
const CELLS = PROTOCOLS.length * SIGNALS.length * ENCODINGS.length * OUTCOME_NAMES.length;

interface ConnectionGauge {
  readonly protocol: Protocol;
  readonly limit: number;
  readonly open: () => number;
}

export class Counters {
  private readonly receiver: string;
  private readonly requests = new Float64Array(CELLS);
  private readonly bytes = new Float64Array(CELLS);
  private readonly malformedByReason = new Map<string, number>();
  private readonly closed: Readonly<Record<Protocol, Map<ConnectionReason, number>>> = {
    grpc: new Map(),
    http: new Map(),
  };
  private readonly gauges = new Set<ConnectionGauge>();
  private readonly durations = PROTOCOLS.map(() => SIGNALS.map(() => new DurationHistogram()));
  private logRecords = 0;

  constructor(receiver: string) {
    this.receiver = receiver;
  }

  /** `ms`: from the request's head to its answer. */
  request(protocol: Protocol, signal: Signal, encoding: Encoding, outcome: Outcome, bytes: number, ms: number): void {
    const row = (PROTOCOL_INDEX[protocol] * SIGNALS.length + SIGNAL_INDEX[signal]) * ENCODINGS.length;
    const cell = (row + ENCODING_INDEX[encoding]) * OUTCOME_NAMES.length + OUTCOME_INDEX[outcome];
    this.requests[cell]! += 1;
    this.bytes[cell]! += bytes;
    this.durations[PROTOCOL_INDEX[protocol]]![SIGNAL_INDEX[signal]]!.add(ms);
  }

  malformed(reason: string): void {
    this.malformedByReason.set(reason, (this.malformedByReason.get(reason) ?? 0) + 1);
  }

  /** A connection was ended, or not taken. */
  connectionEnded(protocol: Protocol, reason: ConnectionReason): void {
    const counts = this.closed[protocol];
    counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }

  /** Shows a listener's connections, until the function returned is called. */
  watchConnections(protocol: Protocol, limit: number, open: () => number): () => void {
    const gauge = { protocol, limit, open };
    this.gauges.add(gauge);
    return () => void this.gauges.delete(gauge);
  }

  logsAccepted(count: number): void {
    this.logRecords += count;
  }

  collect(): readonly MetricSample[] {
    const { receiver } = this;
    const newest = new Map([...this.gauges].map(gauge => [gauge.protocol, gauge]));
    const reasons = [...this.malformedByReason].map(([reason, value]) => ({ labels: { receiver, reason }, value }));
    return [
      OTLP_REQUESTS.samples(this.cells(this.requests)),
      OTLP_REQUEST_BYTES.samples(this.cells(this.bytes)),
      OTLP_REQUEST_DURATION.samples(this.took()),
      OTLP_MALFORMED_REQUESTS.samples(reasons),
      OTLP_LOG_RECORDS.sample(this.logRecords, { receiver }),
      ...[...newest.values()].flatMap(gauge => this.connections(gauge)),
    ];
  }

  private connections({ protocol, limit, open }: ConnectionGauge): readonly MetricSample[] {
    const labels = { receiver: this.receiver, protocol };
    const closed = this.closed[protocol];
    return [
      OTLP_CONNECTIONS.sample(open(), labels),
      OTLP_CONNECTION_LIMIT.sample(limit, labels),
      OTLP_REFUSED_CONNECTIONS.sample(closed.get('limit') ?? 0, labels),
      OTLP_CLOSED_CONNECTIONS.samples(
        CLOSED_FOR.map(reason => ({ labels: { ...labels, reason }, value: closed.get(reason) ?? 0 })),
      ),
    ];
  }

  private took(): MetricSample['values'] {
    return PROTOCOLS.flatMap((protocol, row) =>
      SIGNALS.flatMap((signal, at) => {
        const took = this.durations[row]![at]!;
        return took.count === 0 ? [] : took.values({ receiver: this.receiver, protocol, signal });
      }),
    );
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
