/** What a sender may take of the time and memory of others, over either protocol. */

/** A body that has been arriving for longer gives way when the memory for bodies is spent. */
export const PATIENCE_MS = 2000;
/** Bodies in so many pieces must bring so many bytes with each: every piece costs, however small. */
const MANY_PIECES = 4096;
const PIECE_BYTES = 64;

export function isTrickle(pieces: number, bytes: number): boolean {
  return pieces > MANY_PIECES && bytes < pieces * PIECE_BYTES;
}
