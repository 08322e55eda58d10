/**
 * Times small pieces of code: warms up until the compiler has done its work, then reports the median of several
 * rounds, which a busy machine moves less than a mean.
 */
export interface Bench {
  readonly name: string;
  /** Does some work and returns how many operations it was. */
  run(): number;
}

export interface BenchOptions {
  readonly warmUpMs: number;
  readonly roundMs: number;
  readonly rounds: number;
}

export interface BenchResult {
  readonly name: string;
  /** Of the median round. */
  readonly nsPerOp: number;
  readonly opsPerSecond: number;
  /** (slowest - fastest) / median, of the rounds. */
  readonly spread: number;
}

const DEFAULTS: BenchOptions = { warmUpMs: 500, roundMs: 300, rounds: 7 };

export function bench(subject: Bench, options: Partial<BenchOptions> = {}): BenchResult {
  const { warmUpMs, roundMs, rounds } = { ...DEFAULTS, ...options };
  timeRound(subject, warmUpMs);
  const times = Array.from({ length: rounds }, () => timeRound(subject, roundMs)).sort((a, b) => a - b);
  const nsPerOp = times[Math.floor(times.length / 2)]!;
  const spread = (times.at(-1)! - times[0]!) / nsPerOp;
  return { name: subject.name, nsPerOp, opsPerSecond: 1e9 / nsPerOp, spread };
}

/** Runs the subjects one after the other and prints a line for each. */
export function benchAll(subjects: readonly Bench[], options: Partial<BenchOptions> = {}): readonly BenchResult[] {
  const width = Math.max(...subjects.map(subject => subject.name.length));
  return subjects.map(subject => {
    const result = bench(subject, options);
    console.log(formatResult(result, width));
    return result;
  });
}

export function formatResult(result: BenchResult, nameWidth: number): string {
  const ops = Math.round(result.opsPerSecond).toLocaleString('en').padStart(14);
  const ns = result.nsPerOp.toFixed(1).padStart(12);
  return `${result.name.padEnd(nameWidth)} ${ops} ops/s ${ns} ns/op  ±${((result.spread / 2) * 100).toFixed(0)} %`;
}

/** Nanoseconds per operation over at least `leastMs`, of the thread's own time: what else the machine does is not it. */
function timeRound(subject: Bench, leastMs: number): number {
  const start = threadMs();
  let operations = 0;
  let elapsedMs = 0;
  do {
    operations += subject.run();
    elapsedMs = threadMs() - start;
  } while (elapsedMs < leastMs);
  return (elapsedMs * 1e6) / operations;
}

export function threadMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
