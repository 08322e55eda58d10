/** Connections, heads and frames meant to keep a real process busy or fill its memory, beside an honest client. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { encodeHeaders } from '../../src/lib/http2/hpack/encode.ts';
import { ERROR, FLAG, FRAME } from '../../src/lib/http2/words.ts';
import { message, RawGrpc } from '../kits/attack/raw-grpc.ts';
import { attacked, attackedWithFiles, type Victim } from '../kits/attack/victim.ts';
import { frame, GREETING, word } from '../lib/http2/raw-client.ts';
import { head, TYPE } from '../receivers/otlp/http-client.ts';

const CLOSED = 'tacit_otlp_closed_connections_total';
const GRPC = 'receivers.otlp.protocols.grpc';
const HTTP = 'receivers.otlp.protocols.http';
const EXPORT: [string, string][] = [
  [':method', 'POST'],
  [':scheme', 'http'],
  [':path', '/opentelemetry.proto.collector.trace.v1.TraceService/Export'],
  ['te', 'trailers'],
  ['content-type', 'application/grpc'],
];
const CALL = encodeHeaders(EXPORT);

let sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  sockets = [];
});

function open(port: number, ...bytes: readonly (Uint8Array | string)[]): Socket {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  for (const piece of bytes) socket.write(piece);
  sockets.push(socket);
  return socket;
}

async function closed(socket: Socket): Promise<void> {
  socket.resume();
  // Not `once`: a reset would reject it.
  if (!socket.destroyed) await new Promise(resolve => socket.once('close', resolve));
}

/** The same on a new connection for two seconds, as soon as the one before was closed. */
async function again(port: number, bytes: Buffer): Promise<void> {
  for (const end = performance.now() + 2000; performance.now() < end; ) await closed(open(port, GREETING, bytes));
}

describe('heads over HTTP', () => {
  const HEADS: readonly (readonly [string, string])[] = [
    ['of 64 kB', head({ 'X-Large': 'x'.repeat(65_536) })],
    ['of 1 MB', head({ 'X-Large': 'x'.repeat(1_000_000) })],
    ['with 100,000 headers', head(Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`a${i}`, ''])))],
    ['with an enormous path', head({}, `/${'x'.repeat(1_000_000)}`)],
  ];
  it('are refused, however large', async () => {
    await attacked([], async victim => {
      for (const [, text] of HEADS) for (let i = 0; i < 50; i++) await closed(open(victim.http, text));
      await victim.grown(50 * HEADS.length, CLOSED, 'protocol="http"', 'reason="large_head"');
    });
  });
});

describe('frames over gRPC', () => {
  const resets = Array.from({ length: 3000 }, (_, i) => [
    frame(FRAME.headers, FLAG.endHeaders, 2 * i + 1, CALL),
    frame(FRAME.rstStream, 0, 2 * i + 1, word(ERROR.cancel)),
  ]);
  const part = frame(FRAME.continuation, 0, 1, Buffer.alloc(16_000));
  const begun = frame(FRAME.headers, 0, 1, CALL);
  it.each([
    ['requests reset at once', Buffer.concat(resets.flat()), 'flood'],
    ['empty continuations', Buffer.concat([begun, ...Array(20_000).fill(frame(FRAME.continuation, 0, 1))]), 'flood'],
    ['continuations without end', Buffer.concat([begun, ...Array<Buffer>(64).fill(part)]), 'large_head'],
    ['settings', Buffer.concat(Array<Buffer>(20_000).fill(frame(FRAME.settings, 0, 0))), 'flood'],
  ])('%s', async (_name, bytes, reason) => {
    await attacked([], async victim => {
      await again(victim.grpc, bytes);
      await victim.grown(1, CLOSED, 'protocol="grpc"', `reason="${reason}"`);
    });
  });

  it('a hundred thousand headers from a small block', async () => {
    const field = encodeHeaders([['x-long', 'v'.repeat(3000)]]);
    field[0] = 0x40;
    const block = Buffer.concat([CALL, field, Buffer.alloc(12_000, 0xbe)]);
    await attacked([], async victim => {
      for (let i = 0; i < 20; i++) {
        const calls = Array.from({ length: 50 }, (_, n) =>
          frame(
            FRAME.headers,
            FLAG.endHeaders | FLAG.endStream,
            2 * n + 1,
            n === 0 ? block : Buffer.alloc(12_000, 0xbe),
          ),
        );
        open(victim.grpc, GREETING, ...calls).resume();
        await delay(50);
      }
    });
  });

  it('messages that grow a thousandfold', async () => {
    const message = gzipSync(Buffer.alloc(60 * 2 ** 20));
    const prefix = Buffer.concat([Buffer.from([1]), word(message.length)]);
    const block = encodeHeaders([...EXPORT, ['grpc-encoding', 'gzip']]);
    const body = Buffer.concat([prefix, message]);
    const data: Buffer[] = [];
    for (let at = 0; at < body.length; at += 16_384) {
      const isLast = at + 16_384 >= body.length;
      data.push(frame(FRAME.data, isLast ? FLAG.endStream : 0, 1, body.subarray(at, at + 16_384)));
    }
    await attacked([], async victim => {
      for (let i = 0; i < 30; i++)
        open(victim.grpc, GREETING, frame(FRAME.headers, FLAG.endHeaders, 1, block), ...data);
      // Those that come while memory for bodies is taken are refused before they are read.
      const requests = (outcome: string) =>
        victim.metric('tacit_otlp_requests_total', 'protocol="grpc"', `outcome="${outcome}"`);
      await expect
        .poll(async () => (await requests('too_large')) + (await requests('refused')), { timeout: 20_000 })
        .toBe(30);
      expect(await requests('too_large')).toBeGreaterThan(0);
    });
  });
});

describe('a byte now and then', () => {
  const MANY = 200;
  const POST = { 'Content-Type': TYPE.protobuf, 'Content-Length': 900_000 };
  const call = frame(FRAME.headers, FLAG.endHeaders, 1, CALL);

  /** Sends the bytes one at a time until the connection is closed. */
  async function trickle(port: number, whole: readonly Uint8Array[], slow: Uint8Array): Promise<void> {
    const socket = open(port, ...whole);
    socket.resume();
    for (let i = 0; !socket.destroyed; i = (i + 1) % slow.length) {
      socket.write(slow.subarray(i, i + 1));
      await delay(100);
    }
  }

  it.each<[string, 'http' | 'grpc', string, readonly Uint8Array[], Uint8Array]>([
    ['of a head over HTTP', 'http', 'slow_head', [], Buffer.from(head({ 'X-Slow': 'x'.repeat(1000) }))],
    ['of a body over HTTP', 'http', 'slow_body', [Buffer.from(head(POST))], Buffer.alloc(1000)],
    [
      'of a frame of headers over gRPC',
      'grpc',
      'slow_head',
      [GREETING],
      frame(FRAME.headers, FLAG.endHeaders, 1, Buffer.alloc(16_000)),
    ],
    ['of a body over gRPC', 'grpc', 'slow_body', [GREETING, call], frame(FRAME.data, 0, 1, Buffer.alloc(1))],
  ])('%s', async (_name, protocol, reason, whole, slow) => {
    const times = [`${HTTP}.read_header_timeout=1s`, `${HTTP}.read_timeout=2s`, `${GRPC}.read_timeout=2s`];
    await attacked(times, async victim => {
      const slowly = Array.from({ length: MANY }, () => trickle(victim[protocol], whole, slow));
      // The rest of a body that was refused, as the machine was busy, counts as a head that does not come.
      await victim.grown(MANY, CLOSED, `protocol="${protocol}"`, 'reason="slow_');
      await victim.grown(1, CLOSED, `protocol="${protocol}"`, `reason="${reason}"`);
      for (const socket of sockets) socket.destroy();
      await Promise.all(slowly);
    });
  });
});

describe('connections', () => {
  it('of a client that is stopped', async () => {
    const keepalive = `${GRPC}.keepalive.server_parameters`;
    await attacked([`${keepalive}.time=1s`, `${keepalive}.timeout=1s`, `${HTTP}.idle_timeout=1s`], async victim => {
      const script = `
        const { connect } = require('node:net');
        for (let i = 0; i < 200; i++) {
          connect(${victim.grpc}, '127.0.0.1').write(Buffer.from('${GREETING.toString('hex')}', 'hex'));
          connect(${victim.http}, '127.0.0.1').write('GET / HTTP/1.1\\r\\nHost: t\\r\\n\\r\\n');
        }
        setTimeout(() => console.log('open'), 500);`;
      const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
      await once(child.stdout, 'data');
      child.kill('SIGSTOP');
      await victim.grown(200, CLOSED, 'protocol="grpc"', 'reason="dead"');
      await expect.poll(() => victim.metric('tacit_otlp_connections'), { timeout: 20_000 }).toBeLessThan(10);
      child.kill('SIGKILL');
    });
  });

  it.each(['http', 'grpc', 'api'] as const)('that come and go at %s', async protocol => {
    await attacked([], async victim => {
      for (let i = 0; i < 3000; i++) {
        const socket = connect(victim[protocol], '127.0.0.1');
        socket.on('error', () => {});
        socket.once('connect', () => (i % 2 ? socket.resetAndDestroy() : socket.destroy()));
        if (i % 50 === 0) await delay(10);
      }
    });
  });
});

describe('more connections than there are places', () => {
  const UNFINISHED = ['', 'GET /v1/graph HTTP/1.1\r\nHost: t', 'GET /readyz HTTP/1.1\r\nHost: t\r\n\r\n'];

  async function openMany(port: number, count: number): Promise<void> {
    for (let i = 0; i < count; i++) {
      open(port, UNFINISHED[i % UNFINISHED.length]!).resume();
      if (i % 100 === 0) await delay(10);
    }
  }

  /** Somebody who comes when all places are taken; again as long as the others are still coming in. */
  async function expectNewcomers(victim: Victim): Promise<void> {
    await vi.waitFor(async () => {
      expect((await fetch(`http://127.0.0.1:${victim.api}/readyz`)).status).toBe(200);
      expect(await victim.post('{"resourceSpans":[]}', { 'Content-Type': TYPE.json })).toBe(200);
      const grpc = new RawGrpc(victim.grpc);
      const status = await grpc.call(message(Buffer.alloc(0), false));
      grpc.close();
      expect(status).toBe('0');
    }, 20_000);
  }

  it('at the API', async () => {
    await attacked([], async victim => {
      await openMany(victim.api, 2000);
      await expectNewcomers(victim);
      expect(await victim.metric('tacit_http_api_connections')).toBeLessThanOrEqual(512);
      await victim.grown(1000, 'tacit_http_api_closed_connections_total', 'reason="silent"');
    });
  });

  it('at every listener, and files to open for a few of them only', async () => {
    await attackedWithFiles(1024, async victim => {
      await Promise.all([victim.http, victim.grpc, victim.api].map(port => openMany(port, 1500)));
      await expectNewcomers(victim);
    });
  });
});

describe('the API', () => {
  const PATHS: readonly (readonly [string, string])[] = [
    ['a path', `/v1/${'x'.repeat(1_000_000)}`],
    ['a query', `/v1/graph?service=${'x'.repeat(1_000_000)}`],
    ['a query of many parameters', `/v1/graph?${'a=b&'.repeat(3000)}`],
    ['a path of many parts', `/v1/graph${'/..'.repeat(5000)}`],
  ];

  it('declines paths and queries without end', async () => {
    await attacked([], async victim => {
      for (const [name, path] of PATHS) {
        const statuses = await Promise.all(Array.from({ length: 50 }, () => ask(victim, path)));
        for (const status of statuses) expect(status === 0 || (status >= 400 && status < 500), name).toBe(true);
      }
    });
  });

  /** The status, 0 when the connection was cut. */
  async function ask({ api }: Victim, path: string): Promise<number> {
    const socket = open(api, `GET ${path} HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n`);
    let text = '';
    socket.on('data', piece => {
      text += piece.toString('latin1');
    });
    await closed(socket);
    return Number(text.split(' ')[1] ?? 0);
  }
});
