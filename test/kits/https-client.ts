/** One HTTPS request as a test needs it: on a connection of its own, with whatever the client is to show and to trust. */
import { type RequestOptions, request } from 'node:https';

export interface SecureReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

export interface SecureMessage extends RequestOptions {
  readonly body?: Uint8Array | string;
  /** Of an earlier connection, to be resumed. */
  readonly session?: Buffer | undefined;
}

/** Rejects when the connection cannot be made or breaks. */
export function sendSecure(port: number, { body = '', ...options }: SecureMessage): Promise<SecureReply> {
  return new Promise((resolve, reject) => {
    const sent = request({ port, host: '127.0.0.1', agent: false, ...options }, response => {
      const pieces: Buffer[] = [];
      response.on('data', piece => pieces.push(piece));
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode!, headers: response.headers, body: Buffer.concat(pieces) }),
      );
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
