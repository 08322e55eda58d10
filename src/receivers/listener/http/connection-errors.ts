/** What node:http could not parse or would not wait for, before or outside of a request: a last word on the socket. */
import type { Duplex } from 'node:stream';
import { type Answer, decline } from '../answer.ts';
import type { ConnectionReason } from '../connection-reason.ts';
import type { HttpOptions } from './options.ts';
import type { LastWord } from './service.ts';

export interface ConnectionFailure {
  /** `slow_head` also when the head was there and the body did not come. */
  readonly reason: ConnectionReason;
  readonly status: string;
  readonly answer: Answer;
}

/** Undefined when the connection itself broke and there is nobody to answer. */
/** @param http2Hint for who speaks HTTP/2 here. */
export function connectionFailure(
  error: Error,
  options: HttpOptions,
  http2Hint: string,
): ConnectionFailure | undefined {
  const code = 'code' in error ? String(error.code) : '';
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return timeOut(options);
    case 'HPE_HEADER_OVERFLOW': {
      const message = `the head of the request is larger than ${options.maxHeaderBytes} bytes (max_header_size)`;
      return {
        reason: 'large_head',
        status: '431 Request Header Fields Too Large',
        answer: decline('too_large', message),
      };
    }
    case 'HPE_PAUSED_H2_UPGRADE':
      return malformed(`this port speaks HTTP/1.1; ${http2Hint}`);
    // The sender hung up in the middle of a request.
    case 'HPE_INVALID_EOF_STATE':
      return undefined;
    default:
      return code.startsWith('HPE_') ? malformed(`this is not HTTP/1.1: ${error.message}`) : undefined;
  }
}

/** A head or a body that did not come in time. */
export function timeOut({ readHeaderTimeoutMs, readTimeoutMs }: HttpOptions): ConnectionFailure {
  const message = `the request did not arrive within ${readTimeoutMs} ms (read_timeout), or its head within ${readHeaderTimeoutMs} ms (read_header_timeout)`;
  return { reason: 'slow_head', status: '408 Request Timeout', answer: decline('timed_out', message) };
}

function malformed(message: string): ConnectionFailure {
  return { reason: 'malformed', status: '400 Bad Request', answer: decline('malformed', message) };
}

export function sendLastWord(socket: Duplex, { status }: ConnectionFailure, { contentType, text }: LastWord): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const head = `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: ${contentType}\r\n`;
  socket.end(`${head}Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`, () => socket.destroy());
}
