/** What must hold beyond what can be sustained, however long it lasts. */
import { expect } from 'vitest';
import type { OverloadReport } from './scenario.ts';

const MOST_RECOVERY_MS = 5_000;

/** `warmShare`: the part of the flood after which nothing may grow any more. */
export function expectUnharmed(report: OverloadReport, warmShare: number, growthMib: number): void {
  const { flood, residentMib, stats, acknowledged, sustainable } = report;
  const { received, ...fates } = stats;
  const warm = Math.max(...residentMib.slice(0, Math.ceil(residentMib.length * warmShare)));
  const last = Math.max(...residentMib.slice(-Math.ceil(residentMib.length / 4)));
  const rate = (spans: number, seconds: number) => `${Math.round(spans / seconds / 1_000)}k`;
  const ms = ({ p50, p99, max }: typeof flood.acceptedMs) =>
    `p50 ${p50.toFixed(0)} p99 ${p99.toFixed(0)} max ${max.toFixed(0)} ms`;
  console.log(
    `sustainable ${rate(sustainable, 1)} spans/s; for ${flood.seconds.toFixed(0)} s ${rate(flood.offeredSpans, flood.seconds)} offered, ` +
      `${rate(flood.acceptedSpans, flood.seconds)} taken; ${flood.accepted} requests taken (${ms(flood.acceptedMs)}), ` +
      `${flood.refused} refused (${ms(flood.refusedMs)}); memory ${warm} MiB, then ${last} MiB; ` +
      `quick again after ${report.recoveredMs.toFixed(0)} ms`,
  );
  expect({ failures: flood.failures, first: flood.firstFailure }).toEqual({ failures: 0, first: undefined });
  expect(flood.refusedWithoutDelay).toBe(0);
  expect(received).toBe(acknowledged);
  expect(Object.values(fates).reduce((sum, count) => sum + count, 0)).toBe(received);
  expect(last).toBeLessThan(warm + growthMib);
  expect(report.recoveredMs).toBeLessThan(MOST_RECOVERY_MS);
}
