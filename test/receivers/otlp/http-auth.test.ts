/** Tokens and web pages at OTLP/HTTP: who may send, what the others are told, and what is counted. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { head, RawConnection, send, TYPE } from './http-client.ts';
import { readStatus, tracesBytes, tracesOf } from './messages.ts';
import { type Running, startHttp } from './running.ts';

const BODY = tracesBytes('one');
const JSON_BODY = JSON.stringify(tracesOf('one'));
const bearer = (token: string) => ({ authorization: `Bearer ${token}`, 'content-type': TYPE.protobuf });

describe('tokens', () => {
  let running: Running;
  let port: number;
  beforeAll(async () => {
    running = await startHttp({
      auth: {
        tokens: [
          'everything',
          { name: 'collector', token: 'to-ingest', scopes: ['ingest'] },
          { name: 'dashboard', token: 'to-read', scopes: ['read'] },
          { name: 'operator', token: 'to-rule', scopes: ['admin'] },
        ],
      },
    });
    port = running.port('http');
  });
  afterAll(() => running.stop());

  it.each([
    ['everything', 200],
    ['to-ingest', 200],
    ['to-rule', 200],
    ['to-read', 403],
    ['unknown', 401],
  ])('%s: %i', async (token, status) => {
    expect((await send(port, { headers: bearer(token), body: BODY })).status).toBe(status);
  });

  it.each(['protobuf', 'json'] as const)('what is wrong is told in %s', async encoding => {
    const headers = { 'content-type': TYPE[encoding] };
    const body = encoding === 'json' ? JSON_BODY : BODY;
    const none = await send(port, { headers, body });
    expect(none).toMatchObject({
      status: 401,
      headers: { 'www-authenticate': 'Bearer realm="tacit"', 'content-type': TYPE[encoding] },
    });
    expect(readStatus(none.body, encoding)).toMatchObject({
      code: 16,
      message: expect.stringMatching(/^this service asks for a token; send Authorization: Bearer/),
    });
    const wrong = await send(port, { headers: { ...headers, authorization: 'Bearer to-read' }, body });
    expect(wrong).toMatchObject({
      status: 403,
      headers: { 'www-authenticate': expect.stringContaining('scope="ingest"') },
    });
    expect(readStatus(wrong.body, encoding)).toMatchObject({
      code: 7,
      message: expect.stringMatching(/^the token 'dashboard' lacks the scope ingest/),
    });
  });

  it('are asked for at every path and by every method', async () => {
    for (const path of ['/v1/traces', '/v1/logs', '/v1/metrics', '/nothing', '/']) {
      for (const method of ['GET', 'POST', 'OPTIONS', 'PUT']) {
        expect(
          (await send(port, { method, path, headers: { 'content-type': TYPE.json } })).status,
          `${method} ${path}`,
        ).toBe(401);
      }
    }
    expect((await send(port, { path: '/nothing', headers: bearer('everything') })).status).toBe(404);
  });

  it('of two headers the first counts', async () => {
    const raw = new RawConnection(port);
    const two = (first: string, second: string) =>
      head({ 'content-type': TYPE.json, 'content-length': 2 }).replace(
        '\r\n\r\n',
        `\r\nAuthorization: Bearer ${first}\r\nAuthorization: Bearer ${second}\r\n\r\n{}`,
      );
    raw.write(two('everything', 'unknown'));
    expect((await raw.next())?.status).toBe(200);
    raw.write(two('unknown', 'everything'));
    expect((await raw.next())?.status).toBe(401);
    raw.socket.destroy();
  });

  it('are asked for before the body: a large one is not read', async () => {
    const raw = new RawConnection(port);
    raw.write(head({ 'content-type': TYPE.protobuf, 'content-length': 10_000_000 }));
    expect((await raw.next())?.status).toBe(401);
    raw.write(head({ 'content-type': TYPE.protobuf, 'content-length': 10_000_000, expect: '100-continue' }));
    await raw.untilClosed();
  });

  it('a kept connection is asked each time', async () => {
    const raw = new RawConnection(port);
    const request = (token: string) =>
      head({ 'content-type': TYPE.json, 'content-length': 2, authorization: `Bearer ${token}` });
    for (const [token, status] of [
      ['everything', 200],
      ['unknown', 401],
      ['to-ingest', 200],
    ] as const) {
      raw.write(`${request(token)}{}`);
      expect((await raw.next())?.status).toBe(status);
    }
    raw.socket.destroy();
  });

  it('are counted by name', async () => {
    const count = (token: string, result: string) => running.metric('tacit_auth_requests_total', { token, result });
    const before = count('collector', 'accepted');
    await send(port, { headers: bearer('to-ingest'), body: BODY });
    expect(count('collector', 'accepted')).toBe(before + 1);
    expect(count('dashboard', 'forbidden')).toBeGreaterThan(0);
    expect(count('', 'missing')).toBeGreaterThan(0);
    expect(running.metric('tacit_otlp_requests_total', { outcome: 'forbidden' })).toBeGreaterThan(0);
    expect(running.metric('tacit_otlp_requests_total', { outcome: 'unauthenticated' })).toBeGreaterThan(0);
  });
});

describe('web pages', () => {
  const SHOP = 'https://www.shop.example';
  let running: Running;
  let port: number;
  beforeAll(async () => {
    running = await startHttp({
      auth: { tokens: ['secret'] },
      cors: { allowed_origins: ['https://*.shop.example'], allowed_headers: ['X-Tenant'], max_age: 600 },
    });
    port = running.port('http');
  });
  afterAll(() => running.stop());

  const preflight = (origin: string) => ({
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type',
    },
  });

  it('of an allowed origin may ask whether they may send, without a token', async () => {
    const { status, headers } = await send(port, preflight(SHOP));
    expect(status).toBe(204);
    expect(headers).toMatchObject({
      'access-control-allow-origin': SHOP,
      'access-control-allow-methods': 'POST',
      'access-control-allow-headers': 'Accept, Authorization, Content-Type, X-Requested-With, X-Tenant',
      'access-control-allow-credentials': 'true',
      'access-control-max-age': '600',
      vary: expect.stringContaining('Origin'),
    });
  });

  it('send then, and read answers of every kind', async () => {
    const sent = await send(port, { headers: { ...bearer('secret'), origin: SHOP }, body: BODY });
    expect(sent).toMatchObject({
      status: 200,
      headers: { 'access-control-allow-origin': SHOP, vary: 'Origin', 'content-type': TYPE.protobuf },
    });
    const refused = await send(port, { headers: { ...bearer('wrong'), origin: SHOP }, body: BODY });
    expect(refused).toMatchObject({ status: 401, headers: { 'access-control-allow-origin': SHOP } });
  });

  it.each([
    'https://shop.example',
    'https://www.shop.example.evil',
    'http://www.shop.example',
    'null',
    'https://www-shop.example',
  ])('%s is not allowed', async origin => {
    const { status, headers } = await send(port, preflight(origin));
    expect(status).toBe(204);
    expect(Object.keys(headers).filter(name => name.startsWith('access-control'))).toEqual([]);
    const sent = await send(port, { headers: { ...bearer('secret'), origin }, body: BODY });
    expect(sent.headers).not.toHaveProperty('access-control-allow-origin');
  });

  it('requests without an origin are answered as ever', async () => {
    const { status, headers } = await send(port, { headers: bearer('secret'), body: BODY });
    expect(status).toBe(200);
    expect(headers).not.toHaveProperty('vary');
    expect((await send(port, { method: 'OPTIONS', headers: bearer('secret') })).status).toBe(405);
  });
});

it('without the option no page may send: a preflight is an answer as any other', async () => {
  const running = await startHttp();
  const headers = { origin: 'https://a.example', 'access-control-request-method': 'POST' };
  const answer = await send(running.port('http'), { method: 'OPTIONS', headers });
  expect(answer.status).toBe(405);
  expect(Object.keys(answer.headers).filter(name => name.startsWith('access-control'))).toEqual([]);
  await running.stop();
});

it('every page may send where * is allowed, without its credentials', async () => {
  const running = await startHttp({ cors: { allowed_origins: ['*'], allowed_headers: ['*'] } });
  const headers = {
    origin: 'https://a.example',
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'x-one, x-two',
  };
  const answer = await send(running.port('http'), { method: 'OPTIONS', headers });
  expect(answer.headers).toMatchObject({
    'access-control-allow-origin': '*',
    'access-control-allow-headers': 'x-one, x-two',
  });
  expect(answer.headers).not.toHaveProperty('access-control-allow-credentials');
  await running.stop();
});
