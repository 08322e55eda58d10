/** Clients that break the rules of HTTP/2, or do not speak it: what they are told, and what they are counted as. */
import type { Socket } from 'node:net';
import type { Breach } from '../../../lib/http2/words.ts';
import type { ConnectionReason } from '../../listener/connection-reason.ts';

const HTTP_1 = /^[A-Z]{3,8} /;
const TEXT =
  'this port speaks OTLP/gRPC (HTTP/2 with prior knowledge, or by ALPN over TLS); send OTLP/HTTP to the endpoint of protocols.http\n';
const FLUSH_MS = 1000;

/** A line to whoever sent HTTP/1, an alert to TLS; others are just cut off. */
export function answerForeign(socket: Socket, firstBytes: Buffer): void {
  const isText = HTTP_1.test(firstBytes.toString('latin1', 0, 9));
  if (!isText) {
    socket.destroy();
    return;
  }
  const head = 'HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Type: text/plain\r\n';
  const timer = setTimeout(() => socket.destroy(), FLUSH_MS);
  socket.once('close', () => clearTimeout(timer));
  socket.end(`${head}Content-Length: ${TEXT.length}\r\n\r\n${TEXT}`);
}

export function toReason(breach: Breach): ConnectionReason {
  switch (breach) {
    case 'too_many_pings':
    case 'too_many_frames':
      return 'flood';
    case 'header_block':
      return 'large_head';
    case 'keepalive_timeout':
      return 'dead';
    case 'read_timeout':
      return 'slow_head';
    default:
      return 'malformed';
  }
}
