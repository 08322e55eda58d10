/** Answers as blocks of header fields and messages; the one that is nearly always given is made once. */
import { encodeHeaders, type Headers } from '../../../lib/http2/hpack/encode.ts';
import { type Answer, OUTCOMES } from '../../listener/answer.ts';
import { encodePartialSuccess, encodeStatus } from '../protobuf-answers.ts';
import type { Call } from './call.ts';
import type { NotGrpc } from './head.ts';

const PREFIX_BYTES = 5;
/** gRPC's code for a compression that is not known. */
const UNIMPLEMENTED = 12;
/** Clients allow 8 KiB for all fields of an answer. */
const MAX_MESSAGE_CHARACTERS = 1000;
const HEAD_FIELDS: Headers = [
  [':status', '200'],
  ['content-type', 'application/grpc'],
];
const HEAD = encodeHeaders(HEAD_FIELDS);
const OK = encodeHeaders([['grpc-status', '0']]);
const EMPTY_MESSAGE = Buffer.alloc(PREFIX_BYTES);

export function respond(call: Call, answer: Answer): void {
  const { connection } = call;
  if (answer.outcome === 'accepted') connection.respond(call, HEAD, EMPTY_MESSAGE, OK);
  else if (answer.outcome === 'partial') connection.respond(call, HEAD, partialMessage(answer), OK);
  else connection.respond(call, encodeHeaders([...HEAD_FIELDS, ...statusFields(answer)]));
}

/** To a client of HTTP that does not speak gRPC. */
export function respondPlainly(call: Call, status: NotGrpc): void {
  const allow: Headers = status === 405 ? [['allow', 'POST']] : [];
  call.connection.respond(call, encodeHeaders([[':status', String(status)], ...allow]));
}

function partialMessage({ rejected, message }: Answer): Buffer {
  const bytes = encodePartialSuccess(rejected, message);
  const prefix = Buffer.alloc(PREFIX_BYTES);
  prefix.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([prefix, bytes]);
}

function statusFields(answer: Answer): Headers {
  const message = answer.message.slice(0, MAX_MESSAGE_CHARACTERS);
  const { retryAfterSeconds } = answer;
  const code = answer.outcome === 'unsupported' ? UNIMPLEMENTED : OUTCOMES[answer.outcome].code;
  const details = () => encodeStatus(code, message, retryAfterSeconds).toString('base64').replaceAll('=', '');
  return [
    ['grpc-status', String(code)],
    ['grpc-message', percentEncode(message)],
    ...(answer.outcome === 'unsupported' ? [['grpc-accept-encoding', 'identity,gzip'] as const] : []),
    ...(retryAfterSeconds === 0 ? [] : [['grpc-status-details-bin', details()] as const]),
  ];
}

/** As gRPC's protocol has it: bytes of UTF-8; all that are not printable ASCII, and percent itself, in hexadecimal. */
function percentEncode(message: string): string {
  if (/^[ -$&-~]*$/.test(message)) return message;
  const encode = (byte: number) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  const isPlain = (byte: number) => byte >= 0x20 && byte <= 0x7e && byte !== 0x25;
  return [...Buffer.from(message)].map(byte => (isPlain(byte) ? String.fromCharCode(byte) : encode(byte))).join('');
}
