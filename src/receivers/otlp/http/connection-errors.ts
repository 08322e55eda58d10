/** What node:http could not parse or would not wait for, before or outside of a request: a last word on the socket. */
import type { Duplex } from 'node:stream';
import { type Answer, decline, OUTCOMES } from '../answer.ts';
import { CONTENT_TYPE, statusBody } from './respond.ts';

const REASONS: Readonly<Record<number, string>> = { 400: 'Bad Request', 408: 'Request Timeout' };

/** Undefined when the connection itself broke and there is nobody to answer. */
export function connectionErrorToAnswer(error: Error, readTimeoutMs: number): Answer | undefined {
  const code = 'code' in error ? String(error.code) : '';
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return decline('timed_out', `the request did not arrive within ${readTimeoutMs} ms (read_timeout)`);
  }
  if (code === 'HPE_PAUSED_H2_UPGRADE') {
    return decline('malformed', 'this port speaks HTTP/1.1; send OTLP/gRPC to the endpoint of protocols.grpc');
  }
  // The sender hung up in the middle of a request.
  if (code === 'HPE_INVALID_EOF_STATE') return undefined;
  return code.startsWith('HPE_') ? decline('malformed', `this is not HTTP/1.1: ${error.message}`) : undefined;
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
