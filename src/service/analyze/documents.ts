/**
 * Lines of JSON text → documents: one a line (NDJSON), or one over many lines (pretty-printed). A line that is no
 * document by itself and leaves brackets open begins one of several lines; a line that begins an export, or is a record,
 * ends it.
 */
import { MalformedError } from '../../encodings/malformed.ts';
import { beginsExport } from '../../encodings/recorded.ts';
import { detectRecord } from '../../encodings/records/document.ts';
import { JsonDepth } from './json-depth.ts';
import type { Line } from './lines.ts';

export interface DocumentSink {
  /** Takes a document; throws a `MalformedError` when it is none. */
  take(document: Buffer): void;
  /** What is wrong with the document that begins on this line. */
  broken(line: number, reason: string): void;
  /** Lines before the first document that are comments. */
  comments(lines: number): void;
}

const BEGIN_BYTES = 64;
const BRACE = 0x7b;
const MIB = 1024 * 1024;

export class Documents {
  private readonly sink: DocumentSink;
  private readonly limit: number;
  private pending: Buffer[] = [];
  private pendingFrom = 0;
  private pendingSize = 0;
  private depth = new JsonDepth();
  private begun = false;
  private inComment = false;
  private commentLines = 0;

  /** @param limit bytes of a document, at most. */
  constructor(sink: DocumentSink, limit: number) {
    this.sink = sink;
    this.limit = limit;
  }

  line(line: Line): void {
    if (this.begun ? isBlank(line.bytes) : this.isPreamble(line.bytes)) return;
    if (this.pendingFrom !== 0) {
      const next = beginsExport(line.bytes) ? 'begins an export' : isRecordLine(line.bytes) ? 'is a record' : '';
      if (next !== '') this.giveUp(`the JSON that begins here is not finished when line ${line.number} ${next}`);
    }
    if (this.pendingFrom === 0) this.first(line);
    else this.further(line.bytes);
  }

  end(): void {
    if (this.pendingFrom !== 0) this.giveUp('the JSON that begins here never ends');
    if (this.inComment) this.sink.comments(this.commentLines);
  }

  private first({ number, bytes, cut }: Line): void {
    const reason = cut ? this.tooLong() : this.attempt(bytes);
    if (reason === undefined) return;
    this.depth = new JsonDepth();
    if (cut || !this.depth.add(bytes) || this.depth.depth <= 0) {
      this.sink.broken(number, placed(reason, number));
      return;
    }
    this.pendingFrom = number;
    this.pending = [bytes];
    this.pendingSize = bytes.length;
  }

  private further(bytes: Buffer): void {
    this.pending.push(LINE_END, bytes);
    this.pendingSize += bytes.length + 1;
    if (this.pendingSize > this.limit) this.giveUp(this.tooLong());
    else if (!this.depth.add(bytes)) this.giveUp('the JSON that begins here has a string that ends with its line');
    else if (this.depth.depth <= 0) this.complete();
  }

  private complete(): void {
    const reason = this.attempt(Buffer.concat(this.pending));
    if (reason === undefined) this.clear();
    else this.giveUp(reason);
  }

  /** Hands a document on; what is wrong with it, if anything is. */
  private attempt(document: Buffer): string | undefined {
    try {
      this.sink.take(document);
      return undefined;
    } catch (error) {
      if (error instanceof MalformedError) return error.message;
      throw error;
    }
  }

  private giveUp(reason: string): void {
    const from = this.pendingFrom;
    this.clear();
    this.sink.broken(from, placed(reason, from));
  }

  private clear(): void {
    this.pending = [];
    this.pendingFrom = this.pendingSize = 0;
  }

  private tooLong(): string {
    return `a document of more than ${this.limit / MIB} MiB; write one export a line`;
  }

  /** Blank lines, and comments as some tools write them at the head of a file. */
  private isPreamble(bytes: Buffer): boolean {
    const text = bytes.toString('utf8', 0, BEGIN_BYTES).replace('\uFEFF', '').trimStart();
    if (this.inComment || text.startsWith('/*')) {
      this.inComment = !bytes.includes('*/');
      this.commentLines++;
      return true;
    }
    if (text.startsWith('//') || text.startsWith('#')) this.commentLines++;
    else if (text !== '') {
      this.begun = true;
      if (this.commentLines > 0) this.sink.comments(this.commentLines);
      return false;
    }
    return true;
  }
}

/** A place within the document, as JSON.parse tells it, as a place in the input. */
function placed(reason: string, from: number): string {
  return reason.replace(/ at position \d+ \(line (\d+) column (\d+)\)/, (_, line: string, column: string) => {
    const at = from + Number(line) - 1;
    return at === from ? ` at column ${column}` : ` at line ${at}, column ${column}`;
  });
}

const LINE_END = Buffer.from('\n');

function isBlank(bytes: Buffer): boolean {
  for (const byte of bytes) if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0d) return false;
  return true;
}

/** Alone in its line, from the first column on: no part of a document of several lines is written so. */
function isRecordLine(bytes: Buffer): boolean {
  return bytes[0] === BRACE && detectRecord(bytes) !== 'neither';
}
