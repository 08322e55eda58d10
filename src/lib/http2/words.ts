/** The numbers of HTTP/2 (RFC 9113, sections 4 to 7) by their names. */
export const FRAME = {
  data: 0,
  headers: 1,
  priority: 2,
  rstStream: 3,
  settings: 4,
  pushPromise: 5,
  ping: 6,
  goaway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const;

export const FLAG = { ack: 0x1, endStream: 0x1, endHeaders: 0x4, padded: 0x8, priority: 0x20 } as const;

export const SETTING = {
  headerTableSize: 1,
  enablePush: 2,
  maxConcurrentStreams: 3,
  initialWindowSize: 4,
  maxFrameSize: 5,
  maxHeaderListSize: 6,
} as const;

export const ERROR = {
  no_error: 0,
  protocol_error: 1,
  internal_error: 2,
  flow_control_error: 3,
  stream_closed: 5,
  frame_size_error: 6,
  refused_stream: 7,
  cancel: 8,
  compression_error: 9,
  enhance_your_calm: 11,
} as const;

export type ErrorName = keyof typeof ERROR;

export const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');
export const FRAME_HEAD_BYTES = 9;
/** What a peer may send unless it was told otherwise; it is not told otherwise here. */
export const MAX_FRAME_BYTES = 16_384;
/** HPACK's table; the default is kept. */
export const DEFAULT_TABLE_BYTES = 4096;
export const DEFAULT_WINDOW = 65_535;
export const MAX_WINDOW = 2 ** 31 - 1;
export const MAX_STREAM_ID = 2 ** 31 - 1;

/** What a client did to have its connection ended. */
export type Breach =
  | 'rules'
  | 'too_many_pings'
  | 'too_many_frames'
  | 'header_block'
  | 'keepalive_timeout'
  | 'read_timeout';

/** Breaks the whole connection: it is told the code and the text, and closed. */
export class ConnectionError extends Error {
  readonly code: ErrorName;
  readonly breach: Breach;

  constructor(code: ErrorName, message: string, breach: Breach = 'rules') {
    super(message);
    this.code = code;
    this.breach = breach;
  }
}

export function checkStream(isRight: boolean, name: string): void {
  if (!isRight) throw new ConnectionError('protocol_error', `${name} of the wrong stream`);
}

export function checkLength(isRight: boolean, name: string, length: number): void {
  if (!isRight) throw new ConnectionError('frame_size_error', `${name} of ${length} bytes`);
}
