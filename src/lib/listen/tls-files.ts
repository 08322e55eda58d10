/**
 * `tls` options → what node:tls takes, with every file read and checked: that it is there, holds what it should, that
 * key and certificate fit, that nothing is expired (a warning). Messages name the file; none shows a key.
 */
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { createSecureContext, type SecureVersion } from 'node:tls';
import { toOpenSslCiphers } from './cipher-suites.ts';
import type { ListenProblem } from './problem.ts';
import { readNamedFile } from './read-file.ts';
import type { TlsConfig, TlsKey } from './tls-options.ts';

/** A client that does not finish its handshake is cut off. */
const HANDSHAKE_MS = 10_000;

/** To be spread into the options of a TLS, HTTPS or HTTP/2 server, and to be given to its `setSecureContext`. */
export interface TlsServerOptions {
  readonly cert: string;
  readonly key: string;
  readonly ca?: string;
  readonly requestCert: boolean;
  readonly rejectUnauthorized: boolean;
  readonly minVersion: SecureVersion;
  readonly maxVersion: SecureVersion;
  readonly ciphers?: string;
  readonly handshakeTimeout: number;
}

export interface TlsReading {
  /** Undefined when one of the problems is an error. */
  readonly options: TlsServerOptions | undefined;
  readonly problems: readonly ListenProblem[];
  /** When the first of the server's certificates expires, since the epoch. */
  readonly expiresAtMs: number | undefined;
}

type Report = (severity: ListenProblem['severity'], key: TlsKey, message: string) => void;
/** A PEM text and what it is called in messages. */
interface Pem {
  readonly key: TlsKey;
  readonly name: string;
  readonly text: string;
}

/** Reads all files now; may be called again to see what changed. */
export function readTls(config: TlsConfig, nowMs: number): TlsReading {
  const problems: ListenProblem[] = [];
  const report: Report = (severity, key, message) => void problems.push({ path: [key], message, severity });
  const cert = oneOf(config, 'cert_file', 'cert_pem', 'a certificate', report);
  const key = oneOf(config, 'key_file', 'key_pem', 'a private key', report);
  const ca = config.client_ca_file === undefined ? undefined : readPem(config, 'client_ca_file', report);
  const certificates = cert === undefined ? [] : parseCertificates(cert, nowMs, report);
  const privateKey = key === undefined ? undefined : parseKey(key, report);
  if (ca !== undefined) parseCertificates(ca, nowMs, report);
  checkVersions(config, report);
  const [leaf] = certificates;
  if (leaf !== undefined && privateKey !== undefined && !leaf.checkPrivateKey(privateKey)) {
    report('error', key!.key, `${key!.name} does not fit the certificate in ${cert!.name} (${nameOf(leaf)})`);
  }
  const expiresAtMs =
    certificates.length === 0 ? undefined : Math.min(...certificates.map(one => one.validToDate.getTime()));
  if (problems.some(problem => problem.severity === 'error')) return { options: undefined, problems, expiresAtMs };
  const options = toServerOptions(config, cert!.text, key!.text, ca?.text);
  const usable = isUsable(options, cert!.key, report);
  return { options: usable ? options : undefined, problems, expiresAtMs };
}

function toServerOptions(config: TlsConfig, cert: string, key: string, ca: string | undefined): TlsServerOptions {
  return {
    cert,
    key,
    ...(ca === undefined ? {} : { ca }),
    requestCert: ca !== undefined,
    rejectUnauthorized: ca !== undefined,
    minVersion: `TLSv${config.min_version ?? '1.2'}`,
    maxVersion: `TLSv${config.max_version ?? '1.3'}`,
    ...(config.cipher_suites === undefined ? {} : { ciphers: toOpenSslCiphers(config.cipher_suites) }),
    handshakeTimeout: HANDSHAKE_MS,
  };
}

/** The last word is OpenSSL's: it refuses what it holds too weak. */
function isUsable(options: TlsServerOptions, key: TlsKey, report: Report): boolean {
  try {
    createSecureContext(options);
    return true;
  } catch (error) {
    report('error', key, `cannot be used for TLS: ${(error as Error).message}`);
    return false;
  }
}

function checkVersions({ min_version: min, max_version: max }: TlsConfig, report: Report): void {
  if (min === '1.3' && max === '1.2') report('error', 'max_version', 'is below min_version; raise it to 1.3');
}

function oneOf(config: TlsConfig, file: TlsKey, pem: TlsKey, what: string, report: Report): Pem | undefined {
  const given = [file, pem].filter(key => config[key] !== undefined);
  if (given.length === 1) return readPem(config, given[0]!, report);
  const message =
    given.length === 0
      ? `is missing; TLS needs ${what}: ${file} or ${pem}`
      : `stands beside ${pem}; keep one of the two`;
  report('error', file, message);
  return undefined;
}

function readPem(config: TlsConfig, key: TlsKey, report: Report): Pem | undefined {
  const value = String(config[key]);
  if (key.endsWith('_pem')) return { key, name: 'the value', text: value };
  const found = readNamedFile(value);
  if ('text' in found) return { key, name: `"${value}"`, text: found.text };
  report('error', key, found.problem);
  return undefined;
}

function parseCertificates({ key, name, text }: Pem, nowMs: number, report: Report): readonly X509Certificate[] {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0) {
    const what = /PRIVATE KEY-----/.test(text)
      ? 'holds a private key in place of a certificate'
      : 'holds no certificate';
    report('error', key, `${name} ${what}; it must be PEM (-----BEGIN CERTIFICATE-----)`);
    return [];
  }
  return blocks.flatMap((block, i) => {
    try {
      const certificate = new X509Certificate(block);
      checkDates(certificate, { key, name, nowMs, report });
      return certificate;
    } catch (error) {
      report('error', key, `certificate ${i + 1} in ${name} cannot be read: ${(error as Error).message}`);
      return [];
    }
  });
}

interface DateCheck {
  readonly key: TlsKey;
  readonly name: string;
  readonly nowMs: number;
  readonly report: Report;
}

function checkDates(certificate: X509Certificate, { key, name, nowMs, report }: DateCheck): void {
  const from = certificate.validFromDate;
  const to = certificate.validToDate;
  const which = `the certificate in ${name} (${nameOf(certificate)})`;
  if (to.getTime() < nowMs) report('warning', key, `${which} expired on ${to.toISOString()}; renew it`);
  if (from.getTime() > nowMs) report('warning', key, `${which} is not valid before ${from.toISOString()}`);
}

function nameOf(certificate: X509Certificate): string {
  return certificate.subject === undefined ? 'without a subject' : certificate.subject.replaceAll('\n', ', ');
}

function parseKey({ key, name, text }: Pem, report: Report): KeyObject | undefined {
  if (/-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m.test(text)) {
    report('error', key, `${name} is locked by a passphrase; write it without one: openssl pkey -in FILE -out FILE`);
    return undefined;
  }
  if (!/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)) {
    report('error', key, `${name} holds no private key; it must be PEM (-----BEGIN PRIVATE KEY-----)`);
    return undefined;
  }
  try {
    return createPrivateKey(text);
  } catch (error) {
    report('error', key, `the private key in ${name} cannot be read: ${(error as Error).message}`);
    return undefined;
  }
}
