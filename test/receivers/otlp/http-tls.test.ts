/** OTLP/HTTP over TLS, with real certificates and real clients: who gets in, who does not, and what is renewed. */
import { copyFileSync } from 'node:fs';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CertificateFolder } from '../../kits/certificates.ts';
import { sendSecure } from '../../kits/https-client.ts';
import { runShop, SPANS_PER_ORDER } from '../../kits/sdk/shop.ts';
import { head, RawConnection, TYPE } from './http-client.ts';
import { tracesBytes } from './messages.ts';
import { type Protocols, type Running, startHttp } from './running.ts';

type Tls = NonNullable<NonNullable<Protocols['http']>['tls']>;

const folder = new CertificateFolder();
const BODY = tracesBytes('one');
const POST = { method: 'POST', path: '/v1/traces', headers: { 'content-type': TYPE.protobuf }, body: BODY };
let running: Running | undefined;

beforeAll(() => {
  folder.authority('ca');
  folder.authority('clients');
  folder.authority('strangers');
  for (const name of ['server', 'next']) folder.signed(name, 'ca');
  folder.signed('old-server', 'ca', -1);
  folder.signed('client', 'clients');
  folder.signed('old-client', 'clients', -1);
  folder.signed('stranger', 'strangers');
});
afterEach(() => running?.stop());
afterAll(() => folder.remove());

async function start(options: Tls = {}): Promise<number> {
  const { cert, key } = folder.pair('server');
  running = await startHttp({ tls: { cert_file: cert, key_file: key, ...options } });
  return running.port('http');
}

const trusting = () => ({ ca: folder.text('ca.pem') });
const showing = (name: string) => ({
  ...trusting(),
  cert: folder.text(`${name}.pem`),
  key: folder.text(`${name}.key`),
});
const failures = (reason: string) => running!.metric('tacit_tls_handshake_failures_total', { reason });

/** A connection that stays: what it is shown, and requests one after the other. */
async function connectTls(port: number, options: ConnectionOptions = {}): Promise<TLSSocket> {
  const socket = connect({ port, host: '127.0.0.1', ...trusting(), ...options });
  await new Promise((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject));
  return socket;
}

async function post(socket: TLSSocket): Promise<string> {
  socket.write(head({ 'content-type': TYPE.protobuf, 'content-length': BODY.length }));
  socket.write(BODY);
  const [answer] = (await new Promise(resolve => socket.once('data', data => resolve([data])))) as [Buffer];
  return answer.toString().split('\r\n')[0]!;
}

describe('TLS', () => {
  it('takes spans of those who trust the authority, and says that it is on', async () => {
    const port = await start();
    expect((await sendSecure(port, { ...POST, ...trusting() })).status).toBe(200);
    expect(running!.consumer.spans).toBe(1);
    expect(running!.listeners[0]).toMatchObject({ tls: 'on', auth: 'none' });
    expect(running!.metric('tacit_tls_certificate_expiry_timestamp_seconds')).toBeGreaterThan(Date.now() / 1000);
  });

  it('is refused by those who do not', async () => {
    const port = await start();
    await expect(sendSecure(port, POST)).rejects.toThrow(/self-signed|unable to (verify|get)/);
    await expect(sendSecure(port, { ...POST, ca: folder.text('strangers.pem') })).rejects.toThrow();
    expect(running!.consumer.spans).toBe(0);
  });

  it('with an expired certificate starts, and is refused by clients', async () => {
    const { cert, key } = folder.pair('old-server');
    const port = await start({ cert_file: cert, key_file: key });
    await expect(sendSecure(port, { ...POST, ...trusting() })).rejects.toThrow('certificate has expired');
  });

  it('speaks 1.2 and newer, or what is configured', async () => {
    const versionsAt = async (port: number) => {
      const speaks = async (version: 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3') => {
        const options = { minVersion: version, maxVersion: version, ciphers: 'DEFAULT@SECLEVEL=0' };
        return connectTls(port, options).then(
          socket => socket.destroy() !== undefined,
          () => false,
        );
      };
      return [await speaks('TLSv1.1'), await speaks('TLSv1.2'), await speaks('TLSv1.3')];
    };
    expect(await versionsAt(await start())).toEqual([false, true, true]);
    expect(failures('no_common_version')).toBe(1);
    await running!.stop();
    expect(await versionsAt(await start({ min_version: '1.3' }))).toEqual([false, false, true]);
    await running!.stop();
    expect(await versionsAt(await start({ max_version: '1.2' }))).toEqual([false, true, false]);
  });

  it('speaks the cipher suites that are configured', async () => {
    const port = await start({ max_version: '1.2', cipher_suites: ['TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384'] });
    const socket = await connectTls(port);
    expect(socket.getCipher().standardName).toBe('TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384');
    socket.destroy();
    await expect(connectTls(port, { ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256' })).rejects.toThrow(/handshake failure/);
    expect(failures('no_common_cipher')).toBe(1);
  });

  it('leaves 1.3 alone when suites of 1.2 are named', async () => {
    const socket = await connectTls(await start({ cipher_suites: ['TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384'] }));
    expect(socket.getProtocol()).toBe('TLSv1.3');
    socket.destroy();
  });
});

describe('a client that speaks no TLS', () => {
  it.each([
    ['plain HTTP', head({ 'content-length': 0 })],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['noise', 'x'.repeat(1000)],
  ])('%s is closed, counted, and said once', async (_, text) => {
    const port = await start();
    for (let i = 0; i < 20; i++) {
      const raw = new RawConnection(port);
      raw.write(text);
      await raw.untilClosed();
    }
    expect(failures('plain_text')).toBe(20);
    expect(running!.said).toEqual(['connections that did not become TLS: 1 plain_text']);
    expect(running!.errors).toEqual([]);
    expect((await sendSecure(port, { ...POST, ...trusting() })).status).toBe(200);
  });

  it('one that leaves in the middle is counted too', async () => {
    const raw = new RawConnection(await start());
    raw.write(Buffer.from([22, 3, 1]));
    raw.socket.end();
    await raw.untilClosed();
    await expect.poll(() => failures('closed')).toBe(1);
  });
});

describe('mutual TLS', () => {
  const mutual = () => start({ client_ca_file: folder.file('clients.pem') });

  it('lets in whom the authority vouches for', async () => {
    const port = await mutual();
    expect((await sendSecure(port, { ...POST, ...showing('client') })).status).toBe(200);
    expect(running!.listeners[0]).toMatchObject({ tls: 'mutual' });
  });

  it.each([
    ['no certificate', {}, 'no_client_certificate'],
    ['one of another authority', 'stranger', 'bad_client_certificate'],
    ['an expired one', 'old-client', 'bad_client_certificate'],
    ['one of the server’s authority', 'next', 'bad_client_certificate'],
  ])('refuses %s', async (_, shown, reason) => {
    const port = await mutual();
    const client = typeof shown === 'string' ? showing(shown) : trusting();
    await expect(sendSecure(port, { ...POST, ...client })).rejects.toThrow();
    expect(failures(reason)).toBe(1);
    expect(running!.consumer.spans).toBe(0);
  });

  it('takes spans of the SDK, which shows its certificate', async () => {
    const port = await mutual();
    const { ca, cert, key } = showing('client');
    const url = `https://127.0.0.1:${port}/v1/traces`;
    await runShop(1, () => new OTLPTraceExporter({ url, httpAgentOptions: { ca, cert, key } }));
    expect(running!.consumer.spans).toBe(SPANS_PER_ORDER);
  });
});

describe('renewed certificates', () => {
  const use = (name: string) => {
    copyFileSync(folder.file(`${name}.key`), folder.file('live.key'));
    copyFileSync(folder.file(`${name}.pem`), folder.file('live.pem'));
  };
  const live = () => ({ cert_file: folder.file('live.pem'), key_file: folder.file('live.key'), reload_interval: '1s' });
  const nameAt = async (port: number, options: ConnectionOptions = {}) => {
    const socket = await connectTls(port, options);
    const { CN } = socket.getPeerCertificate().subject;
    socket.destroy();
    return CN;
  };

  it('are shown to new connections, while those that live go on', async () => {
    use('server');
    const port = await start(live());
    const lasting = await connectTls(port);
    expect(await post(lasting)).toBe('HTTP/1.1 200 OK');
    use('next');
    await expect.poll(() => nameAt(port), { timeout: 20_000 }).toBe('next');
    expect(await post(lasting)).toBe('HTTP/1.1 200 OK');
    expect(lasting.getPeerCertificate().subject.CN).toBe('server');
    expect(running!.said).toEqual(['changed certificates are in use']);
    expect(running!.metric('tacit_tls_certificate_reloads_total')).toBe(1);
    lasting.destroy();
  });

  it('that do not fit leave the old ones in use, and are said once', async () => {
    use('server');
    const port = await start(live());
    copyFileSync(folder.file('next.pem'), folder.file('live.pem'));
    await expect.poll(() => running!.said.length, { timeout: 20_000 }).toBe(1);
    await new Promise(resolve => setTimeout(resolve, 2500));
    expect(running!.said).toEqual([
      expect.stringMatching(/^the certificates in use are kept: tls\.key_file: ".*live\.key" does not fit/),
    ]);
    expect(await nameAt(port)).toBe('server');
    copyFileSync(folder.file('next.key'), folder.file('live.key'));
    await expect.poll(() => nameAt(port), { timeout: 20_000 }).toBe('next');
  });

  it('of the clients’ authority shut out its former clients, resumed sessions too', async () => {
    use('server');
    copyFileSync(folder.file('clients.pem'), folder.file('live-clients.pem'));
    const port = await start({ ...live(), client_ca_file: folder.file('live-clients.pem') });
    const first = await connectTls(port, showing('client'));
    expect(await post(first)).toBe('HTTP/1.1 200 OK');
    const session = first.getSession();
    expect((await sendSecure(port, { ...POST, ...showing('client'), session })).status).toBe(200);
    copyFileSync(folder.file('strangers.pem'), folder.file('live-clients.pem'));
    await expect.poll(() => running!.metric('tacit_tls_certificate_reloads_total'), { timeout: 20_000 }).toBe(1);
    expect((await sendSecure(port, { ...POST, ...showing('stranger') })).status).toBe(200);
    await expect(sendSecure(port, { ...POST, ...showing('client') })).rejects.toThrow();
    await expect(sendSecure(port, { ...POST, ...showing('client'), session })).rejects.toThrow();
    expect(await post(first)).toBe('HTTP/1.1 200 OK');
    first.destroy();
  });
});

it('a certificate that cannot be used ends the start, with the place of the option', async () => {
  await expect(start({ cert_file: '/no/such.pem' })).rejects.toMatchObject({
    name: 'StartError',
    message: 'receivers.otlp.protocols.http.tls.cert_file: cannot read "/no/such.pem": there is no such file',
  });
  running = undefined;
});
