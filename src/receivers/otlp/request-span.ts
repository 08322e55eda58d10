/** A request of the receiver as a span of the program about itself. */
import type { TracedWork } from '../../contract/tracer.ts';
import { type Answer, OUTCOMES } from '../listener/answer.ts';
import type { Protocol } from '../listener/protocol.ts';
import type { Signal } from './signal.ts';

export interface AnsweredRequest {
  readonly protocol: Protocol;
  readonly signal: Signal;
  readonly parent: string | undefined;
  /** By `performance.now()`. */
  readonly beganMs: number;
  readonly bytes: number;
  readonly answer: Answer;
}

export function requestSpan({ protocol, signal, parent, beganMs, bytes, answer }: AnsweredRequest): TracedWork {
  const { outcome, message } = answer;
  const { http, code } = OUTCOMES[outcome];
  const own = { 'tacit.signal': signal, 'tacit.outcome': outcome, 'tacit.message.bytes': bytes };
  const failure = http >= 500 ? { failure: message } : {};
  if (protocol === 'http') {
    const route = `/v1/${signal}`;
    const attributes = {
      'http.request.method': 'POST',
      'http.route': route,
      'http.response.status_code': http,
      ...own,
    };
    return { name: `POST ${route}`, parent, beganMs, attributes, ...failure };
  }
  const method = `opentelemetry.proto.collector.${signal === 'traces' ? 'trace' : signal}.v1.${SERVICES[signal]}/Export`;
  const attributes = { 'rpc.system': 'grpc', 'rpc.method': method, 'rpc.grpc.status_code': code, ...own };
  return { name: method, parent, beganMs, attributes, ...failure };
}

const SERVICES: Readonly<Record<Signal, string>> = {
  traces: 'TraceService',
  logs: 'LogsService',
  metrics: 'MetricsService',
  other: 'Service',
};
