/**
 * Reads the configuration again and puts it into effect, all or nothing: what is wrong, or can only change with a
 * restart, leaves everything as it is. Says what it did, in the log and for the status.
 */
import type { Config, LoadResult } from '../../config/load.ts';
import { formatProblem } from '../../config/problem.ts';
import type { Clock } from '../../contract/clock.ts';
import type { ReloadReport } from '../../contract/component.ts';
import type { Logger } from '../../contract/logger.ts';
import { type Change, findChanges } from './changes.ts';
import type { Exchanged } from './exchange.ts';
import type { ReloadHistory } from './history.ts';

export interface ReloaderParts {
  readonly logger: Logger;
  readonly clock: Clock;
  readonly history: ReloadHistory;
  /** In force. */
  current(): Config;
  exchange(next: Config): Promise<Exchanged>;
}

/** Never rejects. */
export async function reloadOnce(read: () => LoadResult, parts: ReloaderParts): Promise<ReloadReport> {
  const began = performance.now();
  const { report, fields } = await tryReload(read, parts);
  const durationMs = performance.now() - began;
  parts.history.note(report, parts.clock.now(), durationMs);
  sayOutcome(report, { ...fields, durationMs: Math.round(durationMs) }, parts.logger);
  return report;
}

interface Outcome {
  readonly report: ReloadReport;
  readonly fields: object;
}

async function tryReload(read: () => LoadResult, parts: ReloaderParts): Promise<Outcome> {
  let loaded: LoadResult;
  try {
    loaded = read();
  } catch (error) {
    return refused([`the configuration cannot be read: ${(error as Error).message}`], []);
  }
  const { config, problems, placeOf } = loaded;
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (config === undefined) return refused(errors.map(formatProblem), []);
  for (const problem of problems) parts.logger.warn({}, formatProblem(problem));
  const changes = findChanges(parts.current(), config);
  const fixed = changes.filter(({ mark }) => mark === 'restart');
  if (fixed.length > 0)
    return refused(
      fixed.map(change => needsRestart(change, placeOf)),
      changes,
    );
  return toOutcome(await parts.exchange(config), changes);
}

function needsRestart({ path, text }: Change, placeOf: LoadResult['placeOf']): string {
  const { source, line, column } = placeOf(path);
  return `${line === 0 ? source : `${source}:${line}:${column}`}: ${text} needs a restart; undo it, or restart the service`;
}

function refused(problems: readonly string[], changes: readonly Change[]): Outcome {
  return { report: { result: 'refused', problems, changed: changes.map(({ text }) => text) }, fields: {} };
}

function toOutcome({ problem, lost, started, stopped }: Exchanged, changes: readonly Change[]): Outcome {
  const changed = changes.map(({ text }) => text);
  if (problem !== undefined) {
    const problems = [problem, ...lost.map(path => `${path} does not run: its port was taken in the meantime`)];
    return { report: { result: 'failed', problems, changed }, fields: {} };
  }
  const result = changed.length === 0 && started.length === 0 ? 'unchanged' : 'applied';
  return { report: { result, problems: [], changed }, fields: { started, stopped } };
}

function sayOutcome({ result, problems, changed }: ReloadReport, fields: object, logger: Logger): void {
  if (result === 'unchanged') logger.info(fields, 'configuration read again: it did not change');
  if (result === 'applied') logger.info({ changed, ...fields }, 'configuration reloaded');
  if (result !== 'refused' && result !== 'failed') return;
  for (const problem of problems) logger.error({}, problem);
  logger.error({ changed, ...fields }, `reload ${result}: the configuration in force stays as it was`);
}
