/** A client that sends whatever frames it is told to, and keeps those it gets. */
import { connect, type Socket } from 'node:net';
import { encodeHeaders } from '../../../src/lib/http2/hpack/encode.ts';
import { FLAG, FRAME, PREFACE } from '../../../src/lib/http2/words.ts';

interface Got {
  readonly type: number;
  readonly flags: number;
  readonly id: number;
  readonly payload: Buffer;
}

export const GET = encodeHeaders([
  [':method', 'GET'],
  [':scheme', 'http'],
  [':path', '/'],
]);

export function frame(type: number, flags: number, id: number, payload: Uint8Array = new Uint8Array(0)): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(id, 5);
  return Buffer.concat([head, payload]);
}

export function word(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

export const GREETING = Buffer.concat([PREFACE, frame(FRAME.settings, 0, 0)]);
export const WHOLE_HEADERS = FLAG.endHeaders | FLAG.endStream;

export class RawClient {
  readonly socket: Socket;
  readonly closed: Promise<void>;
  private received = Buffer.alloc(0);

  constructor(port: number) {
    this.socket = connect(port, '127.0.0.1');
    this.socket.on('data', piece => {
      this.received = Buffer.concat([this.received, piece]);
    });
    this.socket.on('error', () => {});
    this.closed = new Promise(resolve => this.socket.once('close', () => resolve()));
  }

  greet(): this {
    this.socket.write(GREETING);
    return this;
  }

  send(...frames: Buffer[]): void {
    this.socket.write(Buffer.concat(frames));
  }

  get frames(): readonly Got[] {
    const frames: Got[] = [];
    for (let at = 0; at + 9 <= this.received.length; ) {
      const end = at + 9 + this.received.readUIntBE(at, 3);
      const payload = this.received.subarray(at + 9, end);
      frames.push({
        type: this.received[at + 3]!,
        flags: this.received[at + 4]!,
        id: this.received.readUInt32BE(at + 5),
        payload,
      });
      at = end;
    }
    return frames;
  }

  /** The code of the last GOAWAY, and its text. */
  get goaway(): readonly [code: number, text: string] | undefined {
    const last = this.frames.filter(({ type }) => type === FRAME.goaway).at(-1);
    return last && [last.payload.readUInt32BE(4), last.payload.toString('latin1', 8)];
  }
}
