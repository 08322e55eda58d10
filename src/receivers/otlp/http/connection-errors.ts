/** What node:http could not parse or would not wait for, before or outside of a request: a last word on the socket. */
import type { Duplex } from 'node:stream';
import { type Answer, decline, OUTCOMES } from '../answer.ts';
import { CONTENT_TYPE, statusBody } from './respond.ts';

const REASONS: Readonly<Record<number, string>> = { 400: 'Bad Request', 408: 'Request Timeout' };

export function isTimeout(error: Error): boolean {
  return codeOf(error) === 'ERR_HTTP_REQUEST_TIMEOUT';
}

export function connectionErrorToAnswer(error: Error, readTimeoutMs: number): Answer {
  if (isTimeout(error)) {
    return decline('timed_out', `the request did not arrive within ${readTimeoutMs} ms (read_timeout)`);
  }
  if (codeOf(error) === 'HPE_PAUSED_H2_UPGRADE') {
    return decline('malformed', 'this port speaks HTTP/1.1; send OTLP/gRPC to the endpoint of protocols.grpc');
  }
  return decline('malformed', `this is not HTTP/1.1: ${error.message}`);
}

export function sendLastWord(socket: Duplex, answer: Answer): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const { http } = OUTCOMES[answer.outcome];
  const body = statusBody(answer, 'json').toString();
  const head = `HTTP/1.1 ${http} ${REASONS[http]}\r\nConnection: close\r\nContent-Type: ${CONTENT_TYPE.json}\r\n`;
  socket.end(`${head}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`, () => socket.destroy());
}

function codeOf(error: Error): unknown {
  return 'code' in error ? error.code : undefined;
}
