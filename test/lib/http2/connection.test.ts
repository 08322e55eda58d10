/** The server's side against the client of Node, which stands on nghttp2. */
import { type ClientHttp2Session, connect, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http2';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { PlainServer } from './plain-server.ts';

interface Reply {
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly trailers: IncomingHttpHeaders;
  readonly resetCode: number;
}

let server: PlainServer;
let session: ClientHttp2Session;

async function connected(settings = {}): Promise<ClientHttp2Session> {
  const made = connect(`http://127.0.0.1:${server.port}`, { settings });
  made.on('error', () => {});
  await new Promise<void>((resolve, reject) => made.once('remoteSettings', () => resolve()).once('error', reject));
  return made;
}

function request(headers: OutgoingHttpHeaders, body: Buffer | undefined, over = session): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const stream = over.request({ ':method': 'POST', ...headers }, { endStream: body === undefined });
    let head: IncomingHttpHeaders = {};
    let trailers: IncomingHttpHeaders = {};
    const pieces: Buffer[] = [];
    stream.on('response', got => {
      head = got;
    });
    stream.on('trailers', got => {
      trailers = got;
    });
    stream.on('data', piece => pieces.push(piece));
    stream.on('error', reject);
    stream.on('close', () =>
      resolve({ headers: head, body: Buffer.concat(pieces), trailers, resetCode: stream.rstCode }),
    );
    if (body !== undefined) stream.end(body);
  });
}

beforeEach(async () => {
  server = await new PlainServer().start();
  session = await connected();
});
afterEach(async () => {
  session.destroy();
  await server.stop();
});

it('answers a request with headers, data and trailers', async () => {
  const reply = await request({ ':path': '/a' }, Buffer.from('body'));
  expect(reply.headers[':status']).toBe(200);
  expect(reply.body.toString()).toBe('hello');
  expect(reply.trailers).toMatchObject({ 'x-end': 'yes' });
  expect(Buffer.concat(server.requests[0]!.body).toString()).toBe('body');
});

it('reads bodies far beyond all windows', async () => {
  const body = Buffer.alloc(40_000_000, 'abcdefg');
  await request({ ':path': '/' }, body);
  expect(Buffer.concat(server.requests[0]!.body).equals(body)).toBe(true);
});

it('sends an answer beyond the windows of the client as they open', async () => {
  server.answer = Buffer.alloc(3_000_000, 'xyz');
  const narrow = await connected({ initialWindowSize: 1000 });
  const [one, two] = await Promise.all([request({}, undefined, narrow), request({}, Buffer.from('b'), narrow)]);
  expect(one.body.equals(server.answer)).toBe(true);
  expect(two.body.equals(server.answer)).toBe(true);
  expect(two.trailers).toMatchObject({ 'x-end': 'yes' });
  narrow.destroy();
});

it('reads the fields of many requests with one changing table', async () => {
  const sent = Array.from({ length: 300 }, (_, i) => ({
    ':path': `/${'p'.repeat(i)}`,
    'x-random': Buffer.from(Array.from({ length: i % 60 }, (_x, k) => 33 + ((i * 31 + k * 17) % 94))).toString(),
    'x-same': 'always',
    [`x-name-${i % 70}`]: `value ${i % 7}`,
    authorization: `Bearer ${i}`,
  }));
  for (const headers of sent) await request(headers, undefined);
  const seen = server.requests.map(({ fields }) => Object.fromEntries(fields.map(({ name, value }) => [name, value])));
  for (const [i, headers] of sent.entries()) expect(seen[i]).toMatchObject(headers);
});

it('takes a head in several frames', async () => {
  const long = 'v'.repeat(12_000);
  const wide = await connected({});
  await request({ 'x-a': long.slice(0, 7000), 'x-b': long.slice(0, 7000) }, undefined, wide);
  expect(server.requests[0]!.fields.some(({ name, value }) => name === 'x-b' && value.length === 7000)).toBe(true);
  wide.destroy();
});

it('answers 431 to more fields than allowed, and the connection goes on', async () => {
  const headers = Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`x-${i}`, String(i).repeat(2000)]));
  const other = await connected();
  const refused = await request(headers, undefined, other).catch((error: Error) => error);
  // Node itself refuses to send more than was announced, where it knows of it.
  if (!(refused instanceof Error)) expect(refused.headers[':status']).toBe(431);
  other.destroy();
  expect((await request({}, undefined)).headers[':status']).toBe(200);
});

it('answers many requests at once', async () => {
  const replies = await Promise.all(Array.from({ length: 500 }, (_, i) => request({}, Buffer.from(`n${i}`))));
  expect(replies.every(({ body }) => body.toString() === 'hello')).toBe(true);
  expect(new Set(server.requests.map(({ body }) => Buffer.concat(body).toString())).size).toBe(500);
});

it('answers pings, and lets requests in flight end when it drains', async () => {
  await new Promise<void>((resolve, reject) =>
    session.ping((error: Error | null) => (error ? reject(error) : resolve())),
  );
  const stream = session.request({ ':method': 'POST' });
  stream.write('begin');
  while (server.requests.length === 0) await new Promise(resolve => setTimeout(resolve, 5));
  const goaway = new Promise<number>(resolve => session.once('goaway', resolve));
  for (const connection of server.connections) connection.drain();
  expect(await goaway).toBe(0);
  const answered = new Promise(resolve => stream.once('response', resolve));
  stream.end('end');
  expect(await answered).toMatchObject({ ':status': 200 });
  stream.resume();
  await new Promise(resolve => session.once('close', resolve));
});

it('tells the handler of a request that is reset, and of one whose connection is lost', async () => {
  const reset = session.request({ ':method': 'POST' });
  reset.on('error', () => {});
  reset.write('begin');
  const lost = (await connected()).request({ ':method': 'POST' });
  lost.on('error', () => {});
  lost.write('begin');
  while (server.requests.length < 2) await new Promise(resolve => setTimeout(resolve, 5));
  reset.destroy();
  lost.session!.destroy();
  while (server.aborted < 2) await new Promise(resolve => setTimeout(resolve, 5));
});
