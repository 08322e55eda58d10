/** Reads a request's head into its exchange; the answer when it is not to be taken, undefined when it is. */
import type { Consumers } from '../../../contract/component.ts';
import { type Answer, decline } from '../../listener/answer.ts';
import type { Exchange } from '../../listener/http/exchange.ts';
import { authorize, checkLength, readContentEncoding } from '../../listener/http/head.ts';
import type { HeadRules } from '../../listener/http/service.ts';
import { METRICS_ANSWER, type Signal } from '../signal.ts';

const PROTOBUF = 'application/x-protobuf';
const JSON_TYPE = 'application/json';
const SIGNAL_BY_PATH: ReadonlyMap<string, Signal> = new Map([
  ['/v1/traces', 'traces'],
  ['/v1/logs', 'logs'],
  ['/v1/metrics', 'metrics'],
]);

export function readHead(
  exchange: Exchange,
  { maxBodyBytes, guard }: HeadRules,
  consumers: Consumers,
): Answer | undefined {
  const knownType = readContentType(exchange);
  const wrongPath = readPath(exchange, consumers);
  return (
    authorize(exchange, guard) ??
    wrongPath ??
    (knownType ? undefined : unsupportedType(exchange)) ??
    readContentEncoding(exchange) ??
    checkLength(exchange, maxBodyBytes)
  );
}

function readPath(exchange: Exchange, consumers: Consumers): Answer | undefined {
  const url = exchange.head.url;
  const signal = SIGNAL_BY_PATH.get(url) ?? SIGNAL_BY_PATH.get(url.split('?', 1)[0]!);
  if (signal === undefined) return decline('not_found', 'no such path: send POST /v1/traces or POST /v1/logs');
  exchange.otlpSignal = signal;
  if (signal === 'metrics') return decline('not_found', METRICS_ANSWER);
  if (consumers[signal as 'traces' | 'logs'] === undefined) {
    return decline('not_found', `${signal} are not taken here: no ${signal} pipeline lists this receiver`);
  }
  if (exchange.head.method === 'POST') return undefined;
  return decline('wrong_method', `${exchange.head.method} is not for ${url}: send POST`);
}

/** Sets the encoding; an unknown type leaves JSON, the one a person can read. */
function readContentType(exchange: Exchange): boolean {
  const header = exchange.head.headers['content-type'];
  if (header === PROTOBUF) return true;
  exchange.encoding = 'json';
  if (header === undefined) return false;
  const type = header.split(';', 1)[0]!.trim().toLowerCase();
  if (type === PROTOBUF) exchange.encoding = 'protobuf';
  return type === PROTOBUF || type === JSON_TYPE;
}

function unsupportedType(exchange: Exchange): Answer {
  const header = exchange.head.headers['content-type'];
  const problem = header === undefined ? 'Content-Type is missing' : `Content-Type "${header}" is not supported`;
  return decline('unsupported', `${problem}: use ${PROTOBUF} or ${JSON_TYPE}`);
}
