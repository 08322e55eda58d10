/**
 * Pings of a client that come too often, as gRPC servers see it: three of them, with nothing sent to the client in
 * between, are too many. Clients measure the bandwidth with pings after answers; those never count.
 */
const MAX_STRIKES = 2;
/** Without calls, where such pings are not permitted at all. */
const SELDOM_MS = 7_200_000;

export interface PingOptions {
  readonly minPingIntervalMs: number;
  readonly permitPingsWithoutCalls: boolean;
}

export class PingPolicy {
  private readonly options: PingOptions;
  private strikes = 0;
  private lastMs = Number.NEGATIVE_INFINITY;
  private isForgiven = false;

  constructor(options: PingOptions) {
    this.options = options;
  }

  /** Headers or data went to the client. */
  forgive(): void {
    this.isForgiven = true;
  }

  /** False when this ping is one too many. */
  take(nowMs: number, hasCalls: boolean): boolean {
    const { minPingIntervalMs, permitPingsWithoutCalls } = this.options;
    const since = nowMs - this.lastMs;
    this.lastMs = nowMs;
    if (this.isForgiven) {
      this.isForgiven = false;
      this.strikes = 0;
      return true;
    }
    if (since < (hasCalls || permitPingsWithoutCalls ? minPingIntervalMs : SELDOM_MS)) this.strikes += 1;
    return this.strikes <= MAX_STRIKES;
  }
}
