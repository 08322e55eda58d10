/** `auth` options → the tokens that are known, by the digest of each. Problems name a token, never its value. */
import { hash } from 'node:crypto';
import { type AuthConfig, SCOPES, type Scope, TOKEN_PATTERN } from './auth-options.ts';
import type { ListenProblem } from './problem.ts';
import { readNamedFile } from './read-file.ts';

export interface KnownToken {
  readonly name: string;
  readonly scopes: ReadonlySet<Scope>;
  readonly digest: Buffer;
}

export interface TokenReading {
  readonly tokens: readonly KnownToken[];
  readonly problems: readonly ListenProblem[];
}

type Entry = AuthConfig['tokens'][number];
type Report = (path: ListenProblem['path'], message: string) => void;

const TOKEN = new RegExp(TOKEN_PATTERN);

/** Reads all token files now; may be called again to see what changed. */
export function readTokens({ tokens: entries }: AuthConfig): TokenReading {
  const problems: ListenProblem[] = [];
  const report: Report = (path, message) =>
    void problems.push({ path: ['tokens', ...path], message, severity: 'error' });
  const names = new Map<string, number>();
  const digests = new Map<string, string>();
  const tokens = entries.flatMap((entry, i) => {
    const name = nameOf(entry, i);
    if (names.has(name)) report([i], `the name '${name}' is taken by tokens[${names.get(name)}]; give it another one`);
    names.set(name, i);
    const scopes = new Set(typeof entry === 'string' ? SCOPES : withImplied(entry.scopes));
    return secretsOf(entry, i, report).map(secret => {
      const digest = digestOf(secret);
      const rival = digests.get(digest.toString('hex'));
      if (rival !== undefined) report([i], `is the same token as '${rival}'; give each its own`);
      digests.set(digest.toString('hex'), name);
      return { name, scopes, digest };
    });
  });
  return { tokens, problems };
}

/** True when some token stands in a file of its own. */
export function hasTokenFiles({ tokens }: AuthConfig): boolean {
  return tokens.some(entry => typeof entry === 'object' && entry.token_file !== undefined);
}

export function digestOf(secret: string): Buffer {
  return hash('sha256', secret, 'buffer');
}

function nameOf(entry: Entry, i: number): string {
  return typeof entry === 'string' ? `token-${i + 1}` : entry.name;
}

function withImplied(scopes: readonly Scope[]): readonly Scope[] {
  return scopes.includes('admin') ? SCOPES : scopes;
}

function secretsOf(entry: Entry, i: number, report: Report): readonly string[] {
  if (typeof entry === 'string') return [entry];
  const { token, token_file: path } = entry;
  if ((token === undefined) === (path === undefined)) {
    report(
      [i],
      token === undefined ? 'has no token; give it token or token_file' : 'has token and token_file; keep one',
    );
    return [];
  }
  return path === undefined ? [token!] : secretsOfFile(path, [i, 'token_file'], report);
}

function secretsOfFile(path: string, at: ListenProblem['path'], report: Report): readonly string[] {
  const file = readNamedFile(path);
  if ('problem' in file) {
    report(at, file.problem);
    return [];
  }
  const lines = file.text.split('\n').map(line => line.trim());
  const secrets = lines.filter(line => line !== '');
  if (secrets.length === 0) report(at, `"${path}" is empty; write the token into it`);
  const wrong = secrets.find(secret => !TOKEN.test(secret));
  if (wrong !== undefined) {
    report(at, `line ${lines.indexOf(wrong) + 1} of "${path}" is no token; it must be visible ASCII without blanks`);
  }
  return wrong === undefined ? [...new Set(secrets)] : [];
}
