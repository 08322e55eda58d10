/** What is said about certificates and keys that cannot be used, and what is only warned of. */
import { chmodSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readTls } from '../../../src/lib/listen/tls-files.ts';
import type { TlsConfig } from '../../../src/lib/listen/tls-options.ts';
import { CertificateFolder } from '../../kits/certificates.ts';

/** A certificate is valid from the second in which it is made, which is to come. */
const NOW = Date.now() + 60_000;
const folder = new CertificateFolder();
const file = (name: string) => folder.file(name);

beforeAll(() => {
  folder.authority('ca');
  folder.signed('server', 'ca');
  folder.signed('other', 'ca');
  folder.signed('old', 'ca', -1);
  folder.write('empty.pem', '');
  folder.write('broken.pem', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n');
  folder.write('broken.key', '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n');
  folder.openssl('pkey', '-in', file('server.key'), '-aes256', '-passout', 'pass:x', '-out', file('locked.key'));
  folder.openssl(
    'req',
    '-x509',
    '-newkey',
    'rsa:512',
    '-nodes',
    '-keyout',
    file('weak.key'),
    '-out',
    file('weak.pem'),
    '-subj',
    '/CN=weak',
  );
});
afterAll(() => folder.remove());

const SERVER: TlsConfig = { cert_file: file('server.pem'), key_file: file('server.key') };
const said = (config: TlsConfig, now = NOW) =>
  readTls(config, now).problems.map(({ severity, path, message }) => `${severity} ${path.join('.')}: ${message}`);

describe('files that fit', () => {
  it('give the options of a server that asks for nothing', () => {
    const { options, problems, expiresAtMs } = readTls(SERVER, NOW);
    expect(problems).toEqual([]);
    expect(options).toMatchObject({ requestCert: false, minVersion: 'TLSv1.2', maxVersion: 'TLSv1.3' });
    expect(expiresAtMs! - NOW).toBeGreaterThan(9 * 86_400_000);
  });

  it('may stand in the configuration itself', () => {
    const { options } = readTls({ cert_pem: folder.text('server.pem'), key_pem: folder.text('server.key') }, NOW);
    expect(options).toEqual(readTls(SERVER, NOW).options);
  });

  it('with authorities for clients ask for certificates, and refuse others', () => {
    const { options } = readTls({ ...SERVER, client_ca_file: file('ca.pem') }, NOW);
    expect(options).toMatchObject({ ca: folder.text('ca.pem'), requestCert: true, rejectUnauthorized: true });
  });

  it('that are expired, or are not valid yet, are warned of', () => {
    const old = { cert_file: file('old.pem'), key_file: file('old.key') };
    expect(said(old)).toEqual([
      expect.stringMatching(/^warning cert_file: the certificate in ".*old\.pem" \(CN=old\) expired on 20/),
    ]);
    expect(readTls(old, NOW).options).toBeDefined();
    expect(said({ ...SERVER, client_ca_file: file('old.pem') })).toEqual([
      expect.stringMatching(/^warning client_ca_file: /),
    ]);
    expect(said(SERVER, NOW - 86_400_000)).toEqual([
      expect.stringMatching(/^warning cert_file: .* is not valid before 20/),
    ]);
  });
});

describe('what cannot be used', () => {
  it.each<[string, TlsConfig, RegExp]>([
    ['nothing', {}, /^error cert_file: is missing; TLS needs a certificate: cert_file or cert_pem$/],
    ['no key', { cert_file: file('server.pem') }, /^error key_file: is missing; TLS needs a private key/],
    ['two keys', { ...SERVER, key_pem: 'x' }, /^error key_file: stands beside key_pem; keep one/],
    [
      'a missing file',
      { ...SERVER, cert_file: '/no/such.pem' },
      /^error cert_file: cannot read "\/no\/such\.pem": there is no such file$/,
    ],
    [
      'a file that is missing in the working directory',
      { ...SERVER, cert_file: 'no/such.pem' },
      /^error cert_file: cannot read "no\/such\.pem" from \/.*: there is no such file$/,
    ],
    ['a folder', { ...SERVER, key_file: folder.path }, /^error key_file: cannot read .*: it is a directory$/],
    [
      'an empty file',
      { ...SERVER, cert_file: file('empty.pem') },
      /^error cert_file: ".*" holds no certificate; it must be PEM/,
    ],
    [
      'a key for a certificate',
      { ...SERVER, cert_file: file('server.key') },
      /^error cert_file: .* holds a private key in place of a certificate/,
    ],
    [
      'a certificate for a key',
      { ...SERVER, key_file: file('server.pem') },
      /^error key_file: .* holds no private key/,
    ],
    [
      'broken base64',
      { ...SERVER, cert_file: file('broken.pem') },
      /^error cert_file: certificate 1 in ".*broken\.pem" cannot be read: /,
    ],
    [
      'a broken key',
      { ...SERVER, key_file: file('broken.key') },
      /^error key_file: the private key in ".*broken\.key" cannot be read: /,
    ],
    [
      'a locked key',
      { ...SERVER, key_file: file('locked.key') },
      /^error key_file: .* is locked by a passphrase; write it without one: openssl pkey/,
    ],
    [
      'the key of another',
      { ...SERVER, key_file: file('other.key') },
      /^error key_file: ".*other\.key" does not fit the certificate in ".*server\.pem" \(CN=server\)$/,
    ],
    [
      'no authority',
      { ...SERVER, client_ca_file: file('server.key') },
      /^error client_ca_file: .* in place of a certificate/,
    ],
    [
      'a key too weak for OpenSSL',
      { cert_file: file('weak.pem'), key_file: file('weak.key') },
      /^error cert_file: cannot be used for TLS: .*key too small/,
    ],
    [
      'versions that do not meet',
      { ...SERVER, min_version: '1.3', max_version: '1.2' },
      /^error max_version: is below min_version/,
    ],
  ])('%s', (_, config, message) => {
    expect(said(config)).toEqual(expect.arrayContaining([expect.stringMatching(message)]));
    expect(readTls(config, NOW).options).toBeUndefined();
  });

  it('a file that this user may not read', () => {
    const path = folder.write('closed.key', folder.text('server.key'));
    chmodSync(path, 0o000);
    const problems = said({ ...SERVER, key_file: path });
    // Root reads every file.
    if (process.getuid?.() === 0) expect(problems).toEqual([]);
    else expect(problems).toEqual([expect.stringMatching(/this user may not read it$/)]);
  });

  it('is never shown', () => {
    const { problems } = readTls({ cert_pem: folder.text('server.pem'), key_pem: folder.text('other.key') }, NOW);
    expect(JSON.stringify(problems)).not.toContain(folder.text('other.key').split('\n')[1]);
  });
});
