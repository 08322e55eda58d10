/**
 * Keys of the normalizer's caches: the raw bytes of the slots that decide an answer, one after the other, so that a
 * repeated combination is one lookup and nothing needs interning.
 */
import type { SlotValues, SpanView } from '../contract/span-view.ts';
import { VALUE_ARRAY, VALUE_STRING } from '../contract/span-view.ts';
import { ByteMap } from '../lib/byte-map.ts';
import { viewOf } from '../lib/bytes.ts';

/** Keys beyond this are not kept: they are seldom met again, and would push out thousands of others. */
const MAX_KEY_BYTES = 1 << 17;

export class CacheKey {
  /** The key is longer than is kept: what follows is left out. */
  protected tooLong = false;
  private bytes = new Uint8Array(4096);
  view = viewOf(this.bytes);
  length = 0;

  /** @param tag tells the kinds of keys in one cache apart. */
  begin(tag: number, a: number, b: number): void {
    this.view.setInt32(0, tag, true);
    this.view.setInt32(4, a, true);
    this.view.setInt32(8, b, true);
    this.length = 12;
    this.tooLong = false;
  }

  slot(view: SpanView, values: SlotValues, slot: number): void {
    const type = values.type[slot]!;
    if (type === VALUE_STRING) return this.range(view, values.start[slot]!, values.end[slot]!);
    this.reserve(16);
    this.view.setInt32(this.length, -1 - type, true);
    this.length += 4;
    if (type === VALUE_ARRAY) this.range(view, values.start[slot]!, values.end[slot]!);
    else if (type !== 0) {
      this.view.setFloat64(this.length, values.number[slot]!, true);
      this.length += 8;
    }
  }

  number(value: number): void {
    this.reserve(4);
    this.view.setInt32(this.length, value, true);
    this.length += 4;
  }

  range(view: SpanView, start: number, end: number): void {
    const length = end - start;
    if (this.length + length > MAX_KEY_BYTES) this.tooLong = true;
    if (this.tooLong) return;
    this.reserve(length + 8);
    const to = this.view;
    const from = view.data;
    let at = this.length;
    to.setInt32(at, length, true);
    at += 4;
    let i = start;
    for (; i + 4 <= end; i += 4, at += 4) to.setInt32(at, from.getInt32(i, true), true);
    for (; i < end; i++) to.setUint8(at++, from.getUint8(i));
    this.length = at;
  }

  private reserve(more: number): void {
    if (this.length + more <= this.bytes.length) return;
    const bytes = new Uint8Array(2 ** Math.ceil(Math.log2(this.length + more)));
    bytes.set(this.bytes);
    this.bytes = bytes;
    this.view = viewOf(bytes);
  }
}

/** A cache and the key being looked for in it: `begin`, any number of `slot` and `range`, then `find`, and `keep` after a miss. */
export class KeyedCache extends CacheKey {
  private readonly values: ByteMap;

  constructor(entries: number, maxBytes: number) {
    super();
    this.values = new ByteMap(entries, maxBytes);
  }

  /** The value kept under the key, or -1. */
  find(): number {
    return this.tooLong ? -1 : this.values.get(this.view, 0, this.length);
  }

  keep(value: number): number {
    if (!this.tooLong) this.values.set(this.view, 0, this.length, value);
    return value;
  }
}
