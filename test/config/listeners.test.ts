// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is what a user writes
/** What is said about certificates, tokens and addresses before anything listens. */
import { afterAll, describe, expect, it } from 'vitest';
import { showConfig } from '../../src/config/show.ts';
import { CertificateFolder } from '../kits/certificates.ts';
import { type LoadOptions, load, problemLines } from './kit.ts';

const folder = new CertificateFolder();
folder.authority('ca');
const server = folder.signed('server', 'ca');
const other = folder.signed('other', 'ca');
const old = folder.signed('old', 'ca', -1);
afterAll(() => folder.remove());

const TLS = `tls: {cert_file: ${server.cert}, key_file: ${server.key}}`;
const MUTUAL = `tls: {cert_file: ${server.cert}, key_file: ${server.key}, client_ca_file: ${folder.file('ca.pem')}}`;
const TOKENS = 'auth: {tokens: [secret]}';

/** With these options for OTLP/HTTP and the API. */
function withOptions(otlp: string, api = 'endpoint: 127.0.0.1:8484'): string {
  return `receivers: {otlp: {protocols: {http: {${otlp}}}}}
connectors: {topology: }
extensions: {http_api: {${api}}}
service:
  extensions: [http_api]
  pipelines: {traces: {receivers: [otlp], exporters: [topology]}}
`;
}

const lines = (text: string, options?: LoadOptions) => problemLines(load(text, options));

describe('an address beyond loopback', () => {
  const OPEN = 'can be reached from other machines, without authentication; set auth or tls.client_ca_file beside it';
  const READABLE = 'can be reached from other machines, and tokens travel readable; set tls beside it';

  it.each([
    ['', OPEN],
    [TLS, OPEN],
    [TOKENS, READABLE],
    [`${TOKENS}, ${TLS}`, undefined],
    [MUTUAL, undefined],
    [`${TOKENS}, ${MUTUAL}`, undefined],
  ])('with {%.12s…}: %s', (options, warning) => {
    for (const text of [
      withOptions(`endpoint: ':4318'${options === '' ? '' : `, ${options}`}`),
      withOptions('', `endpoint: ':8484'${options === '' ? '' : `, ${options}`}`),
    ]) {
      const said = lines(text);
      expect(said).toHaveLength(warning === undefined ? 0 : 1);
      if (warning !== undefined) expect(said[0]).toContain(warning);
      expect(load(text).config).toBeDefined();
    }
  });

  it('no loopback address is warned of, whatever it asks for', () => {
    for (const options of ['', `, ${TOKENS}`, `, ${TLS}`]) {
      for (const host of ['localhost', '127.0.0.1', '"[::1]"']) {
        expect(
          lines(
            withOptions(
              `endpoint: ${host.replace('"', '').replace('"', '')}:4318`.replace(/: (.*)$/, ': "$1"') + options,
            ),
          ),
        ).toEqual([]);
      }
    }
  });
});

describe('certificates', () => {
  it('that are wrong are told at the line of the option', () => {
    expect(lines(withOptions(`tls: {cert_file: ${server.cert}, key_file: ${other.key}}`))).toEqual([
      expect.stringMatching(
        /^a\.yaml:1:\d+: receivers\.otlp\.protocols\.http\.tls\.key_file: ".*other\.key" does not fit/,
      ),
    ]);
    expect(lines(withOptions('', 'tls: {cert_file: /no/such, key_file: /no/such}'))).toEqual([
      expect.stringMatching(/^a\.yaml:3:\d+: extensions\.http_api\.tls\.cert_file: cannot read/),
      expect.stringMatching(/^a\.yaml:3:\d+: extensions\.http_api\.tls\.key_file: cannot read/),
    ]);
    expect(lines(withOptions('tls: '))[0]).toMatch(/tls\.cert_file: is missing; TLS needs a certificate/);
  });

  it('that are expired are a warning', () => {
    const text = withOptions(`tls: {cert_file: ${old.cert}, key_file: ${old.key}}`);
    expect(lines(text)).toEqual([expect.stringMatching(/tls\.cert_file: warning: .* expired on/)]);
    expect(load(text).config).toBeDefined();
  });

  it('versions may be written as numbers', () => {
    expect(lines(withOptions(`${TLS.slice(0, -1)}, min_version: 1.3}`))).toEqual([]);
    expect(lines(withOptions(`${TLS.slice(0, -1)}, min_version: 1.1}`))).toEqual([
      expect.stringContaining("tls.min_version: '1.1' is none of the allowed values; write 1.2 or 1.3"),
    ]);
    expect(lines(withOptions(`${TLS.slice(0, -1)}, cipher_suites: [RC4]}`))).toEqual([
      expect.stringContaining(
        "tls.cipher_suites[0]: 'RC4' is none of the allowed values; write TLS_AES_256_GCM_SHA384",
      ),
    ]);
  });
});

describe('tokens', () => {
  const NAMED = 'auth: {tokens: [secret, {name: reader, token: "${env:READER}", scopes: [read]}]}';

  it('may have names and scopes, which are shown while they are not', () => {
    const result = load(withOptions(NAMED), { env: { READER: 'abc' } });
    expect(problemLines(result)).toEqual([]);
    const shown = showConfig(result.config!);
    expect(shown).not.toMatch(/secret|abc/);
    expect(shown).toMatch(/- "\[REDACTED\]"\n\s+- name: reader\n\s+token: "\[REDACTED\]"\n\s+scopes:\n\s+- read/);
  });

  it.each<[string, RegExp]>([
    ['[secret, {name: b, token: secret, scopes: [read]}]', /auth\.tokens\[1\]: is the same token as 'token-1'/],
    [
      '[{name: b, token: x, scopes: [read]}, {name: b, token: y, scopes: [read]}]',
      /tokens\[1\]: the name 'b' is taken/,
    ],
    ['[{name: b, token: "", scopes: [read]}]', /auth\.tokens\[0\]\.token: is empty; give it a value/],
    ['[{name: b, token: x}]', /auth\.tokens\[0\]: 'scopes' is missing; it takes a list/],
    [
      '[{name: b, token: x, scopes: [write]}]',
      /scopes\[0\]: 'write' is none of the allowed values; write read, ingest or admin/,
    ],
    [
      '[{name: b, token: "${env:NOT_SET}", scopes: [read]}]',
      /auth\.tokens\[0\]\.token: the environment variable NOT_SET is not set/,
    ],
    ['[{name: "b c", token: x, scopes: [read]}]', /auth\.tokens\[0\]\.name: 'b c' has the wrong form/],
    ['[{name: b, scopes: [read]}]', /auth\.tokens\[0\]: has no token; give it token or token_file/],
  ])('%s: %s', (tokens, message) => {
    const said = lines(withOptions(`auth: {tokens: ${tokens}}`));
    expect(said).toEqual([expect.stringMatching(message)]);
    expect(said[0]).toMatch(/^a\.yaml:1:/);
  });

  it('given by --set are not shown either', () => {
    const sets = ['receivers.otlp.protocols.http.auth.tokens=[hush, hush]'];
    expect(lines(withOptions(''), { sets })).toEqual([
      expect.stringMatching(/^--set receivers\.otlp\.protocols\.http\.auth\.tokens=\[REDACTED\]: .*is the same token/),
    ]);
  });

  it('keys given as texts are not shown', () => {
    const pem = JSON.stringify(folder.text('server.key'));
    const text = withOptions(`tls: {cert_file: ${server.cert}, key_pem: ${pem}}`);
    const { config, problems } = load(text);
    expect(problems).toEqual([]);
    expect(showConfig(config!)).not.toContain('PRIVATE KEY');
  });
});
