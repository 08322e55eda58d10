/** Reads a call's head; the answer when it is not to be taken, undefined when it is. */
import type { Consumers } from '../../../contract/component.ts';
import type { Field } from '../../../lib/http2/hpack/fields.ts';
import type { Guard } from '../../../lib/listen/guard.ts';
import { type Answer, decline } from '../../listener/answer.ts';
import { METRICS_ANSWER, type Signal } from '../signal.ts';
import type { Call } from './call.ts';

const SERVICES: ReadonlyMap<string, Signal> = new Map([
  ['/opentelemetry.proto.collector.trace.v1.TraceService/Export', 'traces'],
  ['/opentelemetry.proto.collector.logs.v1.LogsService/Export', 'logs'],
  ['/opentelemetry.proto.collector.metrics.v1.MetricsService/Export', 'metrics'],
]);
const CONTENT_TYPE = 'application/grpc';
const UNIT_MS: Readonly<Record<string, number>> = { H: 3_600_000, M: 60_000, S: 1000, m: 1, u: 1e-3, n: 1e-6 };
const NO_SERVICE = decline('not_found', 'no such service: call Export of TraceService or LogsService');

/** What a head is held against. */
export interface HeadRules {
  readonly consumers: Consumers;
  readonly guard: Guard;
}

/** What speaks HTTP/2 but not gRPC gets no gRPC answer: the status of HTTP. */
export type NotGrpc = 405 | 415;

export function readHead(call: Call, fields: readonly Field[], rules: HeadRules): Answer | NotGrpc | undefined {
  let contentType = '';
  let authorization: string | undefined;
  let problem: Answer | NotGrpc | undefined;
  for (const { name, value } of fields) {
    switch (name) {
      case ':method':
        if (value !== 'POST') problem = 405;
        break;
      case ':path':
        problem ??= readPath(call, value, rules.consumers);
        break;
      case 'content-type':
        contentType = value;
        break;
      case 'grpc-encoding':
        problem ??= readEncoding(call, value);
        break;
      case 'grpc-timeout':
        problem ??= readTimeout(call, value);
        break;
      case 'authorization':
        authorization ??= value;
        break;
      case 'traceparent':
        call.traceparent = value;
    }
  }
  if (!isGrpc(contentType)) return 415;
  const { auth } = rules.guard;
  const denial = auth === undefined ? undefined : auth.authorize(authorization, 'ingest');
  return denial === undefined ? problem : decline(denial.status, denial.message);
}

function isGrpc(contentType: string): boolean {
  return contentType === CONTENT_TYPE || /^application\/grpc(?:\+proto)?\s*(?:;|$)/i.test(contentType);
}

function readPath(call: Call, path: string, consumers: Consumers): Answer | undefined {
  const signal = SERVICES.get(path);
  if (signal === undefined) return NO_SERVICE;
  call.signal = signal;
  if (signal === 'metrics') return decline('not_found', METRICS_ANSWER);
  if (consumers[signal as 'traces' | 'logs'] !== undefined) return undefined;
  return decline(
    'not_found',
    `${signal} are not taken here: no ${signal} pipeline of this service lists this receiver`,
  );
}

function readEncoding(call: Call, encoding: string): Answer | undefined {
  if (encoding === 'gzip') call.gzip = true;
  else if (encoding !== 'identity') {
    return decline('unsupported', `grpc-encoding "${encoding}" is not supported: use gzip or identity`);
  }
  return undefined;
}

function readTimeout(call: Call, timeout: string): Answer | undefined {
  const match = /^(\d{1,8})([HMSmun])$/.exec(timeout);
  if (match === null) return decline('malformed', `grpc-timeout "${timeout}" is no time`);
  call.deadlineMs = call.openedMs + Number(match[1]) * UNIT_MS[match[2]!]!;
  return undefined;
}
