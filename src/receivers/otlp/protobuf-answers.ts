/**
 * The few protobuf messages an OTLP receiver answers with, written by hand: export responses (traces and logs share
 * their field numbers), google.rpc.Status, and google.rpc.RetryInfo as its detail.
 */
const LENGTH_DELIMITED = 2;
const RETRY_INFO_URL = 'type.googleapis.com/google.rpc.RetryInfo';

/** A non-negative integer up to 2^53. */
function varint(value: number): Buffer {
  const out: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    out.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  out.push(rest);
  return Buffer.from(out);
}

function varintField(field: number, value: number): Buffer {
  return value === 0 ? Buffer.alloc(0) : Buffer.concat([varint(field << 3), varint(value)]);
}

function bytesField(field: number, value: Buffer): Buffer {
  return Buffer.concat([varint((field << 3) | LENGTH_DELIMITED), varint(value.length), value]);
}

function textField(field: number, value: string): Buffer {
  return value === '' ? Buffer.alloc(0) : bytesField(field, Buffer.from(value, 'utf8'));
}

/** `Export{Trace,Logs}ServiceResponse { partial_success = 1 { rejected = 1, error_message = 2 } }`. */
export function encodePartialSuccess(rejected: number, message: string): Buffer {
  return bytesField(1, Buffer.concat([varintField(1, rejected), textField(2, message)]));
}

/** `google.rpc.Status { code = 1, message = 2, details = 3 }`; a delay becomes a RetryInfo detail. */
export function encodeStatus(code: number, message: string, retryAfterSeconds = 0): Buffer {
  const status = [varintField(1, code), textField(2, message)];
  if (retryAfterSeconds > 0) {
    const duration = varintField(1, retryAfterSeconds);
    const retryInfo = bytesField(1, duration);
    status.push(bytesField(3, Buffer.concat([textField(1, RETRY_INFO_URL), bytesField(2, retryInfo)])));
  }
  return Buffer.concat(status);
}
