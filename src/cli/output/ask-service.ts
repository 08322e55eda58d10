/** One GET to a running service, with what its listener may ask of a client; the whole answer as text. */
import { request } from 'node:http';
import { request as secureRequest } from 'node:https';

/** PEM texts. */
export interface ClientTls {
  /** Authorities to trust in place of those of the system. */
  readonly ca?: string | undefined;
  /** What the client shows of itself (mutual TLS). */
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

export interface ServiceAnswer {
  readonly status: number;
  /** `404 Not Found` */
  readonly statusLine: string;
  readonly location: string | undefined;
  readonly body: string;
}

/** The connection was made, and broke before the answer was whole. */
export class BrokenAnswerError extends Error {
  override readonly name = 'BrokenAnswerError';
}

/** Follows no redirect: a token is for the service that was named. */
export function askService(url: URL, headers: Record<string, string>, tls: ClientTls): Promise<ServiceAnswer> {
  const send = url.protocol === 'https:' ? secureRequest : request;
  return new Promise((resolve, reject) => {
    const sent = send(url, { headers, ...tls }, response => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.on('error', error => reject(new BrokenAnswerError(error.message)));
      response.on('end', () => {
        const { statusCode: status = 0, statusMessage = '' } = response;
        const body = Buffer.concat(pieces).toString('utf8');
        resolve({ status, statusLine: `${status} ${statusMessage}`, location: response.headers.location, body });
      });
    });
    sent.on('error', reject);
    sent.end();
  });
}
