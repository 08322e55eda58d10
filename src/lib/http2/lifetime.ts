/**
 * When a connection is to be pinged, drained or cut, from what was seen between two looks at the clock. Only looks
 * read the clock, so a request costs two flags.
 */
import type { Breach } from './words.ts';

export interface LifetimeOptions {
  readonly maxConnectionIdleMs: number;
  /** With its jitter. */
  readonly maxConnectionAgeMs: number;
  readonly maxConnectionAgeGraceMs: number;
  readonly keepaliveTimeMs: number;
  readonly keepaliveTimeoutMs: number;
  /** For a frame or a header block that has begun, and for the preface. */
  readonly readTimeoutMs: number;
}

/** `draining`: the end is announced to the client, and comes with its answer. `closing`: nothing is read any more. */
export type Stage = 'open' | 'draining' | 'ending' | 'closing';
export type Verdict = 'stay' | 'ping' | 'drain' | 'announce_end' | 'cut';

/** The state of a connection at a look. */
export interface Look {
  readonly calls: number;
  /** Something has begun to arrive and is not whole. */
  readonly isWaiting: boolean;
  readonly stage: Stage;
}

/** What a client may take to answer the ping of a drain, and to close after the last word. */
const LAST_WORD_MS = 1000;

export class Lifetime {
  /** Set by the connection as it happens. */
  sawBytes = false;
  sawCall = false;
  /** Whatever was waited for has come, even if something else is waited for now. */
  sawFrame = false;
  /** Why the last verdict was `cut`; undefined when the client did nothing wrong. */
  breach: Breach | undefined;
  private readonly options: LifetimeOptions;
  private readonly bornMs: number;
  private readMs: number;
  private idleMs: number;
  private pingMs: number | undefined;
  private waitingMs: number | undefined;
  private stage: Stage = 'open';
  private stageMs: number;

  constructor(options: LifetimeOptions, nowMs: number) {
    this.options = options;
    this.bornMs = nowMs;
    this.readMs = nowMs;
    this.idleMs = nowMs;
    this.stageMs = nowMs;
  }

  look(look: Look, nowMs: number): Verdict {
    this.remember(look, nowMs);
    const { options } = this;
    const inStage = nowMs - this.stageMs;
    if (look.stage === 'closing') return inStage >= LAST_WORD_MS ? this.cut(undefined) : 'stay';
    if (isOver(this.waitingMs, options.readTimeoutMs, nowMs)) return this.cut('read_timeout');
    if (isOver(this.pingMs, options.keepaliveTimeoutMs, nowMs)) return this.cut('keepalive_timeout');
    if (look.stage === 'draining' && inStage >= LAST_WORD_MS) return 'announce_end';
    if (look.stage === 'ending' && inStage >= options.maxConnectionAgeGraceMs) return this.cut(undefined);
    if (look.stage === 'open' && this.isDone(nowMs)) return 'drain';
    if (this.pingMs !== undefined || nowMs - this.readMs < options.keepaliveTimeMs) return 'stay';
    this.pingMs = nowMs;
    return 'ping';
  }

  private remember(look: Look, nowMs: number): void {
    if (this.sawBytes) {
      this.readMs = nowMs;
      this.pingMs = undefined;
    }
    if (this.sawCall || look.calls > 0) this.idleMs = nowMs;
    if (look.stage !== this.stage) this.stageMs = nowMs;
    this.stage = look.stage;
    this.sawBytes = false;
    this.sawCall = false;
    this.waitingMs = since(look.isWaiting, this.sawFrame ? nowMs : this.waitingMs, nowMs);
    this.sawFrame = false;
  }

  private isDone(nowMs: number): boolean {
    const { maxConnectionIdleMs, maxConnectionAgeMs } = this.options;
    return nowMs - this.idleMs >= maxConnectionIdleMs || nowMs - this.bornMs >= maxConnectionAgeMs;
  }

  private cut(breach: Breach | undefined): Verdict {
    this.breach = breach;
    return 'cut';
  }
}

function since(holds: boolean, beforeMs: number | undefined, nowMs: number): number | undefined {
  return holds ? (beforeMs ?? nowMs) : undefined;
}

function isOver(sinceMs: number | undefined, limitMs: number, nowMs: number): boolean {
  return sinceMs !== undefined && nowMs - sinceMs >= limitMs;
}
