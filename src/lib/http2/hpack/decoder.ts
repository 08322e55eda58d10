/**
 * Header blocks of one connection in, fields out (RFC 7541). Fields that a client repeats are the same objects each
 * time, and their texts are made once. Whatever comes, the table stays as the client's encoder believes it to be.
 */
import { ConnectionError, DEFAULT_TABLE_BYTES } from '../words.ts';
import { createField, type Field, STATIC_FIELDS } from './fields.ts';
import { decodeHuffman } from './huffman.ts';

/** Evicted entries are kept up to here before the array is cut. */
const MAX_EVICTED = 64;

export class HpackDecoder {
  private readonly maxListBytes: number;
  /** Oldest first; those before `oldest` are evicted. */
  private entries: Field[] = [];
  private oldest = 0;
  private tableBytes = 0;
  private capacity = DEFAULT_TABLE_BYTES;
  private bytes: Buffer = Buffer.alloc(0);
  private at = 0;
  private end = 0;

  constructor(maxListBytes: number) {
    this.maxListBytes = maxListBytes;
  }

  /**
   * Appends the fields of a whole block to `fields`; false when they are more than the limit allows, and some left
   * out. Throws a `ConnectionError` for what is no block.
   */
  decode(bytes: Buffer, start: number, end: number, fields: Field[]): boolean {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
    let listBytes = 0;
    let mayResize = true;
    while (this.at < end) {
      const first = bytes[this.at]!;
      if ((first & 0xe0) === 0x20) {
        if (!mayResize) throw broken('a table size within a block');
        this.resize(this.integer(0x1f));
        continue;
      }
      mayResize = false;
      const field = first >= 0x80 ? this.indexed(this.integer(0x7f)) : this.literal(first);
      listBytes += field.size;
      if (listBytes <= this.maxListBytes) fields.push(field);
    }
    return listBytes <= this.maxListBytes;
  }

  private literal(first: number): Field {
    const isKept = (first & 0x40) !== 0;
    const index = this.integer(isKept ? 0x3f : 0x0f);
    const name = index === 0 ? this.text() : this.indexed(index).name;
    const field = createField(name, this.text());
    if (isKept) this.add(field);
    return field;
  }

  private indexed(index: number): Field {
    const field =
      index <= STATIC_FIELDS.length
        ? STATIC_FIELDS[index - 1]
        : this.entries[this.entries.length - (index - STATIC_FIELDS.length)];
    if (field === undefined || index - STATIC_FIELDS.length > this.entries.length - this.oldest) {
      throw broken(`no field has the index ${index}`);
    }
    return field;
  }

  private text(): string {
    const isCoded = (this.next() & 0x80) !== 0;
    const length = this.integer(0x7f);
    const start = this.at;
    if (length > this.end - start) throw broken('a text longer than its block');
    this.at += length;
    return isCoded ? decodeHuffman(this.bytes, start, this.at) : this.bytes.toString('latin1', start, this.at);
  }

  /** An integer whose first bits stand under the mask. */
  private integer(mask: number): number {
    let value = this.next() & mask;
    this.at += 1;
    if (value < mask) return value;
    for (let scale = 1; scale <= 2 ** 21; scale *= 128) {
      const byte = this.next();
      this.at += 1;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
    throw broken('a number that is too large');
  }

  private next(): number {
    if (this.at >= this.end) throw broken('a block that ends within a field');
    return this.bytes[this.at]!;
  }

  private add(field: Field): void {
    this.evict(this.capacity - field.size);
    if (field.size > this.capacity) return;
    this.entries.push(field);
    this.tableBytes += field.size;
  }

  private resize(capacity: number): void {
    if (capacity > DEFAULT_TABLE_BYTES) throw broken(`a table of ${capacity} bytes`);
    this.capacity = capacity;
    this.evict(capacity);
  }

  private evict(maxBytes: number): void {
    while (this.tableBytes > maxBytes && this.oldest < this.entries.length) {
      this.tableBytes -= this.entries[this.oldest]!.size;
      this.oldest += 1;
    }
    if (this.oldest <= MAX_EVICTED) return;
    this.entries = this.entries.slice(this.oldest);
    this.oldest = 0;
  }
}

function broken(message: string): ConnectionError {
  return new ConnectionError('compression_error', message);
}
