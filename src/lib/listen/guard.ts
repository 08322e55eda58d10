/**
 * What stands before a listener: TLS and tokens, as far as they are configured. A listener opens the guard before it
 * binds, lets it watch its server, asks `auth?.authorize(…)` per request, and closes it when it stops.
 */
import type { Server } from 'node:tls';
import { isDeepStrictEqual } from 'node:util';
import type { AuthConfig } from './auth-options.ts';
import { Authorizer } from './authorizer.ts';
import { ListenerTls } from './listener-tls.ts';
import type { ListenLog } from './log.ts';
import { below, type ListenProblem } from './problem.ts';
import { readTls, type TlsServerOptions } from './tls-files.ts';
import type { TlsConfig } from './tls-options.ts';
import { readTokens } from './tokens.ts';

export interface GuardConfig {
  readonly tls?: TlsConfig | undefined;
  readonly auth?: AuthConfig | undefined;
}

export interface GuardFacts {
  /** `mutual`: clients must show a certificate. */
  readonly tls: 'off' | 'on' | 'mutual';
  /** `token`: requests must carry one. */
  readonly auth: 'none' | 'token';
}

export class Guard {
  readonly tls: ListenerTls | undefined;
  /** Undefined when every request may do everything. */
  auth: Authorizer | undefined;
  private config: GuardConfig;
  private readonly log: ListenLog;

  constructor({ tls, auth }: GuardConfig, log: ListenLog, now: () => number) {
    this.config = { tls, auth };
    this.log = log;
    this.tls = tls === undefined ? undefined : new ListenerTls(tls, log, now);
    this.auth = auth === undefined ? undefined : new Authorizer(auth, log);
  }

  get facts(): GuardFacts {
    const tls = this.tls?.mutual === true ? 'mutual' : 'on';
    return { tls: this.tls === undefined ? 'off' : tls, auth: this.auth === undefined ? 'none' : 'token' };
  }

  /**
   * Reads certificates and tokens. Gives the options of the TLS server, undefined when the listener is to be plain.
   * Throws a `ListenOptionError`.
   */
  open(): TlsServerOptions | undefined {
    this.auth?.open();
    return this.tls?.open();
  }

  /** To be called once with the server that was made with the options of `open`; it must not be one without TLS. */
  watch(server: Server): void {
    this.tls?.watch(server);
  }

  /**
   * What makes another configuration effective for a listener that runs; undefined when it takes another server. The same
   * configuration reads nothing. Throws a `ListenOptionError` when certificates or tokens cannot be used.
   */
  prepare({ tls, auth }: GuardConfig): (() => void) | undefined {
    const config = { tls, auth };
    if (isDeepStrictEqual(config, this.config)) return () => {};
    if ((tls === undefined) !== (this.tls === undefined)) return undefined;
    const applyTls = tls === undefined ? () => {} : this.tls!.prepare(tls);
    if (applyTls === undefined) return undefined;
    const applyAuth = this.prepareAuth(auth);
    return () => {
      applyTls();
      applyAuth();
      this.config = config;
    };
  }

  /** Reads certificates and tokens again; what cannot be used changes nothing. */
  refresh(): void {
    this.auth?.reload();
    this.tls?.refresh();
  }

  private prepareAuth(auth: AuthConfig | undefined): () => void {
    if (auth !== undefined && this.auth !== undefined) return this.auth.prepare(auth);
    const next = auth === undefined ? undefined : new Authorizer(auth, this.log);
    next?.open();
    return () => {
      this.auth?.close();
      this.auth = next;
    };
  }

  close(): void {
    this.auth?.close();
    this.tls?.close();
  }
}

/** What the schema cannot say: reads the files that are named and checks them, without keeping anything. */
export function checkGuard({ tls, auth }: GuardConfig, nowMs: number): readonly ListenProblem[] {
  return [
    ...(tls === undefined ? [] : below(['tls'], readTls(tls, nowMs).problems)),
    ...(auth === undefined ? [] : below(['auth'], readTokens(auth).problems)),
  ];
}
