/** A record of the journal → the frames that it holds: ticks, then observations, settings, or one more tick. */
import type { Frame, FrameSettings } from '../../contract/frame.ts';
import type { ObservationBatch } from '../../contract/observation.ts';
import { ByteReader } from '../frames/byte-reader.ts';
import { FrameError } from '../frames/format.ts';
import { FRAME_HEADER, OBSERVATIONS, SETTINGS, TICK } from './format.ts';
import type { SegmentReader } from './segment-reader.ts';

/** In order; each is valid until the next is asked for. Throws where there is no right payload, after its ticks. */
export function* framesOf(
  { bytes, header: { number, ticks, stamp, kind } }: SegmentReader,
  decoder: { decode(payload: Uint8Array, into: ObservationBatch): void },
  batch: ObservationBatch,
): Generator<Frame> {
  const reader = new ByteReader();
  reader.readFrom(bytes);
  reader.pass(FRAME_HEADER);
  const stamps = readTicks(reader, ticks, stamp);
  for (const [i, arrivalMs] of stamps.entries()) yield { number: number - ticks + i, arrivalMs };
  const payload = bytes.subarray(reader.at);
  if (kind === OBSERVATIONS) {
    decoder.decode(payload, batch);
    yield { number, arrivalMs: stamp, batch };
  } else if (kind === SETTINGS) {
    yield { number, arrivalMs: stamp, settings: JSON.parse(payload.toString()) as FrameSettings };
  } else if (kind === TICK) {
    yield { number, arrivalMs: stamp };
  } else {
    throw new FrameError(`there is no kind ${kind} of frames`);
  }
}

/** The earliest first. */
function readTicks(from: ByteReader, count: number, stamp: number): number[] {
  const stamps: number[] = [];
  let next = stamp;
  for (let i = 0; i < count; i++) {
    next -= from.large();
    stamps.push(next);
  }
  return stamps.reverse();
}
