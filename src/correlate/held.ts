/**
 * Offline: spans whose time is not believed wait here until the newest good time of the whole input is known. Bounded;
 * spans beyond the limit are not held.
 */
import {
  LINK,
  LINK_OWNER,
  LINK_WORDS,
  ObservationBatch,
  POSITION_LINK,
  POSITION_OWNER,
  POSITION_WORDS,
  ROW_WORDS,
} from '../contract/observation.ts';

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
    this.addPositions(from, offset, at);
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

  /** Of a link they say its number: the row's first is number `LINK` in either batch. */
  private addPositions(from: ObservationBatch, offset: number, at: number): void {
    const { batch } = this;
    const shift = batch.links + 1 - from.words[offset + LINK]!;
    for (let i = 0; i < from.positions; i++) {
      const words = from.positionWords.subarray(i * POSITION_WORDS, (i + 1) * POSITION_WORDS);
      if (words[POSITION_OWNER] !== offset) continue;
      const position = batch.pushPosition();
      batch.positionWords.set(words, position);
      batch.positionWords[position + POSITION_OWNER] = at;
      if (words[POSITION_LINK] !== 0) batch.positionWords[position + POSITION_LINK]! += shift;
    }
  }
}
