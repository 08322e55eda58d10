/** OTLP/gRPC calls with raw bytes, through grpc-js's own client. */
import { Client, credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js';

export interface CallResult {
  readonly code: number;
  readonly details: string;
  readonly response: Buffer | undefined;
  readonly metadata: Metadata;
}

const same = (bytes: Buffer) => bytes;

export class OtlpClient {
  private readonly client: Client;

  constructor(port: number, options: Record<string, number> = {}) {
    const unlimited = { 'grpc.max_send_message_length': -1 };
    this.client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), { ...unlimited, ...options });
  }

  /** `service` as `trace.v1.TraceService`. */
  export(service: string, bytes: Buffer): Promise<CallResult> {
    const path = `/opentelemetry.proto.collector.${service}/Export`;
    return new Promise(resolve => {
      const done = (error: ServiceError | null, response?: Buffer) => {
        const { code, details, metadata } = error ?? { code: status.OK, details: '', metadata: new Metadata() };
        resolve({ code, details, metadata, response });
      };
      this.client.makeUnaryRequest(path, same, same, bytes, done);
    });
  }

  close(): void {
    this.client.close();
  }
}
