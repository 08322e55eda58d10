/** One POST over HTTP or HTTPS, its answer read to the end. Unlike `fetch` it takes certificates. */
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { ClientTls } from '../../lib/client-tls.ts';

export interface Post {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly signal: AbortSignal;
  readonly tls: ClientTls | undefined;
}

export interface Posted {
  readonly status: number;
  readonly retryAfter: string | undefined;
}

export function post(url: string, { headers, body, signal, tls }: Post): Promise<Posted> {
  return new Promise((resolve, reject) => {
    const request = url.startsWith('https:') ? requestHttps : requestHttp;
    const all = { ...headers, 'content-length': String(body.length) };
    const sent = request(url, { method: 'POST', headers: all, signal, ...tls }, answer => {
      const posted = { status: answer.statusCode ?? 0, retryAfter: answer.headers['retry-after'] };
      answer.on('error', reject).on('end', () => resolve(posted));
      answer.resume();
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
