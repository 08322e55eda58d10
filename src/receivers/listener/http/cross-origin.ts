/**
 * Requests from web pages of other origins: answers a browser's question whether a page may send (preflight), and marks
 * answers that the page may read.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { CorsPolicy } from '../../../lib/listen/cors.ts';

/** True when the request was a preflight and is answered. */
export function answerPreflight(request: IncomingMessage, response: ServerResponse, cors: CorsPolicy): boolean {
  const { origin } = request.headers;
  if (origin === undefined) return false;
  if (request.method !== 'OPTIONS' || request.headers['access-control-request-method'] === undefined) {
    response.setHeaders(new Map(Object.entries(cors.answerHeaders(origin) ?? { Vary: 'Origin' })));
    return false;
  }
  const headers = cors.preflightHeaders(origin, 'POST', request.headers['access-control-request-headers']);
  request.resume();
  response.writeHead(204, { ...headers, 'Content-Length': 0 });
  response.end();
  return true;
}
