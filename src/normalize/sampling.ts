/**
 * How many interactions a sampled span stands for, from the OpenTelemetry threshold in its tracestate
 * (`ot=th:HEX`; opentelemetry.io/docs/specs/otel/trace/tracestate-probability-sampling): 2^56 / (2^56 − T).
 */
export const MAX_ADJUSTED = 2 ** 20;

export function adjustedCount(traceState: string): number {
  const member = traceState.split(',').find(m => m.trim().startsWith('ot='));
  const threshold = member
    ?.trim()
    .slice(3)
    .split(';')
    .find(f => f.startsWith('th:'))
    ?.slice(3);
  if (threshold === undefined || !/^[0-9a-f]{1,14}$/i.test(threshold)) return 1;
  const t = Number(BigInt(`0x${threshold.padEnd(14, '0')}`));
  return Math.min(Math.fround(2 ** 56 / (2 ** 56 - t)), MAX_ADJUSTED);
}
