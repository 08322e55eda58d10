/**
 * Files ⇄ the bytes of a tar archive in the format of POSIX (ustar), as every tar reads it: plain files with short names,
 * and nothing else.
 */
const BLOCK = 512;
const NAME_BYTES = 100;
/** What eleven octal digits can say. */
const MAX_BYTES = 8 ** 11 - 1;
const NO_BYTES = Buffer.alloc(0);

export interface TarEntry {
  readonly name: string;
  readonly bytes: number;
  readonly content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

/** The archive is no such archive, or not whole. */
export class TarError extends Error {
  override readonly name = 'TarError';
}

export async function* writeTar(entries: Iterable<TarEntry>, modifiedMs: number): AsyncGenerator<Uint8Array> {
  for (const { name, bytes, content } of entries) {
    yield headerOf(name, bytes, modifiedMs);
    let written = 0;
    for await (const chunk of content) {
      written += chunk.length;
      yield chunk;
    }
    if (written !== bytes) throw new TarError(`${name} has changed while it was read`);
    if (bytes % BLOCK > 0) yield Buffer.alloc(BLOCK - (bytes % BLOCK));
  }
  yield Buffer.alloc(2 * BLOCK);
}

/** The content of each entry is to be read to its end before the next one is asked for. */
export async function* readTar(archive: AsyncIterable<Uint8Array>): AsyncGenerator<TarEntry> {
  const source = new Source(archive);
  for (;;) {
    const header = await source.exactly(BLOCK);
    if (header.every(byte => byte === 0)) return;
    const { name, bytes } = readHeader(header);
    yield { name, bytes, content: source.upTo(bytes) };
    if (bytes % BLOCK > 0) await source.exactly(BLOCK - (bytes % BLOCK));
  }
}

function headerOf(name: string, bytes: number, modifiedMs: number): Buffer {
  if (Buffer.byteLength(name) > NAME_BYTES) throw new TarError(`the name ${name} is too long`);
  if (bytes > MAX_BYTES) throw new TarError(`${name} is too large`);
  const header = Buffer.alloc(BLOCK);
  header.write(name, 0);
  header.write('0000640\0', 100);
  header.write('0000000\0', 108);
  header.write('0000000\0', 116);
  header.write(`${octal(bytes, 11)}\0`, 124);
  header.write(`${octal(Math.floor(modifiedMs / 1000), 11)}\0`, 136);
  header.write('0', 156);
  header.write('ustar\x0000', 257);
  header.write(`${octal(checksumOf(header), 6)}\0 `, 148);
  return header;
}

function readHeader(header: Buffer): { name: string; bytes: number } {
  if (header.toString('latin1', 257, 262) !== 'ustar') throw new TarError('it is no tar archive');
  if (Number.parseInt(header.toString('latin1', 148, 154), 8) !== checksumOf(header)) {
    throw new TarError('the header of an entry is damaged');
  }
  const end = header.indexOf(0);
  const name = header.toString('utf8', 0, Math.min(end, NAME_BYTES));
  const type = header.toString('latin1', 156, 157);
  if (type !== '0' && type !== '\0') throw new TarError(`${name} is no plain file`);
  return { name, bytes: Number.parseInt(header.toString('latin1', 124, 135), 8) };
}

/** Of all bytes, with blanks in its own place. */
function checksumOf(header: Buffer): number {
  let sum = 0;
  for (let i = 0; i < BLOCK; i++) sum += i >= 148 && i < 156 ? 32 : header[i]!;
  return sum;
}

function octal(number: number, digits: number): string {
  return number.toString(8).padStart(digits, '0');
}

class Source {
  private readonly chunks: AsyncIterator<Uint8Array>;
  private rest: Uint8Array = NO_BYTES;

  constructor(archive: AsyncIterable<Uint8Array>) {
    this.chunks = archive[Symbol.asyncIterator]();
  }

  async exactly(bytes: number): Promise<Buffer> {
    const parts: Uint8Array[] = [];
    for await (const part of this.upTo(bytes)) parts.push(part);
    return Buffer.concat(parts);
  }

  /** Throws where the archive ends before. */
  async *upTo(bytes: number): AsyncGenerator<Uint8Array> {
    for (let left = bytes; left > 0; ) {
      if (this.rest.length === 0) {
        const { done, value } = await this.chunks.next();
        if (done) throw new TarError('it ends too early');
        this.rest = value;
      }
      const part = this.rest.subarray(0, left);
      this.rest = this.rest.subarray(part.length);
      left -= part.length;
      yield part;
    }
  }
}
