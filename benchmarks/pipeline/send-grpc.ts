/**
 * OTLP/gRPC over bare HTTP/2, for bodies that are already encoded: a client library copies and checks what here is
 * known, and its compression cannot be told to be fast.
 */
import { type ClientHttp2Session, type ClientHttp2Stream, connect, type IncomingHttpHeaders } from 'node:http2';
import { constants, gzipSync } from 'node:zlib';
import { ACCEPTED, type Answer, DEFAULT_RETRY_MS, type Sender, type SenderOptions } from './sender.ts';

const EXPORT = '/opentelemetry.proto.collector.trace.v1.TraceService/Export';
const RETRY_INFO = 'google.rpc.RetryInfo';
/** RESOURCE_EXHAUSTED, UNAVAILABLE. */
const RETRYABLE: ReadonlySet<string> = new Set(['8', '14']);

export async function connectGrpc(options: SenderOptions): Promise<Sender> {
  const session = connect(`http://${options.host}:${options.port}`);
  await new Promise<void>((resolve, reject) => session.once('connect', () => resolve()).once('error', reject));
  // The streams in flight tell of it.
  session.on('error', () => {});
  return { send: body => exportSpans(session, options.gzip, body), close: () => session.destroy() };
}

function exportSpans(session: ClientHttp2Session, gzip: boolean, body: Buffer): Promise<Answer> {
  const stream = session.request({
    ':method': 'POST',
    ':path': EXPORT,
    'content-type': 'application/grpc',
    te: 'trailers',
    ...(gzip ? { 'grpc-encoding': 'gzip' } : {}),
  });
  stream.end(frame(gzip ? gzipSync(body, { level: constants.Z_BEST_SPEED }) : body, gzip));
  return answerOf(stream);
}

/** A gRPC message: whether it is compressed, its length, its bytes. */
function frame(message: Buffer, isCompressed: boolean): Buffer {
  const bytes = Buffer.allocUnsafe(message.length + 5);
  bytes[0] = isCompressed ? 1 : 0;
  bytes.writeUInt32BE(message.length, 1);
  message.copy(bytes, 5);
  return bytes;
}

/** The status is in the trailers, or in the headers of an answer without a message. */
function answerOf(stream: ClientHttp2Stream): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let status: IncomingHttpHeaders = {};
    const keep = (headers: IncomingHttpHeaders): void => {
      if (headers['grpc-status'] !== undefined) status = headers;
    };
    stream.on('response', keep).on('trailers', keep).on('error', reject).resume();
    stream.once('close', () => resolve(toAnswer(status)));
  });
}

function toAnswer(headers: IncomingHttpHeaders): Answer {
  const code = headers['grpc-status'];
  if (code === '0') return ACCEPTED;
  if (code === undefined) {
    return { accepted: false, retryAfterMs: undefined, asksForDelay: false, status: 'gRPC: an answer without status' };
  }
  const askedMs = askedDelayMs(headers);
  const retryAfterMs = RETRYABLE.has(String(code)) ? (askedMs ?? DEFAULT_RETRY_MS) : undefined;
  return {
    accepted: false,
    retryAfterMs,
    asksForDelay: askedMs !== undefined,
    status: `gRPC status ${code}: ${percentDecoded(String(headers['grpc-message'] ?? ''))}`,
  };
}

/** The whole seconds of a google.rpc.RetryInfo among the details of the status, each length being one byte. */
function askedDelayMs(headers: IncomingHttpHeaders): number | undefined {
  const details = Buffer.from(String(headers['grpc-status-details-bin'] ?? ''), 'base64');
  const at = details.indexOf(RETRY_INFO);
  const seconds = at < 0 ? undefined : details[at + RETRY_INFO.length + 5];
  return seconds === undefined ? undefined : seconds * 1_000;
}

const percentDecoded = (text: string): string =>
  text.replaceAll(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
