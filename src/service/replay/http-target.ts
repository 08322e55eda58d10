/**
 * Sends bodies to a running service over HTTP. One that is told to come again is sent again after the delay; who cannot be
 * reached ends the replay.
 */
import { setTimeout as sleep } from 'node:timers/promises';

const MAX_ATTEMPTS = 10;
const LONGEST_DELAY_MS = 30_000;
const AGAIN: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/** Nobody answers. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError';
}

/** What became of a body. */
export interface Sent {
  readonly accepted: boolean;
  /** The answer, or why there is none to go by. */
  readonly text: string;
}

export class HttpTarget {
  readonly url: URL;
  private readonly token: string | undefined;
  private readonly wait: (ms: number) => Promise<unknown>;

  constructor(url: URL, token: string | undefined, wait: (ms: number) => Promise<unknown> = sleep) {
    this.url = url;
    this.token = token;
    this.wait = wait;
  }

  /** Throws an `UnreachableError`. */
  async send(path: string, body: Uint8Array, contentType: string): Promise<Sent> {
    for (let attempt = 1; ; attempt++) {
      const response = await this.post(path, body, contentType);
      const text = await response.text();
      if (response.ok) return { accepted: true, text };
      if (!AGAIN.has(response.status) || attempt === MAX_ATTEMPTS) {
        return { accepted: false, text: `${response.status} ${text}`.trim() };
      }
      const asked = Number(response.headers.get('retry-after')) * 1000;
      await this.wait(Math.min(LONGEST_DELAY_MS, asked > 0 ? asked : 1000 * attempt));
    }
  }

  private async post(path: string, body: Uint8Array, contentType: string): Promise<Response> {
    const url = new URL(path, this.url);
    const authorization = this.token === undefined ? {} : { authorization: `Bearer ${this.token}` };
    const headers = { 'content-type': contentType, ...authorization };
    try {
      return await fetch(url, { method: 'POST', headers, body: body as Uint8Array<ArrayBuffer>, redirect: 'manual' });
    } catch (error) {
      const { cause, message } = error as Error;
      const reason = (cause as NodeJS.ErrnoException | undefined)?.code ?? (cause as Error | undefined)?.message;
      throw new UnreachableError(`${url.origin} cannot be reached (${reason ?? message})`);
    }
  }
}
