/**
 * An encoded request whose ids, times and offsets can be set in place: encoded once, sent many times, each time as
 * spans nobody has seen. Positions are byte offsets into `bytes`; columns belong together by index.
 */
import type { Stamp } from './stamp.ts';

/** Which mask of a stamp applies to an id: the halves of trace ids, or span ids. */
export type IdPart = 0 | 1 | 2;

export interface Marks {
  readonly idOffsets: Int32Array;
  readonly idParts: Uint8Array;
  /** Two words per id. */
  readonly idWords: Int32Array;
  readonly timeOffsets: Int32Array;
  /** Nanoseconds after the start of the replay. */
  readonly timesNs: Float64Array;
  readonly serialOffsets: Int32Array;
  readonly serials: Int32Array;
}

export interface Template {
  readonly bytes: Buffer;
  readonly spans: number;
  readonly contentType: string;
  /** Makes these the spans of one replay. The bytes must not be in flight. */
  apply(stamp: Stamp): void;
}

/** Gathers marks while a body is written. Offsets may be in any unit that `finish` turns into byte offsets. */
export class MarkCollector {
  private readonly idOffsets: number[] = [];
  private readonly idParts: number[] = [];
  private readonly idWords: number[] = [];
  private readonly timeOffsets: number[] = [];
  private readonly timesNs: number[] = [];
  private readonly serialOffsets: number[] = [];
  private readonly serials: number[] = [];

  id(offset: number, part: IdPart, id: { readonly high: number; readonly low: number }): void {
    this.idOffsets.push(offset);
    this.idParts.push(part);
    this.idWords.push(id.high, id.low);
  }

  time(offset: number, ns: number): void {
    this.timeOffsets.push(offset);
    this.timesNs.push(ns);
  }

  serial(offset: number, position: number): void {
    this.serialOffsets.push(offset);
    this.serials.push(position);
  }

  finish(toByteOffset: (offset: number) => number): Marks {
    return {
      idOffsets: Int32Array.from(this.idOffsets, toByteOffset),
      idParts: Uint8Array.from(this.idParts),
      idWords: Int32Array.from(this.idWords),
      timeOffsets: Int32Array.from(this.timeOffsets, toByteOffset),
      timesNs: Float64Array.from(this.timesNs),
      serialOffsets: Int32Array.from(this.serialOffsets, toByteOffset),
      serials: Int32Array.from(this.serials),
    };
  }
}
