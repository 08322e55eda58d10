/** One input → the feed: what it is is told by its content, what is wrong with it is reported, the rest still counts. */
import type { Readable } from 'node:stream';
import { detectEncoding } from '../../encodings/detect.ts';
import { MalformedError } from '../../encodings/malformed.ts';
import { peek, readBytes, withoutPadding } from './bytes.ts';
import { Documents } from './documents.ts';
import type { Input } from './inputs.ts';
import { LineSplitter } from './lines.ts';
import type { Report } from './report.ts';

/** A document must fit into one string of V8 with room to spare. */
const MAX_DOCUMENT_BYTES = 256 * 1024 * 1024;

/** Takes documents, each valid for as long as it is kept; throws a `MalformedError` for what is none. */
export interface DocumentFeed {
  json(document: Buffer): void;
  /** A request of OTLP. */
  protobuf(bytes: Buffer): void;
}

export interface ReadContext {
  readonly feed: DocumentFeed;
  readonly report: Report;
  /** Called after every chunk, with the bytes read from the input since the last call; it may have the reading wait. */
  progress(bytes: number): void | Promise<void>;
}

export async function readInput(input: Input, context: ReadContext): Promise<void> {
  const { report } = context;
  report.begin(input.name);
  let stream: Readable | undefined;
  try {
    stream = await input.open();
    await readAll(stream, context);
  } catch (error) {
    report.problem(undefined, reasonOf(error));
  } finally {
    stream?.destroy();
    report.end();
  }
}

/** Throws what is not the input's fault. */
function reasonOf(error: unknown): string {
  if (error instanceof MalformedError) return error.message;
  const { syscall, code } = error as NodeJS.ErrnoException;
  if (syscall !== undefined && code !== undefined) return `cannot be read (${code})`;
  throw error;
}

async function readAll(stream: Readable, context: ReadContext): Promise<void> {
  const { report } = context;
  let padding = 0;
  const bytes = readBytes(stream, context.progress);
  const { head, rest } = await peek(
    withoutPadding(bytes, count => {
      padding += count;
    }),
  );
  if (head.length === 0) {
    // A broken stream says so only when it is read on.
    for await (const _ of rest);
    report.noteInput(padding > 0 ? `empty but for ${padding} NUL bytes` : 'empty');
    return;
  }
  const encoding = detectEncoding(head);
  if (encoding === 'utf16') throw new MalformedError('unknown_format', 'UTF-16 text; expected UTF-8');
  if (encoding === 'unknown')
    throw new MalformedError(
      'unknown_format',
      'no known format; expected OTLP protobuf, or JSON of OTLP, Tempo, Jaeger or Zipkin, plain or gzip',
    );
  if (encoding === 'protobuf') await readProtobuf(rest, context);
  else padding += await readLines(rest, context);
  if (padding > 0) report.noteInput(`${padding} NUL bytes of padding passed over`);
}

async function readProtobuf(chunks: AsyncGenerator<Buffer>, { feed }: ReadContext): Promise<void> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    parts.push(chunk);
    size += chunk.length;
    if (size > MAX_DOCUMENT_BYTES) {
      const limit = MAX_DOCUMENT_BYTES / 1024 / 1024;
      throw new MalformedError('too_large', `a protobuf request of more than ${limit} MiB; split it`);
    }
  }
  feed.protobuf(Buffer.concat(parts));
}

/** Returns the bytes of padding between lines. */
async function readLines(chunks: AsyncGenerator<Buffer>, { feed, report }: ReadContext): Promise<number> {
  const splitter = new LineSplitter(MAX_DOCUMENT_BYTES);
  const documents = new Documents(
    {
      take: document => feed.json(document),
      broken: (line, reason) => report.problem(line, reason),
      comments: lines => report.noteInput(`${lines} lines of comment passed over`),
    },
    MAX_DOCUMENT_BYTES,
  );
  for await (const chunk of chunks) for (const line of splitter.push(chunk)) documents.line(line);
  for (const line of splitter.end()) documents.line(line);
  documents.end();
  return splitter.padding;
}
