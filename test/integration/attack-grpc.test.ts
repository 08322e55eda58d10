/** Compressed messages and heads over gRPC that are meant to fill memory, beside honest clients. */
import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { encodeSpans } from '../../benchmarks/attack/spans.ts';
import { encodeHeaders } from '../../src/lib/http2/hpack/encode.ts';
import { FLAG, FRAME } from '../../src/lib/http2/words.ts';
import { message, RawGrpc } from '../kits/attack/raw-grpc.ts';
import { attacked, type Victim } from '../kits/attack/victim.ts';
import { frame, GREETING } from '../lib/http2/raw-client.ts';

const MIB = 2 ** 20;
const OK = '0';
const INVALID_ARGUMENT = '3';
const RESOURCE_EXHAUSTED = '8';
const UNIMPLEMENTED = '12';
/** Refused for now, as memory for bodies is taken. */
const UNAVAILABLE = '14';
const GZIP = { 'grpc-encoding': 'gzip' };

const zeros = (mib: number): Buffer => gzipSync(Buffer.alloc(mib * MIB));

/** Mostly zeros, and as much noise as the ratio asks for. */
function inRatio(ratio: number, mib: number): Buffer {
  const bytes = Buffer.alloc(mib * MIB);
  const step = 65_536;
  for (let at = 0; at < bytes.length; at += step) randomBytes(Math.floor(step / ratio)).copy(bytes, at);
  return gzipSync(bytes, { level: 9 });
}

describe('compressed messages', () => {
  const bomb = zeros(200);
  const member = zeros(1);
  const empty = gzipSync(encodeSpans([]));

  const SHAPES: readonly (readonly [name: string, body: Buffer, status: string, headers?: Record<string, string>])[] = [
    ['ten to one', message(inRatio(10, 60)), RESOURCE_EXHAUSTED],
    ['a hundred to one', message(inRatio(100, 100)), RESOURCE_EXHAUSTED],
    ['a thousand to one', message(bomb), RESOURCE_EXHAUSTED],
    ['just within the limit', message(zeros(15)), INVALID_ARGUMENT],
    ['one within another', message(gzipSync(bomb)), INVALID_ARGUMENT],
    ['one within another, twice', message(gzipSync(gzipSync(bomb))), INVALID_ARGUMENT],
    ['many members', message(Buffer.concat(Array<Buffer>(200).fill(member))), RESOURCE_EXHAUSTED],
    ['a hundred thousand empty members', message(Buffer.concat(Array<Buffer>(100_000).fill(empty))), OK],
    [
      'a length that lies',
      message(Buffer.concat([bomb.subarray(0, -4), Buffer.from([1, 0, 0, 0])])),
      RESOURCE_EXHAUSTED,
    ],
    ['cut off', message(bomb.subarray(0, bomb.length / 2)), RESOURCE_EXHAUSTED],
    ['cut off early', message(member.subarray(0, 100)), INVALID_ARGUMENT],
    ['two in one call', Buffer.concat([message(member), message(member)]), INVALID_ARGUMENT],
    // All of it fits the window of a stream: what is answered before it was sent, clients of Node may not see.
    ['four bombs in one call', Buffer.concat(Array<Buffer>(4).fill(message(bomb))), INVALID_ARGUMENT],
    ['of which nothing is said', message(bomb), INVALID_ARGUMENT, { 'grpc-encoding': 'identity' }],
    ['of another compression', message(bomb), UNIMPLEMENTED, { 'grpc-encoding': 'deflate' }],
    ['of one that does not exist', message(bomb), UNIMPLEMENTED, { 'grpc-encoding': 'x'.repeat(1000) }],
  ];

  it('of every ratio and shape are declined with the right status', async () => {
    await attacked([], async victim => {
      for (const [name, body, status, headers = GZIP] of SHAPES) {
        const client = new RawGrpc(victim.grpc);
        const statuses = await Promise.all(Array.from({ length: 10 }, () => client.call(body, headers)));
        client.close();
        expect(statuses, name).toContain(status);
        expect(
          statuses.filter(one => one !== status && one !== UNAVAILABLE),
          name,
        ).toEqual([]);
      }
    });
  });

  const MANY: readonly (readonly [name: string, body: Buffer, count: number])[] = [
    ['small ones', message(member), 500],
    ['that just fit', message(zeros(15)), 150],
    ['that do not', message(bomb), 150],
  ];

  it('by the hundred over one connection are declined', async () => {
    await attacked([], async victim => {
      for (const [name, body, count] of MANY) {
        const client = new RawGrpc(victim.grpc);
        const seen = new Set<string>();
        for (let sent = 0; sent < count; sent += 50) {
          for (const status of await Promise.all(Array.from({ length: 50 }, () => client.call(body, GZIP)))) {
            seen.add(status);
          }
        }
        client.close();
        for (const status of seen) expect([INVALID_ARGUMENT, RESOURCE_EXHAUSTED, UNAVAILABLE], name).toContain(status);
        expect(seen.size, name).toBeGreaterThan(0);
      }
    });
  });
});

describe('heads', () => {
  const call = encodeHeaders([
    [':method', 'POST'],
    [':scheme', 'http'],
    [':path', '/opentelemetry.proto.collector.trace.v1.TraceService/Export'],
    ['content-type', 'application/grpc'],
  ]);
  const field = (bytes: number) => encodeHeaders([['x-large', 'x'.repeat(bytes)]]);

  /** The block in as many frames as it takes. */
  function inFrames(block: Buffer): Buffer {
    const frames: Buffer[] = [];
    for (let at = 0; at < block.length; at += 16_384) {
      const isLast = at + 16_384 >= block.length;
      const flags = (isLast ? FLAG.endHeaders : 0) | (at === 0 ? FLAG.endStream : 0);
      frames.push(frame(at === 0 ? FRAME.headers : FRAME.continuation, flags, 1, block.subarray(at, at + 16_384)));
    }
    return Buffer.concat(frames);
  }

  async function sendAll(victim: Victim, bytes: Buffer, times: number): Promise<void> {
    for (let i = 0; i < times; i++) {
      const socket = connect(victim.grpc, '127.0.0.1');
      socket.on('error', () => {});
      socket.write(Buffer.concat([GREETING, bytes]));
      socket.resume();
      await new Promise(resolve => socket.once('close', resolve));
    }
  }

  const LARGE: readonly (readonly [name: string, block: Buffer])[] = [
    ['of 64 kB', field(65_536)],
    ['of 1 MB', field(1_000_000)],
    ['of a hundred thousand fields', Buffer.alloc(100_000, 0x82)],
  ];

  it('without end are ended with their connection', async () => {
    await attacked([], async victim => {
      for (const [i, [, block]] of LARGE.entries()) {
        await sendAll(victim, inFrames(Buffer.concat([call, block])), 50);
        const labels = ['protocol="grpc"', 'reason="large_head"'];
        await victim.grown(50 * (i + 1), 'tacit_otlp_closed_connections_total', ...labels);
      }
    });
  });

  it('whose block refers to one large field again and again are declined, and the connection goes on', async () => {
    const large = field(3900);
    large[0] = 0x40;
    const first = Buffer.concat([call, large, Buffer.alloc(12_000, 0xbe)]);
    const block = Buffer.concat([call, Buffer.alloc(12_000, 0xbe)]);
    await attacked([], async victim => {
      const sockets = Array.from({ length: 50 }, () => {
        const socket = connect(victim.grpc, '127.0.0.1');
        socket.on('error', () => {}).resume();
        socket.write(GREETING);
        return socket;
      });
      for (let n = 0; n < 100; n++) {
        const bytes = frame(FRAME.headers, FLAG.endHeaders | FLAG.endStream, 2 * n + 1, n === 0 ? first : block);
        for (const socket of sockets) if (!socket.destroyed) socket.write(bytes);
        await delay(10);
      }
      expect(sockets.filter(socket => socket.destroyed)).toEqual([]);
      for (const socket of sockets) socket.destroy();
    });
  });
});
