/** A connection does the same whatever pieces the client's bytes come in. */

import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { expect, it } from 'vitest';
import { Connection, type ConnectionOptions } from '../../../src/lib/http2/connection.ts';
import type { Handler } from '../../../src/lib/http2/handler.ts';
import { encodeHeaders } from '../../../src/lib/http2/hpack/encode.ts';
import { Stream } from '../../../src/lib/http2/stream.ts';
import { FLAG, FRAME, PREFACE } from '../../../src/lib/http2/words.ts';

const OPTIONS: ConnectionOptions = {
  maxHeaderBytes: 8192,
  maxConcurrentStreams: 10,
  maxConnectionIdleMs: 60_000,
  maxConnectionAgeMs: 60_000,
  maxConnectionAgeGraceMs: 60_000,
  keepaliveTimeMs: 60_000,
  keepaliveTimeoutMs: 60_000,
  readTimeoutMs: 60_000,
  minPingIntervalMs: 1000,
  permitPingsWithoutCalls: true,
};
const FIELDS = encodeHeaders([
  [':method', 'POST'],
  [':scheme', 'http'],
  [':path', '/x'],
  ['content-length', '5'],
]);
/** Kept by the table, then by its index: the second request is right only if the first one was read whole. */
const KEPT = Buffer.concat([FIELDS, Buffer.from([0x40, 1, 0x78, 1, 0x79])]);
const AGAIN = Buffer.concat([FIELDS, Buffer.from([0xbe])]);

function frame(type: number, flags: number, id: number, payload: Uint8Array = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(id, 5);
  return Buffer.concat([head, payload]);
}

const word = (value: number) => Buffer.from([value >>> 24, value >>> 16, value >>> 8, value]);
const BYTES = Buffer.concat([
  PREFACE,
  // An initial window of two bytes: answers wait for what the client gives later.
  frame(FRAME.settings, 0, 0, Buffer.from([0, 4, 0, 0, 0, 2])),
  frame(FRAME.headers, 0, 1, KEPT.subarray(0, 3)),
  frame(FRAME.continuation, 0, 1),
  frame(FRAME.continuation, FLAG.endHeaders, 1, KEPT.subarray(3)),
  frame(FRAME.data, FLAG.padded, 1, Buffer.from([2, 1, 2, 3, 0, 0])),
  frame(FRAME.headers, FLAG.endHeaders | FLAG.priority, 3, Buffer.concat([Buffer.alloc(5), AGAIN])),
  frame(FRAME.data, FLAG.endStream, 1, Buffer.from([4, 5])),
  frame(FRAME.ping, 0, 0, Buffer.from('12345678')),
  frame(FRAME.settings, 0, 0, Buffer.from([0, 4, 0, 0, 0, 0])),
  frame(FRAME.data, 0, 3, Buffer.from([6, 7, 8, 9, 10])),
  frame(FRAME.data, FLAG.endStream, 3),
  frame(FRAME.windowUpdate, 0, 3, word(7)),
  frame(FRAME.windowUpdate, 0, 1, word(4)),
  frame(FRAME.windowUpdate, 0, 1, word(2)),
  frame(99, 0, 0, Buffer.from('unknown')),
  // Of a closed stream: an error of the connection.
  frame(FRAME.headers, FLAG.endHeaders, 1, AGAIN),
]);

class Body extends Stream {
  readonly bytes: number[] = [];
}

function run(cuts: readonly number[]): { heard: string[]; sent: string } {
  const heard: string[] = [];
  const sent: Buffer[] = [];
  const socket = new Duplex({
    read() {},
    write(bytes: Buffer, _encoding, done) {
      sent.push(Buffer.from(bytes));
      done();
    },
  });
  const handler: Handler<Body> = {
    create: (connection, id) => new Body(id, connection.initialSendWindow),
    open: (stream, fields) => heard.push(`${stream.id} ${fields.map(({ name, value }) => `${name}=${value}`)}`),
    data(stream, bytes, start, end, isLast) {
      stream.bytes.push(...bytes.subarray(start, end));
      if (!isLast) return;
      heard.push(`${stream.id} ${stream.bytes}`);
      connection.respond(
        stream,
        encodeHeaders([[':status', '200']]),
        Buffer.from('answer'),
        encodeHeaders([['a', 'b']]),
      );
    },
    abort: stream => heard.push(`${stream.id} aborted`),
    look() {},
  };
  const transport = {
    socket: socket as unknown as Socket,
    broken: (breach: string) => heard.push(breach),
    foreign: () => heard.push('foreign'),
  };
  const connection = new Connection(transport, handler, OPTIONS, 0);
  // One buffer for all reads, written over in between.
  const shared = Buffer.alloc(BYTES.length);
  let from = 0;
  for (const to of [...cuts, BYTES.length]) {
    shared.fill(0xff);
    BYTES.copy(shared, 0, from, to);
    connection.read(shared, 0, to - from);
    from = to;
  }
  return { heard, sent: Buffer.concat(sent).toString('hex') };
}

it('answers alike when all comes at once, byte by byte, and cut at any two places', () => {
  const whole = run([]);
  expect(whole.heard.map(text => text.split(',')[0])).toEqual([
    '1 :method=POST',
    '3 :method=POST',
    '1 1',
    '3 6',
    'rules',
  ]);
  expect(whole.heard[0]).toContain('x=y');
  expect(whole.heard[1]).toContain('x=y');
  expect(run(Array.from(BYTES.keys()))).toEqual(whole);
  for (let a = 0; a <= BYTES.length; a++) {
    expect(run([a])).toEqual(whole);
    for (let b = a; b <= BYTES.length; b += 7) expect(run([a, b])).toEqual(whole);
  }
});
