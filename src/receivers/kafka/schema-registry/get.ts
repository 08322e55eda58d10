/** One GET over HTTP or HTTPS, its answer read up to a bound. Unlike `fetch` it takes certificates. */
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { ClientTls } from '../../../lib/client-tls.ts';

export interface Get {
  readonly headers: Readonly<Record<string, string>>;
  readonly maxBytes: number;
  readonly signal: AbortSignal;
  readonly tls: ClientTls | undefined;
}

export function get(
  url: string,
  { headers, maxBytes, signal, tls }: Get,
): Promise<{ readonly status: number; readonly body: string }> {
  return new Promise((resolve, reject) => {
    const request = url.startsWith('https:') ? requestHttps : requestHttp;
    const sent = request(url, { headers, signal, ...tls }, answer => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      answer.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > maxBytes) answer.destroy(new Error(`the answer has more than ${maxBytes} bytes`));
        else chunks.push(chunk);
      });
      answer.on('error', reject);
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(chunks).toString() }));
    });
    sent.on('error', reject);
    sent.end();
  });
}
