/** What a client may have sent when it vanishes. */
import { encodeHeaders } from '../../../src/lib/http2/hpack/encode.ts';
import { FLAG, FRAME } from '../../../src/lib/http2/words.ts';
import { frame, GREETING } from '../../lib/http2/raw-client.ts';

const CALL = encodeHeaders([
  [':method', 'POST'],
  [':scheme', 'http'],
  [':path', '/opentelemetry.proto.collector.trace.v1.TraceService/Export'],
  ['content-type', 'application/grpc'],
]);
const HALF_HEAD = 'POST /v1/traces HTTP/1.1\r\nHost: t';

export const UNFINISHED = {
  grpcMessage: Buffer.concat([
    GREETING,
    frame(FRAME.headers, FLAG.endHeaders, 1, CALL),
    frame(FRAME.data, 0, 1, Buffer.from([0, 0, 0, 1, 0, 10])),
  ]),
  httpHead: HALF_HEAD,
  httpBody: `${HALF_HEAD}\r\nContent-Type: application/x-protobuf\r\nContent-Length: 900000\r\n\r\nabc`,
} as const;

/** Every address, so that those behind a link come in as well. */
export const EVERYWHERE: readonly string[] = [
  'receivers.otlp.protocols.grpc.endpoint=0.0.0.0:0',
  'receivers.otlp.protocols.http.endpoint=0.0.0.0:0',
  'extensions.http_api.endpoint=0.0.0.0:0',
];

/** A whole question, whose connection stays open. */
export function get(path: string): string {
  return `GET ${path} HTTP/1.1\r\nHost: t\r\n\r\n`;
}
