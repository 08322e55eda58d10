/**
 * A real Collector as the client of a guarded listener: with the certificate and token it is to show it delivers, and
 * what it says without them names the reason.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CertificateFolder } from '../kits/certificates.ts';
import { freePorts, missingForCollector, type RunningCollector, startCollector } from '../kits/collector/running.ts';
import { tracesOf } from '../receivers/otlp/messages.ts';
import { Running } from '../receivers/otlp/running.ts';

const folder = new CertificateFolder();
afterAll(() => folder.remove());

/** The exporter's options beside its endpoint. */
interface Client {
  readonly certificate?: string;
  readonly token?: string;
  readonly ca?: string;
}

const EXPORTERS = { grpc: 'otlp', http: 'otlp_http' } as const;
const PROTOCOLS = ['grpc', 'http'] as const;

describe.skipIf(missingForCollector() !== undefined).each(PROTOCOLS)('a Collector over %s', protocol => {
  let running: Running;
  beforeAll(async () => {
    folder.authority('ca');
    folder.authority('clients');
    folder.authority('strangers');
    folder.signed('collector', 'clients');
    folder.signed('stranger', 'strangers');
    const { cert, key } = folder.signed('tacit', 'ca');
    const tls = { cert_file: cert, key_file: key, client_ca_file: folder.file('clients.pem') };
    const tokens = [
      { name: 'collector', token: 'to-ingest', scopes: ['ingest' as const] },
      { name: 'reader', token: 'to-read', scopes: ['read' as const] },
    ];
    running = await new Running({ [protocol]: { endpoint: '127.0.0.1:0', tls, auth: { tokens } } }).start();
  });
  afterAll(() => running.stop());

  /** Sends one span through a Collector; ends with what the Collector said, once this shows or the span is there. */
  async function deliver(client: Client, said?: RegExp): Promise<string> {
    const [port] = await freePorts(1);
    const before = running.consumer.spans;
    const collector = await startCollector([configOf(client, port!)]);
    try {
      const headers = { 'content-type': 'application/json' };
      const body = JSON.stringify(tracesOf('through a Collector'));
      await fetch(`http://127.0.0.1:${port}/v1/traces`, { method: 'POST', headers, body });
      const isDone = () => (said === undefined ? running.consumer.spans > before : said.test(collector.output()));
      await expect.poll(isDone, { timeout: 30_000 }).toBe(true);
      return collector.output();
    } finally {
      await end(collector);
    }
  }

  function configOf({ certificate, token, ca = 'ca' }: Client, port: number): string {
    const shown = certificate === undefined ? undefined : folder.pair(certificate);
    const exporter = {
      endpoint: `https://127.0.0.1:${running.port(protocol)}`,
      tls: { ca_file: folder.file(`${ca}.pem`), ...(shown && { cert_file: shown.cert, key_file: shown.key }) },
      ...(token !== undefined && { headers: { authorization: `Bearer ${token}` } }),
    };
    return `yaml:${JSON.stringify({
      receivers: { otlp: { protocols: { http: { endpoint: `127.0.0.1:${port}` } } } },
      exporters: { [EXPORTERS[protocol]]: exporter },
      service: {
        telemetry: { metrics: { level: 'none' } },
        pipelines: { traces: { receivers: ['otlp'], exporters: [EXPORTERS[protocol]] } },
      },
    })}`;
  }

  it('with its certificate and a token delivers', async () => {
    await deliver({ certificate: 'collector', token: 'to-ingest' });
    expect(running.metric('tacit_auth_requests_total', { token: 'collector', result: 'accepted' })).toBe(1);
  });

  it.each<[string, Client, RegExp]>([
    ['without a certificate', { token: 'to-ingest' }, /certificate required/],
    [
      'with a certificate of another authority',
      { certificate: 'stranger', token: 'to-ingest' },
      /connection reset|broken pipe|EOF/,
    ],
    [
      'that does not trust the service',
      { certificate: 'collector', token: 'to-ingest', ca: 'strangers' },
      /certificate signed by unknown authority/,
    ],
    ['without a token', { certificate: 'collector' }, /this service asks for a token; send Authorization: Bearer/],
    ['with an unknown token', { certificate: 'collector', token: 'guessed' }, /this token is not known/],
    [
      'with the wrong scope',
      { certificate: 'collector', token: 'to-read' },
      /the token 'reader' lacks the scope ingest/,
    ],
  ])('%s is refused, and told why', async (_, client, said) => {
    const before = running.consumer.spans;
    await deliver(client, said);
    expect(running.consumer.spans).toBe(before);
  });
});

/** One that cannot deliver would try for minutes. */
async function end(collector: RunningCollector): Promise<void> {
  collector.kill();
  await collector.stop();
}
