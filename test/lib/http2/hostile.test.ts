/** What clients do that want to break something, or are broken. */
import { afterEach, describe, expect, it } from 'vitest';
import { encodeHeaders } from '../../../src/lib/http2/hpack/encode.ts';
import { ERROR, FLAG, FRAME, PREFACE } from '../../../src/lib/http2/words.ts';
import { PlainServer } from './plain-server.ts';
import { frame, GET, GREETING, RawClient, WHOLE_HEADERS, word } from './raw-client.ts';

let server: PlainServer;
let client: RawClient;

async function start(...options: ConstructorParameters<typeof PlainServer>): Promise<void> {
  server = await new PlainServer(...options).start();
  client = new RawClient(server.port).greet();
}

/** Looks at the clock of every connection, as its owner does. */
function look(afterMs = 0): void {
  for (const connection of server.connections) connection.look(performance.now() + afterMs);
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise(resolve => setTimeout(resolve, 5));
}

afterEach(async () => {
  client.socket.destroy();
  await server.stop();
});

describe('a flood', () => {
  const many = (one: Buffer, count = 3000) => Array.from({ length: count }, () => one);
  it.each([
    ['of pings', () => many(frame(FRAME.ping, FLAG.ack, 0, Buffer.alloc(8)))],
    ['of settings', () => many(frame(FRAME.settings, 0, 0))],
    ['of empty data', () => [frame(FRAME.headers, FLAG.endHeaders, 1, GET), ...many(frame(FRAME.data, 0, 1))]],
    ['of priorities', () => many(frame(FRAME.priority, 0, 1, Buffer.alloc(5)))],
    ['of windows', () => many(frame(FRAME.windowUpdate, 0, 0, word(1)))],
    ['of unknown frames', () => many(frame(99, 0, 0))],
    ['of empty continuations', () => [frame(FRAME.headers, 0, 1, GET), ...many(frame(FRAME.continuation, 0, 1))]],
    [
      'of requests that are reset at once',
      () =>
        Array.from({ length: 3000 }, (_, i) =>
          Buffer.concat([
            frame(FRAME.headers, FLAG.endHeaders, 2 * i + 1, GET),
            frame(FRAME.rstStream, 0, 2 * i + 1, word(ERROR.cancel)),
          ]),
        ),
    ],
    [
      'of malformed requests',
      () => Array.from({ length: 3000 }, (_, i) => frame(FRAME.headers, WHOLE_HEADERS, 2 * i + 1, GET.subarray(1))),
    ],
  ])('%s is ended', async (_name, frames) => {
    await start();
    client.send(...frames());
    await until(() => client.goaway !== undefined);
    expect(client.goaway?.[0]).toBe(ERROR.enhance_your_calm);
    expect(server.breaches).toEqual(['too_many_frames']);
  });

  it('of a header block without end is ended', async () => {
    await start();
    const part = frame(FRAME.continuation, 0, 1, Buffer.alloc(16_000));
    client.send(frame(FRAME.headers, 0, 1, GET), part, part, part);
    await until(() => client.goaway !== undefined);
    expect(client.goaway?.[0]).toBe(ERROR.enhance_your_calm);
    expect(server.breaches).toEqual(['header_block']);
  });

  it('of fields from a small block costs no memory: 431', async () => {
    await start();
    const field = encodeHeaders([['x-long', 'v'.repeat(3000)]]);
    field[0] = 0x40;
    client.send(frame(FRAME.headers, WHOLE_HEADERS, 1, Buffer.concat([GET, field, Buffer.alloc(12_000, 0xbe)])));
    await until(() => client.frames.some(({ id }) => id === 1));
    expect(client.frames.find(({ id }) => id === 1)!.payload.toString('latin1')).toContain('431');
    expect(server.requests.length).toBe(0);
  });
});

describe('pings', () => {
  const ping = frame(FRAME.ping, 0, 0, Buffer.from('12345678'));
  const request = (id: number) => frame(FRAME.headers, WHOLE_HEADERS, id, GET);

  it('that come too often are too many', async () => {
    await start({ minPingIntervalMs: 300_000, permitPingsWithoutCalls: false });
    client.send(ping, ping, ping, ping, ping);
    await until(() => client.goaway !== undefined);
    expect(client.goaway).toEqual([ERROR.enhance_your_calm, 'too_many_pings']);
    expect(server.breaches).toEqual(['too_many_pings']);
  });

  it('after answers are never too many', async () => {
    await start({ minPingIntervalMs: 300_000, permitPingsWithoutCalls: false });
    client.send(...Array.from({ length: 300 }, (_, i) => Buffer.concat([request(2 * i + 1), ping])));
    await until(() => client.frames.filter(({ type }) => type === FRAME.ping).length === 300);
    expect(client.goaway).toBeUndefined();
  });
});

describe('time', () => {
  it('pings a silent client, and cuts it off without an answer', async () => {
    await start({ keepaliveTimeMs: 5000, keepaliveTimeoutMs: 1000 });
    await until(() => client.frames.length > 0);
    look();
    look(5000);
    await until(() => client.frames.some(({ type, flags }) => type === FRAME.ping && flags === 0));
    look(6500);
    await client.closed;
    expect(server.breaches).toEqual(['keepalive_timeout']);
  });

  it('drains at the age of a connection: no more requests, those in flight end, and then it closes', async () => {
    await start({ maxConnectionAgeMs: 10_000 });
    client.send(frame(FRAME.headers, FLAG.endHeaders, 1, GET));
    await until(() => server.requests.length === 1);
    look(11_000);
    await until(() => client.goaway !== undefined);
    const ping = client.frames.find(({ type, flags }) => type === FRAME.ping && flags === 0)!;
    client.send(frame(FRAME.ping, FLAG.ack, 0, ping.payload));
    await until(() => client.frames.filter(({ type }) => type === FRAME.goaway).length === 2);
    client.send(frame(FRAME.headers, WHOLE_HEADERS, 3, GET));
    await until(() => client.frames.some(({ id, type }) => id === 3 && type === FRAME.rstStream));
    client.send(frame(FRAME.data, FLAG.endStream, 1));
    await client.closed;
    expect(client.frames.some(({ id, type }) => id === 1 && type === FRAME.data)).toBe(true);
    expect(server.breaches).toEqual([]);
  });

  it('cuts an aged connection whose requests do not end', async () => {
    await start({ maxConnectionAgeMs: 10_000, maxConnectionAgeGraceMs: 2000 });
    client.send(frame(FRAME.headers, FLAG.endHeaders, 1, GET));
    await until(() => server.requests.length === 1);
    for (const afterMs of [11_000, 11_250, 12_500, 12_750, 15_000]) look(afterMs);
    await client.closed;
    expect(server.aborted).toBe(1);
  });

  it('does not wait forever for the rest of a frame', async () => {
    await start({ readTimeoutMs: 1000 });
    client.send(frame(FRAME.headers, FLAG.endHeaders, 1, GET).subarray(0, 11));
    await until(() => client.frames.length > 1);
    look();
    await new Promise(resolve => setTimeout(resolve, 50));
    look();
    look(1500);
    await client.closed;
    expect(server.breaches).toEqual(['read_timeout']);
  });
});

it('ends a client that sends on and takes no answers', async () => {
  server = await new PlainServer({ maxConcurrentStreams: 1000 }).start();
  server.answer = Buffer.alloc(1000);
  client = new RawClient(server.port);
  client.socket.pause();
  client.send(GREETING, frame(FRAME.windowUpdate, 0, 0, word(2 ** 30)));
  client.send(...Array.from({ length: 50_000 }, (_, i) => frame(FRAME.headers, WHOLE_HEADERS, 2 * i + 1, GET)));
  await until(() => server.breaches.length > 0);
  expect(server.breaches).toEqual(['too_many_frames']);
  expect(server.requests.length).toBeLessThan(50_000);
  look();
  look(1500);
  await until(() => server.connections.size === 0);
});

it('waits for a client that reads late', async () => {
  server = await new PlainServer().start();
  server.answer = Buffer.alloc(60_000);
  client = new RawClient(server.port);
  client.socket.pause();
  client.send(GREETING, frame(FRAME.windowUpdate, 0, 0, word(2 ** 30)));
  let sent = 0;
  // One after the other, until one is not read.
  do {
    client.send(frame(FRAME.headers, WHOLE_HEADERS, 2 * sent + 1, GET));
    sent += 1;
    for (let i = 0; i < 40 && server.requests.length < sent; i++) await new Promise(resolve => setTimeout(resolve, 5));
  } while (server.requests.length === sent && sent < 10_000);
  expect(server.requests.length).toBeLessThan(sent);
  client.socket.resume();
  await until(() => server.requests.length === sent);
  expect(server.breaches).toEqual([]);
});

describe('a rule that ends a stream', () => {
  const begun = frame(FRAME.headers, FLAG.endHeaders, 1, GET);
  const resetOf = (id: number) => client.frames.find(one => one.id === id && one.type === FRAME.rstStream);

  it.each([
    ['a priority of the wrong size', Buffer.alloc(4), ERROR.frame_size_error],
    ['a stream that depends on itself', Buffer.from([0, 0, 0, 1, 0]), ERROR.protocol_error],
  ])('%s', async (_name, priority, code) => {
    await start();
    client.send(begun, frame(FRAME.priority, 0, 1, priority), frame(FRAME.data, FLAG.endStream, 1));
    client.send(frame(FRAME.headers, WHOLE_HEADERS, 3, GET));
    await until(() => client.frames.some(({ id, type }) => id === 3 && type === FRAME.data));
    expect(resetOf(1)?.payload.readUInt32BE(0)).toBe(code);
    expect(server.aborted).toBe(1);
    expect(client.frames.some(({ id, type }) => id === 1 && type === FRAME.headers)).toBe(false);
    expect(client.goaway).toBeUndefined();
  });

  it.each<[string, readonly string[], boolean]>([
    ['differ', ['1', '2'], false],
    ['of which one is no number', ['x', '1'], false],
    ['say the same', ['1', '1'], true],
  ])('two lengths that %s', async (_name, lengths, isTaken) => {
    await start();
    const head = encodeHeaders(lengths.map(length => ['content-length', length] as const));
    client.send(frame(FRAME.headers, FLAG.endHeaders, 1, Buffer.concat([GET, head])));
    client.send(frame(FRAME.data, FLAG.endStream, 1, Buffer.alloc(1)));
    await until(() => client.frames.some(({ id }) => id === 1));
    if (isTaken) expect(resetOf(1)).toBeUndefined();
    else expect(resetOf(1)?.payload.readUInt32BE(0)).toBe(ERROR.protocol_error);
  });
});

it.each([
  ['before the client has said a word', Buffer.alloc(0)],
  ['between its preface and its settings', PREFACE],
])('a drain %s sends its own settings first', async (_name, bytes) => {
  server = await new PlainServer().start();
  client = new RawClient(server.port);
  client.send(bytes);
  await until(() => server.connections.size === 1 && (bytes.length === 0 || client.frames.length > 0));
  for (const connection of server.connections) connection.drain();
  await until(() => client.goaway !== undefined);
  const types = client.frames.map(({ type }) => type);
  expect(types[0]).toBe(FRAME.settings);
  expect(types.filter(type => type === FRAME.settings)).toHaveLength(1);
  expect(types.at(-1)).toBe(FRAME.goaway);
});
