/** A request on its way, until its answer was read whole. */
import type { ClientRequest } from 'node:http';

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** Sends the body. Rejects when the connection cannot be made or breaks. */
export function exchange(request: ClientRequest, body: Uint8Array | string): Promise<Reply> {
  return new Promise((resolve, reject) => {
    request.on('response', response => {
      const pieces: Buffer[] = [];
      response.on('data', piece => pieces.push(piece));
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode!, headers: response.headers, body: Buffer.concat(pieces) }),
      );
    });
    request.on('error', reject);
    request.end(body);
  });
}
