/** OTLP/gRPC over TLS and with tokens, as grpc-js and the SDK speak to it: who gets in, and what the others are told. */
import { copyFileSync } from 'node:fs';
import { credentials, status } from '@grpc/grpc-js';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-grpc';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CertificateFolder } from '../../kits/certificates.ts';
import { runShop, SPANS_PER_ORDER } from '../../kits/sdk/shop.ts';
import { OtlpClient } from './grpc-client.ts';
import { RawConnection } from './http-client.ts';
import { tracesBytes } from './messages.ts';
import { type Protocols, type Running, startGrpc } from './running.ts';

type Options = NonNullable<Protocols['grpc']>;

const TRACES = 'trace.v1.TraceService';
const folder = new CertificateFolder();
let running: Running | undefined;

beforeAll(() => {
  folder.authority('ca');
  folder.authority('clients');
  folder.authority('strangers');
  for (const name of ['server', 'next']) folder.signed(name, 'ca');
  folder.signed('client', 'clients');
  folder.signed('old-client', 'clients', -1);
  folder.signed('stranger', 'strangers');
});
afterEach(() => running?.stop());
afterAll(() => folder.remove());

async function start(options: Options): Promise<number> {
  running = await startGrpc(options);
  return running.port('grpc');
}

const server = (name = 'server') => ({ cert_file: folder.pair(name).cert, key_file: folder.pair(name).key });
const pem = (name: string) => Buffer.from(folder.text(name));
const failures = (reason: string) => running!.metric('tacit_tls_handshake_failures_total', { reason });

function channel(ca = 'ca', shown?: string) {
  const [key, cert] = shown === undefined ? [null, null] : [pem(`${shown}.key`), pem(`${shown}.pem`)];
  return credentials.createSsl(pem(`${ca}.pem`), key, cert);
}

async function send(port: number, secure?: ReturnType<typeof channel>, headers: Record<string, string> = {}) {
  const client = new OtlpClient(port, {}, secure);
  const { code, details } = await client.export(TRACES, tracesBytes('one'), headers);
  client.close();
  return { code, details };
}

describe('TLS', () => {
  it('takes spans of those who trust the authority, and says that it is on', async () => {
    const port = await start({ tls: server() });
    expect(await send(port, channel())).toEqual({ code: status.OK, details: '' });
    expect(running!.consumer.spans).toBe(1);
    expect(running!.listeners[0]).toMatchObject({ protocol: 'grpc', tls: 'on', auth: 'none' });
  });

  it('is refused by those who do not, and refuses plain text', async () => {
    const port = await start({ tls: server() });
    expect((await send(port, channel('strangers'))).code).toBe(status.UNAVAILABLE);
    expect((await send(port)).code).toBe(status.UNAVAILABLE);
    await expect.poll(() => failures('plain_text')).toBeGreaterThan(0);
    const raw = new RawConnection(port);
    raw.write('GET / HTTP/1.1\r\n\r\n');
    await raw.untilClosed();
    expect(running!.errors).toEqual([]);
    expect((await send(port, channel())).code).toBe(status.OK);
  });

  it.each([
    ['with a certificate of the authority', 'client', status.OK],
    ['without a certificate', undefined, status.UNAVAILABLE],
    ['with one of another authority', 'stranger', status.UNAVAILABLE],
    ['with an expired one', 'old-client', status.UNAVAILABLE],
  ])('asks for certificates of clients: %s', async (_, shown, code) => {
    const port = await start({ tls: { ...server(), client_ca_file: folder.file('clients.pem') } });
    expect((await send(port, channel('ca', shown))).code).toBe(code);
    expect(running!.consumer.spans).toBe(code === status.OK ? 1 : 0);
    expect(running!.listeners[0]).toMatchObject({ tls: 'mutual' });
  });

  it('takes spans of the SDK, which shows its certificate', async () => {
    const port = await start({ tls: { ...server(), client_ca_file: folder.file('clients.pem') } });
    const url = `https://127.0.0.1:${port}`;
    await runShop(1, () => new OTLPTraceExporter({ url, credentials: channel('ca', 'client') }));
    expect(running!.consumer.spans).toBe(SPANS_PER_ORDER);
  });

  it('shows a renewed certificate to new connections, while those that live go on', async () => {
    const live = { cert_file: folder.file('live.pem'), key_file: folder.file('live.key') };
    const use = (name: string) => {
      copyFileSync(folder.file(`${name}.key`), live.key_file);
      copyFileSync(folder.file(`${name}.pem`), live.cert_file);
    };
    folder.authority('new-ca');
    folder.signed('renewed', 'new-ca');
    use('server');
    const port = await start({ tls: { ...live, reload_interval: '1s' } });
    const lasting = new OtlpClient(port, {}, channel());
    expect((await lasting.export(TRACES, tracesBytes('before'))).code).toBe(status.OK);
    use('renewed');
    await expect.poll(async () => (await send(port, channel('new-ca'))).code, { timeout: 20_000 }).toBe(status.OK);
    expect((await lasting.export(TRACES, tracesBytes('after'))).code).toBe(status.OK);
    expect((await send(port, channel('ca'))).code).toBe(status.UNAVAILABLE);
    lasting.close();
  });
});

describe('tokens', () => {
  const auth: Options['auth'] = {
    tokens: [
      'everything',
      { name: 'collector', token: 'to-ingest', scopes: ['ingest'] },
      { name: 'dashboard', token: 'to-read', scopes: ['read'] },
      { name: 'operator', token: 'to-rule', scopes: ['admin'] },
    ],
  };

  it.each([
    ['Bearer everything', status.OK, ''],
    ['bearer to-ingest', status.OK, ''],
    ['Bearer to-rule', status.OK, ''],
    ['Bearer to-read', status.PERMISSION_DENIED, /^the token 'dashboard' lacks the scope ingest/],
    ['Bearer unknown', status.UNAUTHENTICATED, /^this token is not known/],
    ['to-ingest', status.UNAUTHENTICATED, /^this service asks for a token/],
    [undefined, status.UNAUTHENTICATED, /^this service asks for a token; send Authorization: Bearer/],
  ])('%s: %i', async (authorization, code, said) => {
    const port = await start({ auth });
    const result = await send(port, undefined, authorization === undefined ? {} : { authorization });
    expect(result).toEqual({ code, details: said === '' ? '' : expect.stringMatching(said) });
    expect(running!.consumer.spans).toBe(code === status.OK ? 1 : 0);
  });

  it('are asked for whatever is called, and counted by name', async () => {
    const port = await start({ auth });
    const client = new OtlpClient(port);
    for (const service of [TRACES, 'logs.v1.LogsService', 'metrics.v1.MetricsService', 'no.Service']) {
      expect((await client.export(service, Buffer.alloc(0))).code, service).toBe(status.UNAUTHENTICATED);
    }
    client.close();
    await send(port, undefined, { authorization: 'Bearer to-ingest' });
    const count = (token: string, result: string) => running!.metric('tacit_auth_requests_total', { token, result });
    expect([count('', 'missing'), count('collector', 'accepted')]).toEqual([4, 1]);
  });

  it('and certificates may be asked for together', async () => {
    const port = await start({ auth, tls: { ...server(), client_ca_file: folder.file('clients.pem') } });
    const secure = channel('ca', 'client');
    expect((await send(port, secure)).code).toBe(status.UNAUTHENTICATED);
    expect((await send(port, secure, { authorization: 'Bearer to-ingest' })).code).toBe(status.OK);
    expect(running!.listeners[0]).toMatchObject({ tls: 'mutual', auth: 'token' });
  });
});

it('a certificate that cannot be used ends the start, with the place of the option', async () => {
  await expect(start({ tls: { ...server(), key_file: folder.pair('next').key } })).rejects.toMatchObject({
    name: 'StartError',
    message: expect.stringMatching(/^receivers\.otlp\.protocols\.grpc\.tls\.key_file: ".*next\.key" does not fit/),
  });
  running = undefined;
});
