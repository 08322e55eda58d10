/**
 * The ledger ⇄ an image: each slab's chains and tags, and its words unless they are stored, with the lines over them that
 * changed while they were handed over; what is stored is in the image by its name. A ring that was saved keeps its places
 * where it has room for the limit; else its slabs move.
 */
import { ImageError, type ImageReader, type ImageWriter } from '../contract/image.ts';
import { sectionName } from '../lib/section-name.ts';
import { EARLIER_BLOCK } from './ledger-blocks.ts';
import { ENTRY_WORDS, type LedgerSlabs } from './ledger-slabs.ts';
import { capacityFor, type MessageLedger } from './message-ledger.ts';
import { inSteps } from './pieces.ts';
import type { SavedSlices } from './time-slices.ts';

/** What a slab has of its entries, and how many numbers of each. */
const TABLES = [
  { table: 'words', name: 'ledger/words', width: ENTRY_WORDS },
  { table: 'next', name: 'ledger-chains/next', width: 1 },
  { table: 'tags', name: 'ledger-chains/tags', width: 1 },
] as const;
const TAGS = TABLES[2].name;
/** Lines that are handed over in one step. */
const STEP = 256;

interface Saved {
  /** Entries of a slab; missing in images of programs that had another ledger. */
  readonly slab: number;
  readonly capacity: number;
  readonly head: number;
  readonly used: number;
  readonly tail: number;
  readonly evicted: number;
  readonly lastName: number;
  /** Slabs that are stored, what they are called, and entries of their blocks, which the storage format 2 does not say. */
  readonly stored: readonly (readonly [slab: number, name: string, block?: number])[];
  readonly slices: SavedSlices;
  /** Entries that each slab has room for, 0 where there is none; of a program from before the sections tell it. */
  readonly rooms?: readonly number[];
}

export class LedgerImage {
  private readonly ledger: MessageLedger;

  constructor(ledger: MessageLedger) {
    this.ledger = ledger;
  }

  /** Slabs, then, in later rounds, lines of them that changed since. */
  *ahead(out: ImageWriter, round: number): Iterable<void> {
    const { slabs, index } = this.ledger;
    if (round > 0) yield* this.saveChanged(out);
    else {
      slabs.lines.begin();
      for (let slab = 0; slab < slabs.tags.length; slab++) yield* this.saveSlab(slab, out);
    }
    yield* index.ahead(out, round);
  }

  private *saveSlab(slab: number, out: ImageWriter): Iterable<void> {
    const { slabs } = this.ledger;
    if (slabs.tags[slab] === undefined) return;
    const version = slabs.lines.settle(slab);
    for (const { table, name } of TABLES) {
      const memory = slabs[table][slab];
      if (memory !== undefined) yield* out.memory(sectionName(name, slab), memory, version);
    }
  }

  private *saveChanged(out: ImageWriter): Iterable<void> {
    const { slabs } = this.ledger;
    for (let from = 0; ; ) {
      const lines = slabs.lines.take(STEP, from);
      if (lines.length === 0) return;
      from = lines.at(-1)! + 1;
      const section = slabs.lines.nextSection();
      const copies = copiesFor(slabs, lines);
      copyLines(slabs, lines, copies, true);
      yield* slabs.lines.saveNumbers(out, section, lines);
      for (const [i, { name }] of TABLES.entries()) yield* out.memory(changedName(name, section), copies[i]!);
    }
  }

  *save(out: ImageWriter): Iterable<void> {
    const { slabs, capacity, head, used, tail, evicted, index, slices } = this.ledger;
    const stored = slabs.stored.flatMap((one, slab) =>
      one === undefined ? [] : [[slab, one.name, one.block] as const],
    );
    out.value('ledger/state', {
      ...{ slab: slabs.size, capacity, head, used, tail, evicted },
      ...{ lastName: slabs.lastName, stored, slices: slices.save() },
      rooms: Array.from(slabs.tags, tags => tags?.length ?? 0),
    } satisfies Saved);
    for (const [, name] of stored) out.stored(name);
    yield* this.saveChanged(out);
    slabs.lines.saveVersions(out);
    yield* index.save(out);
  }

  /** As `Kept.read`. */
  read(from: ImageReader): void {
    const { limit, slabs, index } = this.ledger;
    const { slab } = from.value('ledger/state') as Saved;
    if (slab === slabs.size) index.read(from, limit);
  }

  *load(from: ImageReader): Generator<void, ((entry: number) => number) | undefined> {
    const { ledger } = this;
    const { slabs } = ledger;
    const saved = from.value('ledger/state') as Saved;
    ledger.evicted = saved.evicted;
    // What another ledger kept is not known any more.
    if (saved.slab === undefined) return this.forgetAll(saved.used);
    if (saved.slab !== slabs.size) throw new ImageError(`the ledger has slabs of ${saved.slab}, not ${slabs.size}`);
    const { capacity, head, used, tail } = saved;
    Object.assign(ledger, { capacity, head, used, tail });
    ledger.slices.load(saved.slices);
    slabs.lastName = saved.lastName;
    slabs.look(tail);
    slabs.lines = slabs.linesFor(ledger.slabCount);
    yield* this.loadSlabs(saved, from);
    yield* this.loadChanged(from);
    slabs.unmarkMissing();
    yield* ledger.index.load(from, ledger.limit, head, capacity);
    const moved = yield* this.makeRoom(saved);
    ledger.fit();
    if (moved === undefined && ledger.used === used) return undefined;
    return entry => {
      const place = moved === undefined ? entry : moved(entry);
      return ledger.isThere(place) ? place : -1;
    };
  }

  private forgetAll(used: number): () => number {
    this.ledger.evicted += used;
    return () => -1;
  }

  private *loadSlabs(saved: Saved, from: ImageReader): Iterable<void> {
    const { slabs, slabCount } = this.ledger;
    const isVersioned = slabs.lines.loadVersions(from);
    const earlier = Math.min(EARLIER_BLOCK, slabs.size);
    for (const [slab, name, block = earlier] of saved.stored) slabs.stored[slab] = { name, block };
    for (let slab = 0; slab < slabCount; slab++) {
      const room = saved.rooms?.[slab] ?? from.size(sectionName(TAGS, slab));
      if (room <= 0) continue;
      slabs.next[slab] = new Int32Array(room);
      slabs.tags[slab] = new Uint8Array(room);
      if (slabs.stored[slab] === undefined)
        slabs.setWords(slab, new Int32Array(new SharedArrayBuffer(room * ENTRY_WORDS * 4)));
      for (const { table, name } of TABLES) loadBegin(from, sectionName(name, slab), slabs[table][slab]);
      if (!isVersioned) slabs.touch(slab * slabs.size);
      yield;
    }
  }

  private *loadChanged(from: ImageReader): Iterable<void> {
    const { slabs } = this.ledger;
    for (let section = 0; ; section++) {
      const lines = slabs.lines.loadNumbers(from, section);
      if (lines === undefined) return;
      const copies = copiesFor(slabs, lines);
      for (const [i, { name }] of TABLES.entries()) from.memory(changedName(name, section), copies[i]!);
      copyLines(slabs, lines, copies, false);
      yield;
    }
  }

  /** The limit asks for more places than there were: they come behind the head. */
  private *makeRoom(saved: Saved): Generator<void, ((entry: number) => number) | undefined> {
    const { ledger } = this;
    const { slabs } = ledger;
    const capacity = capacityFor(ledger.limit, slabs.size);
    if (capacity <= saved.capacity) return undefined;
    const first = saved.tail * slabs.size;
    const isWrapped = saved.head < first;
    const by = capacity - saved.capacity;
    ledger.capacity = capacity;
    const moved = (place: number) => (isWrapped && place >= first ? place + by : place);
    slabs.move(capacity / slabs.size, isWrapped ? saved.tail : saved.capacity / slabs.size, by / slabs.size);
    if (!isWrapped) return undefined;
    ledger.tail = moved(first) / slabs.size;
    slabs.look(ledger.tail);
    for (const pointers of [...slabs.next, ledger.index.buckets]) {
      if (pointers === undefined) continue;
      yield* inSteps(pointers.length, (a, b) => {
        for (let i = a; i < b; i++) if (pointers[i] !== 0) pointers[i] = moved(pointers[i]! - 1) + 1;
      });
    }
    ledger.index.moved();
    return moved;
  }
}

/** Where a larger slab stood before the one that is there now, all lines of this follow. */
function loadBegin(from: ImageReader, name: string, into: Int32Array | Uint8Array | undefined): void {
  const bytes = from.size(name);
  if (into !== undefined && bytes >= 0 && bytes <= into.byteLength) from.memory(name, into);
}

type Copies = readonly (Int32Array | Uint8Array)[];

/** One for each of `TABLES`. */
function copiesFor({ lineShift }: LedgerSlabs, lines: Int32Array): Copies {
  const entries = lines.length << lineShift;
  return [new Int32Array(entries * ENTRY_WORDS), new Int32Array(entries), new Uint8Array(entries)];
}

/** Lines of slabs that are there, into copies or back; stored words are nowhere to be copied. */
function copyLines(slabs: LedgerSlabs, lines: Int32Array, copies: Copies, isOut: boolean): void {
  const { lineShift, shift, size } = slabs;
  for (const [i, { table, width }] of TABLES.entries()) {
    const count = width << lineShift;
    for (let n = 0; n < lines.length; n++) {
      const place = lines[n]! << lineShift;
      const memory = slabs[table][place >>> shift];
      const at = (place & (size - 1)) * width;
      // A line behind the room of a slab is of one that stood there before.
      if (memory === undefined || at >= memory.length) continue;
      if (isOut) copyNumbers(memory, at, copies[i]!, n * count, count);
      else copyNumbers(copies[i]!, n * count, memory, at, count);
    }
  }
}

function copyNumbers(
  from: Int32Array | Uint8Array,
  at: number,
  to: Int32Array | Uint8Array,
  toAt: number,
  count: number,
): void {
  for (let i = 0; i < count; i++) to[toAt + i] = from[at + i]!;
}

function changedName(name: string, section: number): string {
  return sectionName(`${name}/changed`, section);
}
