/**
 * The encodings → normalize arrow: a reused, read-only look at one span, valid only during the call.
 *
 * Attributes the conventions know land in numbered slots (see `SlotTable`); a slot holds the value of the best-ranked
 * (newest) alias present. Values stay bytes of the request until someone asks; only what is kept is interned.
 */

/** Wire types of an attribute value in a slot. */
export const VALUE_NONE = 0;
export const VALUE_STRING = 1;
export const VALUE_BOOL = 2;
export const VALUE_INT = 3;
export const VALUE_DOUBLE = 4;
/** Key-value lists, bytes: present, but no scalar. */
export const VALUE_OTHER = 5;
/** An array; the range holds its values as OTLP encodes an `ArrayValue`. */
export const VALUE_ARRAY = 6;

export const KIND_INTERNAL = 1;
export const KIND_SERVER = 2;
export const KIND_CLIENT = 3;
export const KIND_PRODUCER = 4;
export const KIND_CONSUMER = 5;

export const MAX_SLOTS = 128;

const NO_MIRRORS: ReadonlyMap<number, number> = new Map();

/** By place, a range of bytes with a value: text for strings, the number itself for scalars. */
export interface ValueRanges {
  readonly type: Uint8Array;
  readonly start: Int32Array;
  readonly end: Int32Array;
  readonly number: Float64Array;
}

export class SlotValues implements ValueRanges {
  readonly type = new Uint8Array(MAX_SLOTS);
  readonly rank = new Uint8Array(MAX_SLOTS);
  readonly start = new Int32Array(MAX_SLOTS);
  readonly end = new Int32Array(MAX_SLOTS);
  readonly number = new Float64Array(MAX_SLOTS);
  /** Slots filled since the last reset. */
  private readonly touched = new Uint8Array(MAX_SLOTS);
  private touchedCount = 0;
  private readonly mirrors: ReadonlyMap<number, number>;
  /** Slots from here on may have a mirror. */
  private readonly firstMirrored: number;

  /** @param mirrors what is written into a slot is also offered to another: slot → slot and rank (`slot << 8 | rank`). */
  constructor(mirrors: ReadonlyMap<number, number> = NO_MIRRORS) {
    this.mirrors = mirrors;
    this.firstMirrored = Math.min(MAX_SLOTS, ...mirrors.keys());
  }

  has(slot: number): boolean {
    return this.type[slot] !== VALUE_NONE;
  }

  reset(): void {
    for (let i = 0; i < this.touchedCount; i++) this.type[this.touched[i]!] = VALUE_NONE;
    this.touchedCount = 0;
  }

  /** True when a value of this rank should be written: a smaller rank is a newer name; of equal names the last counts. */
  wants(slot: number, rank: number): boolean {
    return this.type[slot] === VALUE_NONE || rank <= this.rank[slot]!;
  }

  set(slot: number, rank: number, type: number, start: number, end: number, number: number): void {
    if (this.type[slot] === VALUE_NONE) this.touched[this.touchedCount++] = slot;
    this.type[slot] = type;
    this.rank[slot] = rank;
    this.start[slot] = start;
    this.end[slot] = end;
    this.number[slot] = number;
    if (slot >= this.firstMirrored) this.mirror(slot);
  }

  private mirror(slot: number): void {
    const found = this.mirrors.get(slot) ?? -1;
    if (found < 0 || !this.wants(found >> 8, found & 0xff)) return;
    this.set(found >> 8, found & 0xff, this.type[slot]!, this.start[slot]!, this.end[slot]!, this.number[slot]!);
  }
}

/** Slots of a link. */
export const LINK_SLOTS = 4;

/**
 * Links of one span: ids as 32-bit words (4 + 2 each, big endian), and values of their attributes as in `SlotValues`,
 * `LINK_SLOTS` places for each link.
 */
export class LinkList implements ValueRanges {
  count = 0;
  /** Links the SDK dropped. */
  dropped = 0;
  ids = new Int32Array(6 * 64);
  type = new Uint8Array(LINK_SLOTS * 64);
  start = new Int32Array(LINK_SLOTS * 64);
  end = new Int32Array(LINK_SLOTS * 64);
  number = new Float64Array(LINK_SLOTS * 64);
  private rank = new Uint8Array(LINK_SLOTS * 64);

  /** Opens a new entry and returns its index. */
  push(): number {
    const i = this.count++;
    if (i * LINK_SLOTS >= this.type.length) this.grow();
    this.ids.fill(0, i * 6, i * 6 + 6);
    this.type.fill(VALUE_NONE, i * LINK_SLOTS, (i + 1) * LINK_SLOTS);
    return i;
  }

  has(place: number): boolean {
    return this.type[place] !== VALUE_NONE;
  }

  /** Takes a value at a link's place unless a newer name has given it one. */
  set(place: number, rank: number, type: number, start: number, end: number, number: number): void {
    if (this.type[place] !== VALUE_NONE && rank > this.rank[place]!) return;
    this.type[place] = type;
    this.rank[place] = rank;
    this.start[place] = start;
    this.end[place] = end;
    this.number[place] = number;
  }

  private grow(): void {
    this.ids = doubled(this.ids, new Int32Array(this.ids.length * 2));
    this.type = doubled(this.type, new Uint8Array(this.type.length * 2));
    this.rank = doubled(this.rank, new Uint8Array(this.rank.length * 2));
    this.start = doubled(this.start, new Int32Array(this.start.length * 2));
    this.end = doubled(this.end, new Int32Array(this.end.length * 2));
    this.number = doubled(this.number, new Float64Array(this.number.length * 2));
  }
}

function doubled<T extends { set(from: T): void }>(from: T, to: T): T {
  to.set(from);
  return to;
}

/** Finds the slot of an attribute key: `slot << 8 | rank`, or -1 for a key that no slot wants. */
export interface KeyLookup {
  find(bytes: DataView, start: number, end: number): number;
  findText(key: string): number;
}

export interface ViewKeys {
  readonly span: KeyLookup;
  readonly resource: KeyLookup;
  readonly link: KeyLookup;
  /** As `SlotValues` takes them. */
  readonly spanMirrors?: ReadonlyMap<number, number>;
  readonly resourceMirrors?: ReadonlyMap<number, number>;
}

export class SpanView {
  readonly keys: ViewKeys;
  /** The bytes that all ranges point into. */
  data: DataView = new DataView(new ArrayBuffer(0));
  readonly attributes: SlotValues;
  readonly links = new LinkList();
  /** The span's resource: its own slots, and a number that changes with every ResourceSpans. */
  readonly resource: SlotValues;
  resourceSerial = 0;
  /** Byte range of the encoded Resource: equal bytes are the same resource. Start -1: it came in pieces. */
  resourceStart = 0;
  resourceEnd = 0;
  /** Byte range of the instrumentation scope's name. */
  scopeStart = 0;
  scopeEnd = 0;
  /** Ids as 32-bit words, big endian. A bad length leaves `traceIdOk` or `spanIdOk` false. */
  trace0 = 0;
  trace1 = 0;
  trace2 = 0;
  trace3 = 0;
  span0 = 0;
  span1 = 0;
  parent0 = 0;
  parent1 = 0;
  /** 16 bytes, or 8 (zero-extended), and not all zero. */
  traceIdOk = false;
  /** 8 bytes and not all zero. */
  spanIdOk = false;
  /** False when a parent id is present with a length other than 8 (or 0). */
  parentIdOk = true;
  kind = 0;
  nameStart = 0;
  nameEnd = 0;
  stateStart = 0;
  stateEnd = 0;
  /** Microseconds since the epoch; 0 when absent. */
  start = 0;
  end = 0;
  /** 0 unset, 1 ok, 2 error. */
  statusCode = 0;

  constructor(keys: ViewKeys) {
    this.keys = keys;
    this.attributes = new SlotValues(keys.spanMirrors);
    this.resource = new SlotValues(keys.resourceMirrors);
  }
}
