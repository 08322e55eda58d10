/** Certificates made by openssl at test time: an authority, and what it signs. Files live until `remove`. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Pair {
  readonly cert: string;
  readonly key: string;
}

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

export class CertificateFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'tacit-certificates-'));
  private serial = 1;

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }

  file(name: string): string {
    return join(this.path, name);
  }

  text(name: string): string {
    return readFileSync(this.file(name), 'utf8');
  }

  write(name: string, text: string): string {
    writeFileSync(this.file(name), text);
    return this.file(name);
  }

  /** `NAME.pem` and `NAME.key` of an authority that signs itself. */
  authority(name: string): Pair {
    const pair = this.pair(name);
    const extension = ['-addext', 'basicConstraints=critical,CA:TRUE', '-addext', 'keyUsage=critical,keyCertSign'];
    this.openssl('req', '-x509', ...KEY, ...this.out(pair), '-days', '30', '-subj', `/CN=${name}`, ...extension);
    return pair;
  }

  /** `NAME.pem` and `NAME.key`, good for 127.0.0.1 and localhost, as server and as client. Negative days: expired. */
  signed(name: string, authority: string, days = 10): Pair {
    const pair = this.pair(name);
    const request = this.file(`${name}.csr`);
    this.openssl('req', ...KEY, '-keyout', pair.key, '-out', request, '-subj', `/CN=${name}`);
    const extensions = this.write(`${name}.ext`, 'subjectAltName=IP:127.0.0.1,DNS:localhost\n');
    const by = this.pair(authority);
    this.serial += 1;
    const signing = ['-CA', by.cert, '-CAkey', by.key, '-set_serial', String(this.serial), '-extfile', extensions];
    this.openssl('x509', '-req', '-in', request, ...signing, '-out', pair.cert, '-days', String(days));
    return pair;
  }

  pair(name: string): Pair {
    return { cert: this.file(`${name}.pem`), key: this.file(`${name}.key`) };
  }

  openssl(...args: string[]): void {
    execFileSync('openssl', args, { cwd: this.path, stdio: 'pipe' });
  }

  private out({ cert, key }: Pair): string[] {
    return ['-keyout', key, '-out', cert];
  }
}
