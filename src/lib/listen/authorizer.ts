/**
 * Decides by the `Authorization` header of a request whether it may do what it asks, and counts by the token's name.
 * Tokens are compared by digest in constant time, so neither their text nor how much of it was right shows in the time
 * taken; about two microseconds per request. Token files are followed until `close`.
 */
import { timingSafeEqual } from 'node:crypto';
import { parseDuration } from '../units.ts';
import type { AuthConfig, Scope } from './auth-options.ts';
import type { ListenLog } from './log.ts';
import { below, throwFirstError } from './problem.ts';
import { digestOf, hasTokenFiles, type KnownToken, readTokens } from './tokens.ts';

export type AuthResult = 'accepted' | 'forbidden' | 'unknown' | 'missing';

/** Why a request is not served. */
export interface Denial {
  /** 401, gRPC's 16, or 403, gRPC's 7. */
  readonly status: 'unauthenticated' | 'forbidden';
  /** For the sender: what is wrong and what would be right. */
  readonly message: string;
  /** The value of `WWW-Authenticate` (RFC 6750). */
  readonly challenge: string;
}

export interface AuthCount {
  /** Empty when no known token was given. */
  readonly token: string;
  readonly result: AuthResult;
  value: number;
}

const REALM = 'Bearer realm="tacit"';
const MISSING: Denial = {
  status: 'unauthenticated',
  message: 'this service asks for a token; send Authorization: Bearer and one of the configured auth.tokens',
  challenge: REALM,
};
const UNKNOWN: Denial = {
  status: 'unauthenticated',
  message: 'this token is not known; send Authorization: Bearer and one of the configured auth.tokens',
  challenge: `${REALM}, error="invalid_token"`,
};

export class Authorizer {
  private config: AuthConfig;
  private readonly log: ListenLog;
  private known: readonly KnownToken[] = [];
  private readonly counted = new Map<string, AuthCount>();
  private lastTrouble = '';
  private timer: NodeJS.Timeout | undefined;

  constructor(config: AuthConfig, log: ListenLog) {
    this.config = config;
    this.log = log;
  }

  /** Reads the tokens and follows their files; throws a `ListenOptionError` when they cannot be used. */
  open(): void {
    const { tokens, problems } = readTokens(this.config);
    throwFirstError(below(['auth'], problems));
    this.known = tokens;
    this.follow();
  }

  /** What makes other tokens the known ones; throws a `ListenOptionError` when they cannot be used. */
  prepare(config: AuthConfig): () => void {
    const { tokens, problems } = readTokens(config);
    throwFirstError(below(['auth'], problems));
    return () => {
      this.config = config;
      this.known = tokens;
      this.follow();
    };
  }

  private follow(): void {
    clearInterval(this.timer);
    if (!hasTokenFiles(this.config)) return;
    this.timer = setInterval(() => this.reload(), parseDuration(this.config.reload_interval ?? '10s')).unref();
  }

  close(): void {
    clearInterval(this.timer);
  }

  /** Undefined when the request may do it. `header`: the value of `Authorization`, the first where there are several. */
  authorize(header: string | undefined, scope: Scope): Denial | undefined {
    const given = header === undefined ? undefined : /^Bearer +(\S+) *$/i.exec(header)?.[1];
    if (given === undefined) return this.answer('', 'missing', MISSING);
    const token = this.find(given);
    if (token === undefined) return this.answer('', 'unknown', UNKNOWN);
    if (!token.scopes.has(scope)) return this.answer(token.name, 'forbidden', lacking(token.name, scope));
    return this.answer(token.name, 'accepted', undefined);
  }

  /** How many requests came to what, by token. */
  get counts(): readonly AuthCount[] {
    return [...this.counted.values()];
  }

  /** Reads the token files again; what cannot be used changes nothing. */
  reload(): void {
    const { tokens, problems } = readTokens(this.config);
    const [first] = problems;
    const trouble =
      first === undefined ? '' : `the tokens in use are kept: auth.${first.path.join('.')}: ${first.message}`;
    if (trouble !== '' && trouble !== this.lastTrouble) this.log.warn({}, trouble);
    this.lastTrouble = trouble;
    if (trouble !== '' || isSame(tokens, this.known)) return;
    this.known = tokens;
    this.log.info({}, 'changed tokens are in use');
  }

  /** Looks at every token, whichever fits. */
  private find(given: string): KnownToken | undefined {
    const digest = digestOf(given);
    let found: KnownToken | undefined;
    for (const token of this.known) {
      if (timingSafeEqual(token.digest, digest)) found = token;
    }
    return found;
  }

  private answer(token: string, result: AuthResult, denial: Denial | undefined): Denial | undefined {
    const key = `${result} ${token}`;
    const entry = this.counted.get(key);
    if (entry === undefined) this.counted.set(key, { token, result, value: 1 });
    else entry.value += 1;
    return denial;
  }
}

function lacking(name: string, scope: Scope): Denial {
  return {
    status: 'forbidden',
    message: `the token '${name}' lacks the scope ${scope}; use one that has it, or add the scope to its entry in auth.tokens`,
    challenge: `${REALM}, error="insufficient_scope", scope="${scope}"`,
  };
}

function isSame(a: readonly KnownToken[], b: readonly KnownToken[]): boolean {
  return a.length === b.length && a.every((token, i) => token.digest.equals(b[i]!.digest));
}
