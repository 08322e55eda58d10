/** Rounds of runs, tacit and a peer by turns on the same workload. */
import { type Measurement, measure, type RunOptions } from './measure.ts';

export interface Contender {
  readonly name: string;
  readonly command: string;
  readonly isTacit: boolean;
}

/** Calls back after each run, so that a long series can be watched. */
export async function runRounds(
  contenders: readonly Contender[],
  rounds: number,
  options: RunOptions,
  onMeasured: (measurement: Measurement) => void,
): Promise<readonly Measurement[]> {
  const measurements: Measurement[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const contender of contenders) {
      const measurement = await measure(contender.name, contender.command, contender.isTacit, options);
      measurements.push(measurement);
      onMeasured(measurement);
    }
  }
  return measurements;
}

/** Median spans/s and CPU of the first contender over that of the second, for one line of summary. */
export function compareMedians(measurements: readonly Measurement[], first: string, second: string): string {
  const ratio = (value: (measurement: Measurement) => number): string => {
    const medianOf = (name: string): number => median(measurements.filter(m => m.name === name).map(value));
    return (medianOf(first) / medianOf(second)).toFixed(2);
  };
  const speed = ratio(m => m.spansPerSecond);
  const cpu = ratio(m => m.cpuPerMillion);
  const memory = ratio(m => m.peakRssBytes);
  return `${first} / ${second}: spans/s x${speed}, CPU per span x${cpu}, memory x${memory}`;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle) - 1] ?? Number.NaN)) / 2;
}
