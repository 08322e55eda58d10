/** What the receiver counts about requests and the records in them. */
import type { MetricSample } from '../../contract/component.ts';
import { DurationHistogram } from '../../telemetry/histogram.ts';
import {
  EVENTS_CLOSED_CONNECTIONS,
  EVENTS_CONNECTION_LIMIT,
  EVENTS_CONNECTIONS,
  EVENTS_MALFORMED,
  EVENTS_RECORDS,
  EVENTS_REQUEST_BYTES,
  EVENTS_REQUEST_DURATION,
  EVENTS_REQUESTS,
} from '../../telemetry/metrics/http-events.ts';
import type { Outcome } from '../listener/answer.ts';
import { CLOSED_FOR, type ConnectionReason } from '../listener/connection-reason.ts';
import { type EventsPath, PATHS } from './path.ts';

const CLOSED: readonly ConnectionReason[] = ['limit', ...CLOSED_FOR.filter(one => one !== 'flood' && one !== 'dead')];

interface Sum {
  readonly path: EventsPath;
  readonly outcome: Outcome;
  requests: number;
  bytes: number;
}

export class Counters {
  private readonly receiver: string;
  private readonly sums = new Map<string, Sum>();
  private readonly durations = PATHS.map(() => new DurationHistogram());
  private readonly malformedByReason = new Map<string, number>();
  private readonly closed = new Map<ConnectionReason, number>();
  private accepted = 0;
  private rejected = 0;
  private connections: { readonly limit: number; readonly open: () => number } | undefined;

  constructor(receiver: string) {
    this.receiver = receiver;
  }

  request(path: EventsPath, outcome: Outcome, bytes: number, ms: number): void {
    const key = `${path} ${outcome}`;
    let sum = this.sums.get(key);
    if (sum === undefined) {
      sum = { path, outcome, requests: 0, bytes: 0 };
      this.sums.set(key, sum);
    }
    sum.requests++;
    sum.bytes += bytes;
    this.durations[PATHS.indexOf(path)]!.add(ms);
  }

  records(accepted: number, rejected: number): void {
    this.accepted += accepted;
    this.rejected += rejected;
  }

  malformed(reason: string): void {
    this.malformedByReason.set(reason, (this.malformedByReason.get(reason) ?? 0) + 1);
  }

  connectionEnded(reason: ConnectionReason): void {
    this.closed.set(reason, (this.closed.get(reason) ?? 0) + 1);
  }

  watchConnections(limit: number, open: () => number): () => void {
    const watched = { limit, open };
    this.connections = watched;
    return () => {
      if (this.connections === watched) this.connections = undefined;
    };
  }

  collect(): readonly MetricSample[] {
    const { receiver, connections } = this;
    const sums = [...this.sums.values()];
    const byPath = (value: (sum: Sum) => number) =>
      sums.map(sum => ({ labels: { receiver, path: sum.path, outcome: sum.outcome }, value: value(sum) }));
    const byReason = (counts: Iterable<readonly [string, number]>) =>
      [...counts].map(([reason, value]) => ({ labels: { receiver, reason }, value }));
    return [
      EVENTS_REQUESTS.samples(byPath(({ requests }) => requests)),
      EVENTS_REQUEST_BYTES.samples(byPath(({ bytes }) => bytes)),
      EVENTS_REQUEST_DURATION.samples(
        PATHS.flatMap((path, i) => {
          const took = this.durations[i]!;
          return took.count === 0 ? [] : took.values({ receiver, path });
        }),
      ),
      EVENTS_RECORDS.samples([
        { labels: { receiver, result: 'accepted' }, value: this.accepted },
        { labels: { receiver, result: 'rejected' }, value: this.rejected },
      ]),
      EVENTS_MALFORMED.samples(byReason(this.malformedByReason)),
      EVENTS_CLOSED_CONNECTIONS.samples(byReason(CLOSED.map(reason => [reason, this.closed.get(reason) ?? 0]))),
      ...(connections === undefined
        ? []
        : [
            EVENTS_CONNECTIONS.sample(connections.open(), { receiver }),
            EVENTS_CONNECTION_LIMIT.sample(connections.limit, { receiver }),
          ]),
    ];
  }
}
