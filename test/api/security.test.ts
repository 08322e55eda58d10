/** What stands before the API: TLS, scopes of tokens, web pages of other origins, headers for browsers. */
import { copyFileSync } from 'node:fs';
import { PassThrough, Readable } from 'node:stream';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { graphCommand } from '../../src/cli/graph.ts';
import { runProgram } from '../../src/cli/program.ts';
import { CertificateFolder } from '../kits/certificates.ts';
import { sendSecure } from '../kits/https-client.ts';
import { nodeOf, viewOf } from '../kits/view.ts';
import { type RunningApi, startApi } from './start-api.ts';

const VIEW = viewOf([nodeOf('service', 'web')], []);
const ORIGIN = 'https://dashboards.example';
const folder = new CertificateFolder();
folder.authority('ca');
folder.authority('clients');
const server = folder.signed('server', 'ca');
const client = folder.signed('client', 'clients');

let api: RunningApi | undefined;
afterEach(async () => {
  await api?.stop();
  api = undefined;
});
afterAll(() => folder.remove());

async function start(options: Parameters<typeof startApi>[2] = {}): Promise<RunningApi> {
  api = await startApi(VIEW, '127.0.0.1:0', options);
  return api;
}

const TLS = { cert_file: server.cert, key_file: server.key };
const MUTUAL = { ...TLS, client_ca_file: folder.file('clients.pem') };
const trusting = () => ({ ca: folder.text('ca.pem') });
const showing = () => ({ ...trusting(), cert: folder.text('client.pem'), key: folder.text('client.key') });

describe('scopes', () => {
  const auth = {
    tokens: [
      { name: 'reader', token: 'r', scopes: ['read' as const] },
      { name: 'sender', token: 'i', scopes: ['ingest' as const] },
      { name: 'ruler', token: 'a', scopes: ['admin' as const] },
    ],
  };
  const TRACE = `/v1/debug/trace/${'0'.repeat(32)}`;

  it.each([
    ['/v1/graph', [200, 403, 200]],
    ['/v1/status', [200, 403, 200]],
    ['/metrics', [200, 403, 200]],
    ['/docs/', [200, 403, 200]],
    ['/', [200, 403, 200]],
    ['/nothing', [404, 403, 404]],
    [TRACE, [403, 403, 200]],
    ['/healthz', [200, 200, 200]],
    ['/readyz', [200, 200, 200]],
  ])('%s: read, ingest, admin → %j', async (path, statuses) => {
    const { get } = await start({ auth });
    const asked = ['r', 'i', 'a'].map(token => get(path, { authorization: `Bearer ${token}` }));
    expect((await Promise.all(asked)).map(({ status }) => status)).toEqual(statuses);
  });

  it('what is no question needs admin', async () => {
    const { base } = await start({ auth });
    const post = (token: string) =>
      fetch(`${base}/v1/graph`, { method: 'POST', headers: { authorization: `Bearer ${token}` } });
    expect([(await post('r')).status, (await post('a')).status]).toEqual([403, 405]);
  });

  it('one that is missing is a problem that names it, and is counted', async () => {
    const { get, metric } = await start({ auth });
    const refused = await get(TRACE, { authorization: 'Bearer r' });
    expect(refused.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(refused.headers.get('www-authenticate')).toContain('error="insufficient_scope", scope="admin"');
    expect(await refused.json()).toMatchObject({
      type: 'urn:tacit:problem:forbidden',
      status: 403,
      detail: expect.stringMatching(/^the token 'reader' lacks the scope admin/),
    });
    expect(metric('tacit_auth_requests_total', { token: 'reader', result: 'forbidden', component: 'http_api' })).toBe(
      1,
    );
  });
});

describe('TLS', () => {
  it('is spoken once configured, and told', async () => {
    const { port } = await start({ tls: TLS });
    const { status, body } = await sendSecure(port, { path: '/v1/status', ...trusting() });
    expect(status).toBe(200);
    expect(JSON.parse(body.toString())).toMatchObject({ listeners: [{ tls: 'on', auth: 'none' }] });
    await expect(sendSecure(port, { path: '/v1/status' })).rejects.toThrow(/unable to verify/);
  });

  it('closes plain HTTP, and counts it', async () => {
    const { address, metric, warnings } = await start({ tls: TLS });
    for (let i = 0; i < 5; i++) await expect(fetch(`http://${address}/healthz`)).rejects.toThrow();
    expect(metric('tacit_tls_handshake_failures_total', { reason: 'plain_text' })).toBe(5);
    expect(warnings).toEqual(['connections that did not become TLS: 1 plain_text']);
  });

  it('asks for certificates of clients where an authority is named', async () => {
    const { port } = await start({ tls: MUTUAL });
    expect((await sendSecure(port, { path: '/healthz', ...showing() })).status).toBe(200);
    await expect(sendSecure(port, { path: '/healthz', ...trusting() })).rejects.toThrow();
  });

  it('shows a renewed certificate, and takes a changed token, without a restart', async () => {
    const use = (name: string) => {
      copyFileSync(folder.file(`${name}.key`), folder.file('live.key'));
      copyFileSync(folder.file(`${name}.pem`), folder.file('live.pem'));
    };
    folder.authority('new-ca');
    folder.signed('renewed', 'new-ca');
    use('server');
    const { port } = await start({
      tls: { cert_file: folder.file('live.pem'), key_file: folder.file('live.key'), reload_interval: '1s' },
      auth: {
        tokens: [{ name: 'reader', token_file: folder.write('token', 'old'), scopes: ['read'] }],
        reload_interval: '1s',
      },
    });
    const statusWith = (ca: string, token: string) =>
      sendSecure(port, {
        path: '/v1/status',
        ca: folder.text(`${ca}.pem`),
        headers: { authorization: `Bearer ${token}` },
      })
        .then(({ status }) => status)
        .catch(() => 0);
    expect([await statusWith('ca', 'old'), await statusWith('ca', 'new')]).toEqual([200, 401]);
    use('renewed');
    folder.write('token', 'new');
    await expect.poll(() => statusWith('new-ca', 'new'), { timeout: 20_000 }).toBe(200);
    await expect.poll(() => statusWith('new-ca', 'old'), { timeout: 20_000 }).toBe(401);
    expect(await statusWith('ca', 'new')).toBe(0);
  });

  it('that cannot be had ends the start', async () => {
    await expect(start({ tls: { ...TLS, key_file: client.key } })).rejects.toMatchObject({
      name: 'StartError',
      message: expect.stringMatching(/^extensions\.http_api\.tls\.key_file: ".*" does not fit the certificate in/),
    });
  });
});

describe('web pages of other origins', () => {
  const preflight = {
    origin: ORIGIN,
    'access-control-request-method': 'GET',
    'access-control-request-headers': 'authorization',
  };
  const corsHeaders = (headers: Headers) => [...headers.keys()].filter(name => name.startsWith('access-control'));

  it('are kept out by default', async () => {
    const { base, get } = await start();
    expect(corsHeaders((await get('/v1/graph', { origin: ORIGIN })).headers)).toEqual([]);
    const asked = await fetch(`${base}/v1/graph`, { method: 'OPTIONS', headers: preflight });
    expect(asked.status).toBe(405);
    expect(corsHeaders(asked.headers)).toEqual([]);
  });

  it('may ask where they are allowed, and need a token all the same', async () => {
    const { base, get } = await start({
      cors: { allowed_origins: [ORIGIN], max_age: 60 },
      auth: { tokens: ['secret'] },
    });
    const asked = await fetch(`${base}/v1/graph`, { method: 'OPTIONS', headers: preflight });
    expect(asked.status).toBe(204);
    expect(Object.fromEntries(asked.headers)).toMatchObject({
      'access-control-allow-origin': ORIGIN,
      'access-control-allow-methods': 'GET, HEAD',
      'access-control-allow-headers': expect.stringContaining('Authorization'),
      'access-control-max-age': '60',
    });
    for (const [authorization, status] of [
      ['Bearer secret', 200],
      ['Bearer wrong', 401],
    ] as const) {
      const answer = await get('/v1/graph', { origin: ORIGIN, authorization });
      expect(answer.status).toBe(status);
      expect(answer.headers.get('access-control-allow-origin')).toBe(ORIGIN);
    }
    expect(
      corsHeaders((await get('/v1/graph', { origin: 'https://evil.example', authorization: 'Bearer secret' })).headers),
    ).toEqual([]);
  });
});

describe('headers for browsers', () => {
  it('go out with every answer', async () => {
    const { get } = await start();
    for (const path of ['/v1/graph', '/metrics', '/nothing', '/docs/', '/']) {
      const { headers } = await get(path);
      expect(headers.get('x-content-type-options'), path).toBe('nosniff');
      expect(headers.get('x-frame-options'), path).toBe('SAMEORIGIN');
      expect(headers.get('content-security-policy'), path).toContain("default-src '");
      expect(headers.get('strict-transport-security'), path).toBeNull();
      expect(headers.get('x-powered-by'), path).toBeNull();
    }
  });

  it('let data run nothing, and the documentation its own scripts', async () => {
    const { get } = await start();
    const policy = async (path: string) => (await get(path)).headers.get('content-security-policy');
    expect(await policy('/v1/graph')).toBe("default-src 'none';frame-ancestors 'none'");
    expect(await policy('/docs/')).toMatch(/script-src 'self'/);
    expect(await policy('/')).toBe("default-src 'none'; style-src 'unsafe-inline'");
  });
});

describe('tacit graph', () => {
  async function graph(args: string[], env: NodeJS.ProcessEnv = {}) {
    const stderr = new PassThrough();
    const io = { stdout: new PassThrough(), stderr, stdin: Readable.from([]), env };
    const code = await runProgram(['graph', '--format', 'json', ...args], io, {
      version: '0',
      commands: [graphCommand],
    });
    return { code, said: String(stderr.read() ?? '') };
  }
  const DONE = { code: 0, said: '' };

  it('asks a service with certificates and a token', async () => {
    const { base } = await start({ tls: MUTUAL, auth: { tokens: ['secret'] } });
    const known = [
      '--url',
      base,
      '--ca-file',
      folder.file('ca.pem'),
      '--cert-file',
      client.cert,
      '--key-file',
      client.key,
    ];
    expect(await graph([...known, '--token', 'secret'])).toEqual(DONE);
    expect(await graph(known, { TACIT_TOKEN: 'secret' })).toEqual(DONE);
    expect(await graph([...known, '--token', 'wrong'], { TACIT_TOKEN: 'secret' })).toEqual({
      code: 1,
      said: expect.stringMatching(/refused: this token is not known.*; look at TACIT_TOKEN or --token\n$/),
    });
    expect(await graph(['--url', base, '--ca-file', folder.file('ca.pem')])).toEqual({
      code: 3,
      said: expect.stringMatching(/; it may want a certificate: --cert-file and --key-file\n$/),
    });
  });

  it('says what to do about a certificate it does not know, and about the wrong scheme', async () => {
    const { base, address } = await start({ tls: TLS });
    expect(await graph(['--url', base])).toEqual({
      code: 3,
      said: expect.stringMatching(/; name the authority of its certificate: --ca-file\n$/),
    });
    expect(await graph(['--url', `http://${address}`])).toEqual({
      code: 3,
      said: expect.stringMatching(/; it may speak TLS there: --url with https:\/\/\n$/),
    });
    await api!.stop();
    const plain = await start();
    expect(await graph(['--url', `https://${plain.address}`])).toEqual({
      code: 3,
      said: expect.stringMatching(/; it speaks no TLS there: --url with http:\/\/\n$/),
    });
  });

  it.each([
    [['--ca-file', '/no/such.pem'], 2, '/no/such.pem: no such file'],
    [['--cert-file', 'a.pem'], 1, '--cert-file and --key-file belong together'],
    [['--token', 'a b'], 1, 'the token must be visible ASCII'],
  ])('%j is an error', async (args, code, message) => {
    expect(await graph(args)).toEqual({ code, said: expect.stringContaining(message) });
  });
});
