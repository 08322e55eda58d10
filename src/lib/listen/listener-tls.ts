/**
 * TLS of one listener: options for its server at the start, then renewed certificates for new connections while those
 * that live stay up. Files that cannot be used keep what was in use before.
 */
import type { Server } from 'node:tls';
import { parseDuration } from '../units.ts';
import { HandshakeFailures } from './handshake-failures.ts';
import type { ListenLog } from './log.ts';
import { below, throwFirstError } from './problem.ts';
import { readTls, type TlsReading, type TlsServerOptions } from './tls-files.ts';
import type { TlsConfig } from './tls-options.ts';

/** How often files are looked at with `client_ca_file_reload` alone. */
const CLIENT_CA_RELOAD_MS = 10_000;

export class ListenerTls {
  /** True when clients must show a certificate. */
  readonly mutual: boolean;
  readonly failures: HandshakeFailures;
  /** Certificates taken into use after the start. */
  reloads = 0;
  /** When the first of the certificates in use expires, since the epoch; undefined before `open`. */
  expiresAtMs: number | undefined;
  private config: TlsConfig;
  private server: Server | undefined;
  private readonly log: ListenLog;
  private readonly now: () => number;
  private inUse: TlsServerOptions | undefined;
  private lastTrouble = '';
  private timer: NodeJS.Timeout | undefined;

  constructor(config: TlsConfig, log: ListenLog, now: () => number) {
    this.mutual = config.client_ca_file !== undefined;
    this.failures = new HandshakeFailures(now, text => log.warn({}, text));
    this.config = config;
    this.log = log;
    this.now = now;
  }

  /** Reads the files; throws a `ListenOptionError` when they cannot be used. Warnings were told with the configuration. */
  open(): TlsServerOptions {
    const reading = readTls(this.config, this.now());
    throwFirstError(below(['tls'], reading.problems));
    this.use(reading);
    return this.inUse!;
  }

  /** Counts failed handshakes of the server made with `open`'s options, and follows its files until `close`. */
  watch(server: Server): void {
    this.failures.watch(server);
    this.server = server;
    this.follow();
  }

  /** What makes another configuration effective; undefined when it takes another server. Throws a `ListenOptionError`. */
  prepare(config: TlsConfig): (() => void) | undefined {
    if ((config.client_ca_file !== undefined) !== this.mutual) return undefined;
    const reading = readTls(config, this.now());
    throwFirstError(below(['tls'], reading.problems));
    return () => {
      this.config = config;
      this.server?.setSecureContext(reading.options!);
      this.use(reading);
      this.follow();
    };
  }

  refresh(): void {
    if (this.server !== undefined) this.reload(this.server);
  }

  private follow(): void {
    clearInterval(this.timer);
    const intervalMs = reloadIntervalMs(this.config);
    if (intervalMs !== undefined) this.timer = setInterval(() => this.refresh(), intervalMs).unref();
  }

  /** Reads the files again; new connections get what changed. */
  reload(server: Server): void {
    const reading = readTls(this.config, this.now());
    if (reading.options === undefined) {
      const [first] = reading.problems.filter(problem => problem.severity === 'error');
      this.sayTrouble(`the certificates in use are kept: tls.${first!.path.join('.')}: ${first!.message}`);
      return;
    }
    this.lastTrouble = '';
    if (isSame(reading.options, this.inUse!)) return;
    server.setSecureContext(reading.options);
    this.use(reading);
    this.reloads += 1;
    this.sayWarnings(reading);
    this.log.info({ expires: new Date(this.expiresAtMs!).toISOString() }, 'changed certificates are in use');
  }

  close(): void {
    clearInterval(this.timer);
  }

  private use({ options, expiresAtMs }: TlsReading): void {
    this.inUse = options;
    this.expiresAtMs = expiresAtMs;
  }

  private sayWarnings({ problems }: TlsReading): void {
    for (const { path, message } of problems) this.log.warn({}, `tls.${path.join('.')}: ${message}`);
  }

  /** Once, however often the files are read. */
  private sayTrouble(text: string): void {
    if (text !== this.lastTrouble) this.log.warn({}, text);
    this.lastTrouble = text;
  }
}

function reloadIntervalMs({ reload_interval, client_ca_file_reload }: TlsConfig): number | undefined {
  if (reload_interval !== undefined) return parseDuration(reload_interval);
  return client_ca_file_reload === true ? CLIENT_CA_RELOAD_MS : undefined;
}

function isSame(a: TlsServerOptions, b: TlsServerOptions): boolean {
  return a.cert === b.cert && a.key === b.key && a.ca === b.ca;
}
