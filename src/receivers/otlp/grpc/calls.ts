/** The OTLP services for grpc-js with raw bytes on both sides, and answers as gRPC statuses. */
import { Metadata, type ServerUnaryCall, type ServiceDefinition, type sendUnaryData } from '@grpc/grpc-js';
import { type Answer, OUTCOMES } from '../answer.ts';
import { encodePartialSuccess, encodeStatus } from '../protobuf-answers.ts';

const NO_BYTES = Buffer.alloc(0);

export type ExportCall = ServerUnaryCall<Buffer, Buffer>;
export type ExportReply = sendUnaryData<Buffer>;

/** `service` without the common prefix, as `trace.v1.TraceService`. */
export function exportService(service: string): ServiceDefinition {
  return {
    Export: {
      path: `/opentelemetry.proto.collector.${service}/Export`,
      requestStream: false,
      responseStream: false,
      requestSerialize: sameBytes,
      requestDeserialize: sameBytes,
      responseSerialize: sameBytes,
      responseDeserialize: sameBytes,
    },
  };
}

export function reply(callback: ExportReply, answer: Answer): void {
  if (answer.outcome === 'accepted') callback(null, NO_BYTES);
  else if (answer.outcome === 'partial') callback(null, encodePartialSuccess(answer.rejected, answer.message));
  else callback(answerToStatus(answer));
}

function answerToStatus(answer: Answer) {
  const { code } = OUTCOMES[answer.outcome];
  const { message, retryAfterSeconds } = answer;
  if (retryAfterSeconds === 0) return { code, details: message };
  const metadata = new Metadata();
  metadata.set('grpc-status-details-bin', encodeStatus(code, message, retryAfterSeconds));
  return { code, details: message, metadata };
}

function sameBytes(bytes: Buffer): Buffer {
  return bytes;
}
