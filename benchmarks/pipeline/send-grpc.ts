/** OTLP/gRPC through grpc-js, handing over bodies that are already encoded. */
import { Client, compressionAlgorithms, credentials, type ServiceError, status as statusCodes } from '@grpc/grpc-js';
import { ACCEPTED, type Answer, DEFAULT_RETRY_MS, type Sender, type SenderOptions } from './sender.ts';

const EXPORT = '/opentelemetry.proto.collector.trace.v1.TraceService/Export';
const RETRYABLE: ReadonlySet<number> = new Set([statusCodes.UNAVAILABLE, statusCodes.RESOURCE_EXHAUSTED]);
const CONNECT_TIMEOUT_MS = 5_000;

export async function connectGrpc(options: SenderOptions): Promise<Sender> {
  const client = new Client(`${options.host}:${options.port}`, credentials.createInsecure(), {
    // Otherwise all senders would share one connection.
    'grpc.use_local_subchannel_pool': 1,
    'grpc.default_compression_algorithm': options.gzip ? compressionAlgorithms.gzip : compressionAlgorithms.identity,
  });
  await new Promise<void>((resolve, reject) =>
    client.waitForReady(Date.now() + CONNECT_TIMEOUT_MS, error => (error === undefined ? resolve() : reject(error))),
  );
  return { send: body => exportSpans(client, body), close: () => client.close() };
}

function exportSpans(client: Client, body: Buffer): Promise<Answer> {
  return new Promise(resolve => {
    client.makeUnaryRequest(EXPORT, same, same, body, error => resolve(error === null ? ACCEPTED : refusal(error)));
  });
}

function refusal(error: ServiceError): Answer {
  const retryAfterMs = RETRYABLE.has(error.code) ? DEFAULT_RETRY_MS : undefined;
  return { accepted: false, retryAfterMs, status: `gRPC ${statusCodes[error.code]}: ${error.details}` };
}

const same = (bytes: Buffer): Buffer => bytes;
