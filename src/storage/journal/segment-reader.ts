/** One segment → its frames that are as they were written, in their order. What is between them is passed over. */
import type { Disk } from '../disk.ts';
import { StorageError } from '../storage-error.ts';
import { FileWindow } from './file-window.ts';
import {
  FRAME_HEADER,
  type FrameHeader,
  frameLength,
  isIntact,
  JOURNAL_FORMAT,
  MARKER,
  readFrameHeader,
  readSegmentHeader,
  SEGMENT_HEADER,
} from './format.ts';

export class SegmentReader {
  /** False where its header was damaged; frames are found without. */
  readonly hasHeader: boolean;
  /** Of the frame found last. */
  readonly header: FrameHeader = { salt: 0, number: 0, durable: 0, stamp: 0, kind: 0, ticks: 0 };
  /** Its bytes begin here … */
  at = 0;
  /** … and end before this. */
  end = SEGMENT_HEADER;
  private readonly window: FileWindow;
  /** Unknown without the header, until a frame says it. */
  private salt: number | undefined;

  constructor(disk: Disk, file: string) {
    this.window = new FileWindow(disk, file);
    const header = readSegmentHeader(this.window.view(0, SEGMENT_HEADER) ?? new Uint8Array(0));
    this.hasHeader = header !== undefined;
    this.salt = header?.salt;
    if (header !== undefined && header.format !== JOURNAL_FORMAT) throw unknownFormat(file, header.format);
  }

  /** Bytes up to a frame's end, and what is not zeros behind it: a segment that was not closed has zeros at its end. */
  sizeFrom(end: number): number {
    return this.window.contentEnd(end);
  }

  /** All bytes of the frame found last, valid until the next call. */
  get bytes(): Buffer {
    return this.window.view(this.at, this.end - this.at)!;
  }

  /** Looks for the next frame whose number is beyond; false when there is none. */
  next(beyond: number): boolean {
    for (let at = this.end; at >= 0; at = this.window.find(MARKER, at + 1)) {
      if (this.readAt(at, beyond)) return true;
    }
    return false;
  }

  /** Goes to a frame that was found before. */
  seek(at: number): void {
    this.end = at;
  }

  private readAt(at: number, beyond: number): boolean {
    const { header, window } = this;
    const start = window.view(at, FRAME_HEADER);
    const length = start === undefined ? 0 : frameLength(start);
    if (start === undefined || length === 0) return false;
    readFrameHeader(start, header);
    // Before the checksum: what a client makes look like a frame costs nothing then.
    if (header.salt !== (this.salt ?? header.salt) || !(header.number - header.ticks > beyond)) return false;
    const bytes = window.view(at, length);
    if (bytes === undefined || !isIntact(bytes)) return false;
    this.salt = header.salt;
    this.at = at;
    this.end = at + length;
    return true;
  }
}

function unknownFormat(file: string, format: number): StorageError {
  return new StorageError(
    `${file} is a journal of format ${format}; this program reads format ${JOURNAL_FORMAT}`,
    'Start the version of the program that wrote it, or one that is newer.',
  );
}
