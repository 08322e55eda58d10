/**
 * State ⇄ image: what a checkpoint keeps of a part of the program. An image is sections of bytes by name; the part of a
 * name before the first `/` is its family (`late/0007` is of the family `late`), and families are stored together.
 *
 * What is large is handed over ahead, while it goes on changing, and what changed of it meanwhile once more; then the rest
 * while nothing changes it (frames wait, requests do not), which should be little. Every yield gives other work a turn: what
 * is between two yields takes a millisecond or so.
 */

/** Takes one image. */
export interface ImageWriter {
  /**
   * True when a section was written under this name with this version: it stands, and is in this image without being
   * made. Asked before what takes work to make.
   */
  stands(name: string, version: number): boolean;
  /**
   * Memory as a section: copied in the steps, or, where it is shared and handed over ahead, read until the round is over. A
   * section that was written under this name with the same `version` (a number its owner changes with the content) stands
   * as it is, and nothing is copied; without a version it is always written.
   */
  memory(name: string, memory: ArrayBufferView, version?: number): Iterable<void>;
  /** A section that was stored by itself (`SlabStore`) is in this image. */
  stored(name: string): void;
  /** As a section: anything small that the structured clone algorithm takes (numbers, texts, maps, typed arrays). */
  value(name: string, value: unknown, version?: number): void;
}

/** Gives one image back; its bytes were checked before. Methods throw an `ImageError` for what is not as it must be. */
export interface ImageReader {
  /** Names of a family, in order. */
  names(family: string): readonly string[];
  /** Bytes of a section; -1 when there is none. */
  size(name: string): number;
  /** Fills the beginning of `into`, which must have room. */
  memory(name: string, into: ArrayBufferView): void;
  /** As `memory`, perhaps off the thread: what is read is there after the next yield, and `into` is not touched before. */
  fill(name: string, into: ArrayBufferView): void;
  value(name: string): unknown;
}

export class ImageError extends Error {
  override readonly name = 'ImageError';
}

/** A part of the program whose state is kept. */
export interface Kept {
  /**
   * Hands over what takes long, in rounds that follow each other, while it goes on changing: in round 0 all of it, then
   * what changed since. `save` hands over what changed after the last one.
   */
  ahead?(out: ImageWriter, round: number): Iterable<void>;
  /** Rounds of the same image went before it. */
  save(out: ImageWriter): Iterable<void>;
  /**
   * Before anything is loaded: begins to fill large tables that need nothing of other parts. They are filled by the time
   * of `load`, which does not depend on whether this was called.
   */
  read?(from: ImageReader): void;
  /** Called once, before anything else is; afterwards the part is, value for value, as the one that was saved. */
  load(from: ImageReader): Iterable<void>;
}
