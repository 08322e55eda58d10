/** The answer to a request in the request's own encoding. */
import { type Answer, OUTCOMES } from '../../listener/answer.ts';
import type { Exchange } from '../../listener/http/exchange.ts';
import { isRestReadable, outcomeHeaders } from '../../listener/http/outcome-headers.ts';
import { partialSuccessToJson, statusToJson } from '../json-answers.ts';
import { encodePartialSuccess, encodeStatus } from '../protobuf-answers.ts';
import type { Encoding } from '../signal.ts';

export const CONTENT_TYPE = { protobuf: 'application/x-protobuf', json: 'application/json' } as const;
/** Texts, because those are sent in one write with the head. */
const EMPTY_BODY = { protobuf: '', json: '{}' } as const;
const EMPTY_HEADERS = {
  protobuf: { 'Content-Type': CONTENT_TYPE.protobuf, 'Content-Length': 0 },
  json: { 'Content-Type': CONTENT_TYPE.json, 'Content-Length': 2 },
} as const;

export function respond(exchange: Exchange, answer: Answer, closing: boolean): void {
  const { outlet, encoding } = exchange;
  if (answer.outcome === 'accepted') {
    outlet.send(200, EMPTY_HEADERS[encoding], EMPTY_BODY[encoding], closing, false);
    return;
  }
  const body = answerBody(exchange, answer);
  const lingers = !exchange.complete && !isRestReadable(exchange);
  const type = { 'Content-Type': CONTENT_TYPE[encoding], 'Content-Length': body.length };
  const headers = { ...type, ...outcomeHeaders(answer) };
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
