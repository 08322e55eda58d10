/** Batches that are empty, for the next ones to be open. */
import { LINK_WORDS, ObservationBatch, POSITION_WORDS, ROW_WORDS } from '../../contract/observation.ts';

/** One is open, one on its way to the disk, and one more where they are applied late. */
const KEPT = 3;
/** A batch that grew beyond this is not kept. */
const MAX_KEPT_BYTES = 8 << 20;

export class BatchPool {
  private readonly free: ObservationBatch[] = [];

  take(): ObservationBatch {
    return this.free.pop() ?? new ObservationBatch();
  }

  give(batch: ObservationBatch): void {
    batch.reset();
    const bytes = batch.words.byteLength + batch.linkWords.byteLength + batch.positionWords.byteLength;
    if (this.free.length < KEPT && bytes <= MAX_KEPT_BYTES) this.free.push(batch);
  }
}

/** Bytes that a batch says, without the names. */
export function bytesIn({ rows, links, positions }: ObservationBatch): number {
  return (rows * ROW_WORDS + links * LINK_WORDS + positions * POSITION_WORDS) * 4;
}
