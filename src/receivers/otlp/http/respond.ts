/** The answer to a request in the request's own encoding. */
import type { OutgoingHttpHeaders } from 'node:http';
import { type Answer, OUTCOMES, type Outcome } from '../../listener/answer.ts';
import type { Exchange } from '../../listener/http/exchange.ts';
import { partialSuccessToJson, statusToJson } from '../json-answers.ts';
import { encodePartialSuccess, encodeStatus } from '../protobuf-answers.ts';
import type { Encoding } from '../signal.ts';

/** An unread rest up to this is read and thrown away, and the connection stays. */
const READABLE_REST = 2 ** 20;

export const CONTENT_TYPE = { protobuf: 'application/x-protobuf', json: 'application/json' } as const;
/** Texts, because those are sent in one write with the head. */
const EMPTY_BODY = { protobuf: '', json: '{}' } as const;
const EMPTY_HEADERS = {
  protobuf: { 'Content-Type': CONTENT_TYPE.protobuf, 'Content-Length': 0 },
  json: { 'Content-Type': CONTENT_TYPE.json, 'Content-Length': 2 },
} as const;

const CHALLENGES: Readonly<Partial<Record<Outcome, string>>> = {
  unauthenticated: 'Bearer realm="tacit"',
  forbidden: 'Bearer realm="tacit", error="insufficient_scope", scope="ingest"',
};

export function respond(exchange: Exchange, answer: Answer, closing: boolean): void {
  const { outlet, encoding } = exchange;
  if (answer.outcome === 'accepted') {
    outlet.send(200, EMPTY_HEADERS[encoding], EMPTY_BODY[encoding], closing, false);
    return;
  }
  const body = answerBody(exchange, answer);
  const lingers = !exchange.complete && !isRestReadable(exchange);
  const headers = answerHeaders(answer, encoding, body.length);
  outlet.send(OUTCOMES[answer.outcome].http, headers, body, closing || lingers, lingers);
}

/** A google.rpc.Status in an encoding. */
export function statusBody(answer: Answer, encoding: Encoding): Buffer {
  const { code } = OUTCOMES[answer.outcome];
  return encoding === 'json' ? statusToJson(code, answer.message) : encodeStatus(code, answer.message);
}

function answerBody(exchange: Exchange, answer: Answer): Buffer {
  if (answer.outcome !== 'partial') return statusBody(answer, exchange.encoding);
  const { rejected, message } = answer;
  return exchange.encoding === 'json'
    ? partialSuccessToJson(exchange.otlpSignal, rejected, message)
    : encodePartialSuccess(rejected, message);
}

function answerHeaders(answer: Answer, encoding: Encoding, length: number): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = { 'Content-Type': CONTENT_TYPE[encoding], 'Content-Length': length };
  if (answer.retryAfterSeconds > 0) headers['Retry-After'] = answer.retryAfterSeconds;
  const challenge = CHALLENGES[answer.outcome];
  if (challenge !== undefined) headers['WWW-Authenticate'] = challenge;
  if (answer.outcome === 'wrong_method') headers.Allow = 'POST';
  if (answer.outcome === 'unsupported') headers['Accept-Encoding'] = 'gzip, identity';
  return headers;
}

function isRestReadable({ announced, head, bytes }: Exchange): boolean {
  if (announced < 0) return head.headers['transfer-encoding'] === undefined;
  return announced - bytes <= READABLE_REST;
}
