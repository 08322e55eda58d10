/** A table for people and a file for later: what was measured, where, and of which commit. */
import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, platform, release } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Measurement } from './measure.ts';
import type { LoadOptions } from './options.ts';
import { canPin } from './pinning.ts';

const RESULTS = fileURLToPath(new URL('../results/', import.meta.url));

const HEADINGS = [
  'server',
  'spans/s',
  'CPU s/M',
  'under load',
  'RSS MB',
  'p50 ms',
  'p99 ms',
  'load core',
  'exact edges',
];

export function formatTable(measurements: readonly Measurement[]): string {
  const rows = measurements.map(m => [
    m.name,
    Math.round(m.spansPerSecond).toLocaleString('en'),
    m.cpuPerMillion.toFixed(2),
    m.cpuPerMillionUnderLoad.toFixed(2),
    (m.peakRssBytes / 1e6).toFixed(0),
    m.result.latencyMs.p50.toFixed(1),
    m.result.latencyMs.p99.toFixed(1),
    `${(m.loadShare * 100).toFixed(0)} %`,
    m.judgement === undefined ? '-' : `${m.judgement.exact} of ${m.judgement.edges}`,
  ]);
  const widths = HEADINGS.map((heading, i) => Math.max(heading.length, ...rows.map(row => row[i]!.length)));
  const line = (cells: readonly string[]): string =>
    cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  ');
  return [HEADINGS, widths.map(width => '-'.repeat(width)), ...rows].map(line).join('\n');
}

/** What does not fit into the table. */
export function formatNotes(measurement: Measurement): readonly string[] {
  const { judgement, visibility, result } = measurement;
  const notes: string[] = [];
  if (result.failures > 0) notes.push(`${result.failures} requests failed; the first: ${result.firstFailure}`);
  if (result.refusals > 0) notes.push(`${result.refusals} requests were refused for a while and sent again`);
  if (measurement.loadShare > 0.95) notes.push('the load was the bottleneck: spans/s is at least what the table says');
  if (visibility !== undefined) {
    const { p50, p99, max } = visibility.ms;
    notes.push(
      `a new edge showed after ${p50.toFixed(0)} ms (median), ${p99.toFixed(0)} ms (p99), at most ${max.toFixed(0)} ms; ${visibility.lost} of ${visibility.probes} not within 15 s`,
    );
  }
  if (measurement.streamedBytes > 0)
    notes.push(`${(measurement.streamedBytes / 1e6).toFixed(1)} MB to readers of the stream of changes`);
  if (judgement !== undefined) {
    const { edges, counts, errors, messages, evidence, unexpected } = judgement;
    notes.push(
      `of ${edges} edges: count ${counts}, errors ${errors}, messages ${messages}, evidence ${evidence} exact; ${unexpected} unexpected`,
    );
    notes.push(
      judgement.right ? 'graph, entries and accounting are the truth' : 'THE GRAPH IS NOT THE TRUTH:',
      ...judgement.problems,
    );
  }
  return notes.map(note => `${measurement.name}: ${note}`);
}

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly system: string;
  readonly node: string;
  readonly pinned: boolean;
  readonly commit: string;
}

export function describeMachine(): Machine {
  const [first] = cpus();
  return {
    cpu: first?.model.trim() ?? 'unknown',
    cores: cpus().length,
    system: `${platform()} ${release()}`,
    node: process.version,
    pinned: canPin(),
    commit: currentCommit(),
  };
}

/** Returns the path of the file. */
export async function saveResult(load: LoadOptions, measurements: readonly Measurement[]): Promise<string> {
  const machine = describeMachine();
  const time = new Date().toISOString();
  const path = join(RESULTS, `${time.slice(0, 19).replaceAll(':', '')}-${machine.commit}.json`);
  await mkdir(RESULTS, { recursive: true });
  await writeFile(path, `${JSON.stringify({ time, machine, load, measurements }, null, 2)}\n`);
  return path;
}

/** Short hash, with `-changed` when the checkout differs from it. */
function currentCommit(): string {
  const git = (...args: string[]): string =>
    execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    return git('rev-parse', '--short', 'HEAD') + (git('status', '--porcelain', '--', 'src') === '' ? '' : '-changed');
  } catch {
    return 'unknown';
  }
}
