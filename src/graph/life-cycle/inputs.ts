/**
 * What feeds the graph: spans and records of each environment. While nothing comes of one, or while nobody was there to
 * take it, its clock stands still, so that nothing it feeds is missed; and that is told once.
 */
import type { InputRef } from '../../contract/change.ts';
import { INPUT_FAMILIES } from '../../contract/change.ts';
import type { LifeCycleSettings } from '../../contract/life-cycle.ts';
import { MINUTE_MS } from '../../lib/units.ts';
import { meanWith } from './transitions.ts';

/** Those beyond share the last. */
const MOST_ENVIRONMENTS = 64;
const OTHERS = '(other)';
/** Gaps between data count from so long on, up to so many times what is normal: an outage is no habit. */
const LEAST_GAP_MS = 2 * MINUTE_MS;
const LARGEST_GAP = 4;
/** Mean gaps after which an input is silent. */
const SILENT_GAPS = 8;
/** Of the mean, for every minute with data. */
const FORGET = 59 / 60;

export interface Input {
  readonly environment: number;
  readonly family: InputRef['family'];
  /** Time that was not covered, up to now. */
  lostMs: number;
  lastDataMs: number;
  meanGapMs: number;
  /** Since when its clock stands still; 0: it goes. */
  stoppedMs: number;
  reason: 'no_data' | 'down';
  resumedMs: number;
  /** Newest event time of what came. */
  newestMs: number;
}

interface Environment {
  readonly name: string;
  /** Its first data came then. */
  readonly firstMs: number;
}

/** Told when the clock of an input stops or goes on. `sinceMs`: when it stopped. */
export type TellInput = (type: 'input.silent' | 'input.resumed', input: number, sinceMs: number) => void;

export class Inputs {
  readonly rows: Input[] = [];
  private readonly environments: Environment[] = [];
  private readonly byEnvironment = new Map<string, number>();
  private readonly tell: TellInput;

  constructor(tell: TellInput) {
    this.tell = tell;
  }

  /** @param records it is fed by records, not by spans. */
  numberOf(environment: string, records: boolean, nowMs: number): number {
    const number = this.environmentOf(environment, nowMs);
    const family = INPUT_FAMILIES[records ? 1 : 0]!;
    const known = this.rows.findIndex(row => row.environment === number && row.family === family);
    if (known >= 0) return known;
    const times = { lostMs: 0, lastDataMs: nowMs, meanGapMs: 0, stoppedMs: 0, resumedMs: 0, newestMs: 0 };
    return this.rows.push({ environment: number, family, ...times, reason: 'no_data' }) - 1;
  }

  private environmentOf(name: string, nowMs: number): number {
    const known = this.byEnvironment.get(name);
    if (known !== undefined) return known;
    const isFull = this.environments.length === MOST_ENVIRONMENTS;
    if (isFull) return MOST_ENVIRONMENTS - 1;
    const told = this.environments.length === MOST_ENVIRONMENTS - 1 ? OTHERS : name;
    const number = this.environments.push({ name: told, firstMs: nowMs }) - 1;
    this.byEnvironment.set(told, number);
    return number;
  }

  /** When the first data of an environment came; never for one that is not known. */
  firstData(environment: string): number {
    const known = this.byEnvironment.get(environment) ?? this.byEnvironment.get(OTHERS);
    return known === undefined ? Number.NEGATIVE_INFINITY : this.environments[known]!.firstMs;
  }

  refOf(input: number): InputRef {
    const { environment, family } = this.rows[input]!;
    return { environment: this.environments[environment]!.name, family };
  }

  /** Its clock, ms. */
  covered(input: number, nowMs: number): number {
    const { lostMs, stoppedMs } = this.rows[input]!;
    return (stoppedMs === 0 ? nowMs : stoppedMs) - lostMs;
  }

  isSilent(input: number): boolean {
    return this.rows[input]!.stoppedMs !== 0;
  }

  get someAreSilent(): boolean {
    return this.rows.some(row => row.stoppedMs !== 0);
  }

  /** Environments whose first data is not so long ago, and inputs by whether they are silent. */
  counts(
    nowMs: number,
    learnMs: number,
  ): { readonly learning: number; readonly silent: number; readonly live: number } {
    const learning = this.environments.filter(({ firstMs }) => nowMs < firstMs + learnMs).length;
    const silent = this.rows.filter(({ stoppedMs }) => stoppedMs !== 0).length;
    return { learning, silent, live: this.rows.length - silent };
  }

  /** Something came of it. */
  heard(input: number, nowMs: number, eventMs: number, { silentAfterMs }: LifeCycleSettings): void {
    const row = this.rows[input]!;
    const gapMs = nowMs - row.lastDataMs;
    if (gapMs >= LEAST_GAP_MS && row.reason !== 'down') {
      const most = LARGEST_GAP * Math.max(silentAfterMs, row.meanGapMs);
      row.meanGapMs = meanWith(row.meanGapMs, Math.min(gapMs, most));
    }
    row.lastDataMs = nowMs;
    if (eventMs > row.newestMs) row.newestMs = eventMs;
    if (row.stoppedMs === 0) return;
    const sinceMs = row.stoppedMs;
    row.lostMs += nowMs - sinceMs;
    row.stoppedMs = 0;
    row.resumedMs = nowMs;
    this.tell('input.resumed', input, sinceMs);
    row.reason = 'no_data';
  }

  /** To be called once a second or so. @param minutes that began since the last time. */
  look(nowMs: number, minutes: number, { silentAfterMs }: LifeCycleSettings): void {
    this.rows.forEach((row, input) => {
      if (row.stoppedMs !== 0) return;
      if (nowMs - row.lastDataMs <= MINUTE_MS) row.meanGapMs *= FORGET ** minutes;
      if (row.meanGapMs < MINUTE_MS) row.meanGapMs = 0;
      if (nowMs - row.lastDataMs < Math.max(silentAfterMs, row.meanGapMs * SILENT_GAPS)) return;
      this.stop(row, input, row.lastDataMs, 'no_data');
    });
  }

  /** Nobody was there since then. */
  wasDown(sinceMs: number): void {
    this.rows.forEach((row, input) => {
      if (row.stoppedMs === 0) this.stop(row, input, sinceMs, 'down');
    });
  }

  private stop(row: Input, input: number, sinceMs: number, reason: Input['reason']): void {
    row.stoppedMs = sinceMs;
    row.reason = reason;
    this.tell('input.silent', input, sinceMs);
  }

  state(): object {
    return { rows: this.rows, environments: this.environments };
  }

  load(state: unknown): void {
    const { rows, environments } = state as { rows: Input[]; environments: Environment[] };
    this.rows.push(...rows.map(row => ({ ...row })));
    this.environments.push(...environments);
    environments.forEach(({ name }, number) => {
      this.byEnvironment.set(name, number);
    });
  }
}
