/**
 * Which fields of JSON objects a reader wants: paths (`source.lsn`) → a slot each, and a table of names for each object
 * that has wanted fields, in which a key is found by its bytes.
 */
const TABLE_SIZE = 64;

/** Wanted names of one object. */
export class WantedNames {
  readonly slots: number[] = [];
  readonly inner: (WantedNames | undefined)[] = [];
  private readonly keys: Uint8Array[] = [];
  /** Hash → entry + 1 of the first of a chain. */
  private readonly first = new Uint16Array(TABLE_SIZE);
  private readonly next: number[] = [];

  /** The entry of a name; made where there is none. */
  add(name: string, slot: number): number {
    const key = Buffer.from(name);
    const found = this.find(key, 0, key.length);
    if (found >= 0) return found;
    const hash = hashOf(key, 0, key.length);
    this.next.push(this.first[hash]! - 1);
    this.first[hash] = this.keys.push(key);
    this.slots.push(slot);
    this.inner.push(undefined);
    return this.keys.length - 1;
  }

  /** The entry of the key at bytes [start, end), or -1. */
  find(bytes: Uint8Array, start: number, end: number): number {
    if (start === end) return -1;
    let entry = this.first[hashOf(bytes, start, end)]! - 1;
    while (entry >= 0) {
      const key = this.keys[entry]!;
      if (key.length === end - start && startsAt(bytes, start, key)) return entry;
      entry = this.next[entry]!;
    }
    return -1;
  }
}

function hashOf(bytes: Uint8Array, start: number, end: number): number {
  return (bytes[start]! * 5 + bytes[end - 1]! * 3 + (end - start)) & (TABLE_SIZE - 1);
}

function startsAt(bytes: Uint8Array, start: number, key: Uint8Array): boolean {
  for (let at = 0; at < key.length; at++) if (bytes[start + at] !== key[at]) return false;
  return true;
}

export class JsonShape {
  readonly size: number;
  readonly root = new WantedNames();
  private readonly slots = new Map<string, number>();

  /** @param paths each path's parents are wanted, too. */
  constructor(paths: readonly string[]) {
    for (const path of paths) this.add(path);
    this.size = this.slots.size;
  }

  has(path: string): boolean {
    return this.slots.has(path);
  }

  slot(path: string): number {
    const slot = this.slots.get(path);
    if (slot === undefined) throw new Error(`the shape has no ${path}`);
    return slot;
  }

  private add(path: string): void {
    let names = this.root;
    let walked = '';
    const parts = path.split('.');
    for (const [i, part] of parts.entries()) {
      walked = walked === '' ? part : `${walked}.${part}`;
      if (!this.slots.has(walked)) this.slots.set(walked, this.slots.size);
      const entry = names.add(part, this.slots.get(walked)!);
      if (i < parts.length - 1) names = names.inner[entry] ??= new WantedNames();
    }
  }
}
