/**
 * Offline: spans whose time is not believed wait here until the newest good time of the whole input is known. Bounded;
 * spans beyond the limit are not held.
 */
import { LINK, LINK_OWNER, LINK_WORDS, ObservationBatch, ROW_WORDS } from '../contract/observation.ts';

const MAX_HELD = 1_000_000;

export class HeldSpans {
  /** The spans held, as rows and links of one batch. */
  readonly batch = new ObservationBatch();

  /** Copies a row and its links. False when there is no room. */
  add(from: ObservationBatch, offset: number): boolean {
    const { batch } = this;
    if (batch.rows >= MAX_HELD) return false;
    const at = batch.pushRow();
    batch.words.set(from.words.subarray(offset, offset + ROW_WORDS), at);
    const first = from.words[offset + LINK]! - 1;
    if (first < 0) return true;
    batch.words[at + LINK] = batch.links + 1;
    for (let i = first; i < from.links && from.linkWords[i * LINK_WORDS + LINK_OWNER] === offset; i++) {
      const link = batch.pushLink();
      batch.linkWords.set(from.linkWords.subarray(i * LINK_WORDS, (i + 1) * LINK_WORDS), link);
      batch.linkWords[link + LINK_OWNER] = at;
    }
    return true;
  }
}
