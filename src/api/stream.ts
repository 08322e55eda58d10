/**
 * Long answers without long pauses: pieces of text in, a byte stream out that is filled in short turns of the event
 * loop and only as fast as the reader takes it.
 */
import { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';

const TURN_MS = 10;
const CHUNK_CHARACTERS = 256 * 1024;

export function streamText(pieces: Iterable<string>): Readable {
  return Readable.from(chunksOf(pieces), { objectMode: false, highWaterMark: 2 * CHUNK_CHARACTERS });
}

async function* chunksOf(pieces: Iterable<string>): AsyncGenerator<Buffer> {
  let chunk = '';
  await nextTurn();
  let turnEnds = performance.now() + TURN_MS;
  for (const piece of pieces) {
    chunk += piece;
    if (chunk.length >= CHUNK_CHARACTERS || performance.now() >= turnEnds) {
      yield Buffer.from(chunk);
      chunk = '';
      await nextTurn();
      turnEnds = performance.now() + TURN_MS;
    }
  }
  if (chunk !== '') yield Buffer.from(chunk);
}
