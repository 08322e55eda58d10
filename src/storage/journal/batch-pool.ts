/** Batches that are empty, for the next ones to be open. */

import { LINK_WORDS, ObservationBatch, POSITION_WORDS, ROW_WORDS } from '../../contract/observation.ts';
import { CHANGE_WORDS, RECORD_WORDS } from '../../contract/record-rows.ts';

/** One is open, one on its way to the disk, and one more where they are applied late. */
const KEPT = 3;
/** About what is held of one. */
const PROGRESS_BYTES = 100;
/** A batch that grew beyond this is not kept. */
const MAX_KEPT_BYTES = 8 << 20;

export class BatchPool {
  private readonly free: ObservationBatch[] = [];

  take(): ObservationBatch {
    return this.free.pop() ?? new ObservationBatch();
  }

  give(batch: ObservationBatch): void {
    batch.reset();
    const { words, linkWords, positionWords, recordRows } = batch;
    const tables = [words, linkWords, positionWords, recordRows.words, recordRows.changeWords];
    const bytes = tables.reduce((sum, { byteLength }) => sum + byteLength, 0);
    if (this.free.length < KEPT && bytes <= MAX_KEPT_BYTES) this.free.push(batch);
  }
}

/** Bytes that a batch says, without the names. */
export function bytesIn({
  rows,
  links,
  positions,
  recordRows: { records, changes, progress },
}: ObservationBatch): number {
  const words =
    rows * ROW_WORDS +
    links * LINK_WORDS +
    positions * POSITION_WORDS +
    records * RECORD_WORDS +
    changes * CHANGE_WORDS;
  return words * 4 + progress.length * PROGRESS_BYTES;
}
