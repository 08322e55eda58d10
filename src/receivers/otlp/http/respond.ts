/**
 * Writes an answer in the request's own encoding. When most of the body is still to come, the answer goes out at once
 * and the connection is closed after a while of throwing away what arrives: a sender that is cut off while it still
 * writes would lose the answer.
 */
import type { OutgoingHttpHeaders } from 'node:http';
import { type Answer, OUTCOMES, type Outcome } from '../answer.ts';
import { partialSuccessToJson, statusToJson } from '../json-answers.ts';
import { encodePartialSuccess, encodeStatus } from '../protobuf-answers.ts';
import type { Encoding } from '../signal.ts';
import { announcedLength, type Exchange } from './exchange.ts';

/** An unread rest up to this is read and thrown away, and the connection stays. */
const READABLE_REST = 2 ** 20;
const LINGER_MS = 1000;

export const CONTENT_TYPE = { protobuf: 'application/x-protobuf', json: 'application/json' } as const;
/** Texts, because node:http sends those in one write with the head. */
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
  const { response, encoding } = exchange;
  if (closing) response.shouldKeepAlive = false;
  if (answer.outcome === 'accepted') {
    response.writeHead(200, EMPTY_HEADERS[encoding]);
    response.end(EMPTY_BODY[encoding]);
    return;
  }
  const body = answerBody(exchange, answer);
  const lingers = !exchange.complete && !isRestReadable(exchange);
  if (lingers || exchange.waitsForLeave) response.shouldKeepAlive = false;
  response.writeHead(OUTCOMES[answer.outcome].http, answerHeaders(answer, encoding, body.length));
  if (lingers && !exchange.waitsForLeave) linger(exchange, body);
  else response.end(body);
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

function isRestReadable(exchange: Exchange): boolean {
  const announced = announcedLength(exchange);
  if (announced < 0) return exchange.headers['transfer-encoding'] === undefined;
  return announced - exchange.bytes <= READABLE_REST;
}

function linger(exchange: Exchange, body: Buffer): void {
  const { response } = exchange;
  response.write(body);
  const end = () => {
    clearTimeout(timer);
    response.end();
  };
  const timer = setTimeout(end, LINGER_MS);
  exchange.once('close', end);
  exchange.resume();
}
