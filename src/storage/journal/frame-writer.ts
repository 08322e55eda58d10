/** Sealed frames → bytes → segments. One frame at a time: its bytes stand in the memory of the encoder until it is synced. */
import type { Frame } from '../../contract/frame.ts';
import type { ObservationBatch } from '../../contract/observation.ts';
import type { DurationHistogram } from '../../telemetry/histogram.ts';
import type { Disk } from '../disk.ts';
import { ByteWriter } from '../frames/byte-writer.ts';
import { FRAME_HEADER, OBSERVATIONS, SETTINGS, sealFrame, TICK } from './format.ts';
import { SegmentWriter } from './segment-writer.ts';

const SEGMENT_BYTES = 64 << 20;
/** More than the stamp of a tick takes. */
const TICK_ROOM = 8;

/** Where a journal is kept. */
export interface JournalDevice {
  readonly disk: Disk;
  readonly directory: string;
  /** The payload behind so much room; valid until the next call. */
  readonly encoder: { encode(batch: ObservationBatch, room: number): Uint8Array };
  /** The last frame of before, as recovery found it: the journal goes on after it, in a new segment. */
  readonly after: { readonly frame: number; readonly stamp: number };
}

/** A frame to be written: observations, settings, or nothing but a tick. */
export interface Sealed {
  readonly frame: Frame;
  /** Stamps of the ticks right before it. */
  readonly ticks: readonly number[];
}

export interface JournalCounters {
  /** Number of the last frame that is on the disk for certain. */
  readonly durable: number;
  readonly writtenBytes: number;
  readonly syncs: number;
  readonly syncTimes: DurationHistogram;
  readonly segments: number;
  readonly bytesOnDisk: number;
}

export class FrameWriter implements JournalCounters {
  private readonly segmentWriter: SegmentWriter;
  private readonly encoder: JournalDevice['encoder'];
  private readonly tickBytes = new ByteWriter(256);
  durable: number;

  constructor({ disk, directory, encoder, after }: JournalDevice, monotonic: () => number, segmentBytes?: number) {
    this.segmentWriter = new SegmentWriter(disk, directory, segmentBytes ?? SEGMENT_BYTES, monotonic);
    this.encoder = encoder;
    this.durable = after.frame;
  }

  get writtenBytes(): number {
    return this.segmentWriter.written;
  }

  get syncs(): number {
    return this.segmentWriter.syncTimes.count;
  }

  get syncTimes(): DurationHistogram {
    return this.segmentWriter.syncTimes;
  }

  get segments(): number {
    return this.segmentWriter.segments;
  }

  get bytesOnDisk(): number {
    return this.segmentWriter.bytesOnDisk;
  }

  /** @param done called without an error when the frame is on the disk for certain. */
  write(sealed: Sealed, done: (error: Error | null) => void): void {
    const { number } = sealed.frame;
    const segment = this.prepare(done);
    if (segment === undefined) return;
    this.segmentWriter.write(this.encode(sealed, segment), error => {
      if (error === null) this.durable = number;
      done(error);
    });
  }

  /** After a write that failed: whether as much could be written now. */
  probe(done: (error: Error | null) => void): void {
    this.segmentWriter.probe(this.durable + 1, done);
  }

  trim(beforeFrame: number): void {
    this.segmentWriter.trim(beforeFrame);
  }

  close(): void {
    this.segmentWriter.close();
  }

  private prepare(failed: (error: Error) => void): { readonly salt: number; readonly room: number } | undefined {
    try {
      return this.segmentWriter.prepare(this.durable + 1);
    } catch (error) {
      failed(error as Error);
      return undefined;
    }
  }

  private encode({ frame, ticks }: Sealed, { salt, room }: { salt: number; room: number }): Uint8Array {
    const { batch, settings, number, arrivalMs: stamp } = frame;
    const before = this.encodeTicks(ticks, stamp);
    const start = room + FRAME_HEADER;
    const bytes =
      batch === undefined
        ? encodeRest(settings, start + before.length)
        : this.encoder.encode(batch, start + before.length);
    bytes.set(before, start);
    const kind = batch !== undefined ? OBSERVATIONS : settings !== undefined ? SETTINGS : TICK;
    sealFrame(bytes.subarray(room), { salt, number, durable: this.durable, stamp, kind, ticks: ticks.length });
    return bytes;
  }

  /** The latest first, by how long it was before what follows it. */
  private encodeTicks(ticks: readonly number[], stamp: number): Uint8Array {
    const { tickBytes: out } = this;
    out.at = 0;
    out.ensure(ticks.length * TICK_ROOM);
    let next = stamp;
    for (let i = ticks.length - 1; i >= 0; i--) {
      out.large(next - ticks[i]!);
      next = ticks[i]!;
    }
    return out.bytes.subarray(0, out.at);
  }
}

/** Settings as JSON, or nothing, behind so much room. */
function encodeRest(settings: Frame['settings'], room: number): Uint8Array {
  const payload = settings === undefined ? [] : Buffer.from(JSON.stringify(settings));
  const bytes = new Uint8Array(room + payload.length);
  bytes.set(payload, room);
  return bytes;
}
