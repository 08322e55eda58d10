/**
 * Bytes → text, where the same few texts come again and again: names of tables, connectors, databases. A fixed number of
 * texts is kept; one that falls on another's place takes it.
 */
const PLACES = 1024;
const MAX_BYTES = 64;

export class TextCache {
  private readonly bytes: Uint8Array[] = Array.from({ length: PLACES }, () => NONE);
  private readonly texts: string[] = Array.from({ length: PLACES }, () => '');

  /** The UTF-8 text of bytes [start, end). */
  read(from: Buffer, start: number, end: number): string {
    const length = end - start;
    if (length > MAX_BYTES) return from.toString('utf8', start, end);
    let hash = length;
    for (let at = start; at < end; at++) hash = Math.imul(hash ^ from[at]!, 0x01000193);
    const place = (hash ^ (hash >>> 15)) & (PLACES - 1);
    const kept = this.bytes[place]!;
    if (kept.length === length && equals(kept, from, start)) return this.texts[place]!;
    const text = from.toString('utf8', start, end);
    this.bytes[place] = Uint8Array.prototype.slice.call(from, start, end);
    this.texts[place] = text;
    return text;
  }
}

const NONE = new Uint8Array(0);

function equals(kept: Uint8Array, from: Uint8Array, start: number): boolean {
  for (let at = 0; at < kept.length; at++) if (kept[at] !== from[start + at]) return false;
  return true;
}
