/** OTLP/gRPC calls with raw bytes, through grpc-js's own client. */
import { type ChannelCredentials, Client, credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js';

export interface CallResult {
  readonly code: number;
  readonly details: string;
  readonly response: Buffer | undefined;
  readonly metadata: Metadata;
}

const same = (bytes: Buffer) => bytes;

export class OtlpClient {
  private readonly client: Client;

  constructor(port: number, options: Record<string, number> = {}, channel?: ChannelCredentials) {
    const all = { 'grpc.max_send_message_length': -1, ...options };
    this.client = new Client(`127.0.0.1:${port}`, channel ?? credentials.createInsecure(), all);
  }

  /** `service` as `trace.v1.TraceService`; `headers` are sent along. */
  export(service: string, bytes: Buffer, headers: Record<string, string> = {}): Promise<CallResult> {
    const sent = Metadata.fromHttp2Headers(headers);
    const path = `/opentelemetry.proto.collector.${service}/Export`;
    return new Promise(resolve => {
      const done = (error: ServiceError | null, response?: Buffer) => {
        const { code, details, metadata } = error ?? { code: status.OK, details: '', metadata: new Metadata() };
        resolve({ code, details, metadata, response });
      };
      this.client.makeUnaryRequest(path, same, same, bytes, sent, done);
    });
  }

  close(): void {
    this.client.close();
  }
}
