/** One connection to a server under load, with at most one request in flight. */
export interface Sender {
  /** Resolves when the server answered. Rejects when the connection fails. */
  send(body: Buffer): Promise<Answer>;
  close(): void;
}

export interface Answer {
  readonly accepted: boolean;
  /** Refused for now: send it again after this time. */
  readonly retryAfterMs: number | undefined;
  /** The server named that time. */
  readonly asksForDelay: boolean;
  /** For people, of a refusal. */
  readonly status: string;
}

export interface SenderOptions {
  readonly host: string;
  readonly port: number;
  readonly contentType: string;
  readonly gzip: boolean;
}

export const ACCEPTED: Answer = { accepted: true, retryAfterMs: undefined, asksForDelay: false, status: 'ok' };
export const DEFAULT_RETRY_MS = 1_000;
