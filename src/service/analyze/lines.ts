/**
 * Chunks of text → its lines, as bytes without their line ends. NUL bytes before a line are no part of it: they are
 * counted. A line beyond the limit is cut and says so, so that memory stays bounded.
 */
const LINE_FEED = 0x0a;

export interface Line {
  /** From 1. */
  readonly number: number;
  readonly bytes: Buffer;
  /** The line was longer than the limit; `bytes` is its beginning. */
  readonly cut: boolean;
}

export class LineSplitter {
  /** NUL bytes left out so far. */
  padding = 0;
  private readonly limit: number;
  private parts: Buffer[] = [];
  private size = 0;
  /** A line was begun. */
  private open = false;
  private cut = false;
  private number = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  /** The lines that end in this chunk. Keeps parts of the chunk: it must not be written to again. */
  push(chunk: Buffer): readonly Line[] {
    const lines: Line[] = [];
    for (let from = this.skipPadding(chunk, 0); from < chunk.length; from = this.skipPadding(chunk, from)) {
      const end = chunk.indexOf(LINE_FEED, from);
      this.keep(chunk.subarray(from, end < 0 ? chunk.length : end));
      if (end < 0) break;
      lines.push(this.take());
      from = end + 1;
    }
    return lines;
  }

  /** What stands after the last line end. */
  end(): readonly Line[] {
    return this.open ? [this.take()] : [];
  }

  private skipPadding(chunk: Buffer, from: number): number {
    if (this.open) return from;
    let at = from;
    while (at < chunk.length && chunk[at] === 0) at++;
    this.padding += at - from;
    return at;
  }

  private keep(part: Buffer): void {
    this.open = true;
    if (this.size + part.length > this.limit) this.cut = true;
    if (this.cut) return;
    this.parts.push(part);
    this.size += part.length;
  }

  private take(): Line {
    const bytes = this.parts.length === 1 ? this.parts[0]! : Buffer.concat(this.parts);
    const line = { number: ++this.number, bytes, cut: this.cut };
    this.parts = [];
    this.size = 0;
    this.open = this.cut = false;
    return line;
  }
}
