/** What became of the reloads, for metrics and `/v1/status`. */
import type { ConfigurationStatus, MetricSample, ReloadReport } from '../../contract/component.ts';
import { RELOAD_RESULTS } from '../../contract/component.ts';
import { RELOAD_SUCCESS_TIME, RELOAD_SUCCESSFUL, RELOADS } from '../../telemetry/metrics/service.ts';

export class ReloadHistory {
  private loadedMs: number;
  private successMs: number;
  private last: ConfigurationStatus['lastReload'] = null;
  private readonly counts = new Map(RELOAD_RESULTS.map(result => [result, 0]));

  /** `nowMs`: when the configuration of the start was read. */
  constructor(nowMs: number) {
    this.loadedMs = nowMs;
    this.successMs = nowMs;
  }

  note(report: ReloadReport, nowMs: number, durationMs: number): void {
    const { result } = report;
    this.counts.set(result, this.counts.get(result)! + 1);
    if (result === 'applied') this.loadedMs = nowMs;
    if (result === 'applied' || result === 'unchanged') this.successMs = nowMs;
    this.last = { ...report, at: new Date(nowMs).toISOString(), durationSeconds: durationMs / 1000 };
  }

  status(): ConfigurationStatus {
    return { loadedAt: new Date(this.loadedMs).toISOString(), lastReload: this.last };
  }

  samples(): readonly MetricSample[] {
    const isGood = this.last === null || this.last.result === 'applied' || this.last.result === 'unchanged';
    return [
      ...[...this.counts].map(([result, count]) => RELOADS.sample(count, { result })),
      RELOAD_SUCCESSFUL.sample(isGood ? 1 : 0),
      RELOAD_SUCCESS_TIME.sample(this.successMs / 1000),
    ];
  }
}
