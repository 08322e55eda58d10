/** Requests as a journal sees them: rows that tell each other apart, and what applied frames say of them. */
import type { Frame, FrameSettings } from '../../../src/contract/frame.ts';
import { NO_RULES } from '../../../src/contract/identity-rules.ts';
import { LIFE_CYCLE } from '../../../src/contract/life-cycle.ts';
import type { ObservationBatch } from '../../../src/contract/observation.ts';
import { ADJUSTED, DURATION, MESSAGES, ROW_WORDS, SPAN, START, TRACE } from '../../../src/contract/observation.ts';
import type { Journal } from '../../../src/storage/journal/journal.ts';

/** A frame, as it was applied. */
export interface Entry {
  readonly number: number;
  readonly arrivalMs: number;
  /** Of its rows; undefined for a tick, or settings. */
  readonly ids?: readonly number[];
  readonly settings?: FrameSettings;
}

export function entryOf({ number, arrivalMs, batch, settings }: Frame): Entry {
  if (batch !== undefined) return { number, arrivalMs, ids: idsOf(batch) };
  return settings === undefined ? { number, arrivalMs } : { number, arrivalMs, settings };
}

export function isTick({ ids, settings }: Entry): boolean {
  return ids === undefined && settings === undefined;
}

function idsOf({ rows, words }: ObservationBatch): number[] {
  return Array.from({ length: rows }, (_, row) => words[row * ROW_WORDS + SPAN + 1]!);
}

/** Takes the rows of one request in. */
export function request(journal: Journal, ...ids: readonly number[]): Promise<void> | undefined {
  return requestOf(undefined, journal, ids);
}

export function requestOf(
  sender: object | undefined,
  journal: Journal,
  ids: readonly number[],
): Promise<void> | undefined {
  addRows(journal.batch, ids);
  journal.batch.end();
  return journal.commit(sender);
}

export function addRows(batch: ObservationBatch, ids: readonly number[]): void {
  batch.begin();
  for (const id of ids) {
    const row = batch.pushRow();
    batch.words.fill(0, row, row + ROW_WORDS);
    batch.words[row + TRACE + 3] = id >> 1;
    batch.words[row + SPAN + 1] = id;
    batch.words[row + MESSAGES] = 1;
    batch.words[row + DURATION] = id * 7;
    batch.floats[(row + START) >> 1] = 1_700_000_000_000_000 + id;
    batch.ratios[row + ADJUSTED] = 1;
  }
}

export function settingsOf(waitMs: number): FrameSettings {
  const limits = { maxNodes: 3, maxEdges: 4, maxPaths: 5, lifecycle: LIFE_CYCLE, rules: NO_RULES };
  return { waitMs, lateMs: 1, messageWaitMs: 2, onlyCluster: 'main', ...limits };
}
