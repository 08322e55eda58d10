/** Calls over gRPC whose messages and fields are as the attack wants them; one connection for all of them. */
import { type ClientHttp2Session, connect } from 'node:http2';

const PATH = '/opentelemetry.proto.collector.trace.v1.TraceService/Export';

/** A gRPC message as it goes over the wire. */
export function message(bytes: Buffer, isCompressed = true): Buffer {
  const prefix = Buffer.alloc(5);
  prefix[0] = isCompressed ? 1 : 0;
  prefix.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([prefix, bytes]);
}

export class RawGrpc {
  private readonly session: ClientHttp2Session;

  constructor(port: number) {
    this.session = connect(`http://127.0.0.1:${port}`);
    this.session.on('error', () => {});
  }

  /** The call's status; `closed` when it got none. */
  call(body: Buffer, headers: Record<string, string> = {}): Promise<string> {
    return new Promise(resolve => {
      const all = { ':method': 'POST', ':path': PATH, 'content-type': 'application/grpc', te: 'trailers', ...headers };
      const stream = this.session.request(all);
      let status = 'closed';
      const keep = (fields: Record<string, unknown>): void => {
        const code = fields['grpc-status'] ?? (fields[':status'] === 200 ? undefined : `HTTP ${fields[':status']}`);
        if (code !== undefined) status = String(code);
      };
      stream
        .on('response', keep)
        .on('trailers', keep)
        .on('error', () => {});
      stream.on('close', () => resolve(status)).resume();
      stream.end(body);
    });
  }

  close(): void {
    this.session.destroy();
  }
}
