/**
 * The ledger ⇄ an image: each slab's chains and tags, and its words unless they are stored; what is stored is in the image
 * by its name. A ring that was saved keeps its places where it has room for the limit; else its slabs move.
 */
import { ImageError, type ImageReader, type ImageWriter } from '../contract/image.ts';
import { sectionName } from '../lib/section-name.ts';
import { ENTRY_WORDS, slabChanges } from './ledger-slabs.ts';
import { capacityFor, type MessageLedger } from './message-ledger.ts';
import { inSteps } from './pieces.ts';
import type { SavedSlices } from './time-slices.ts';

const WORDS = 'ledger/words';
/** Of families of their own, since hardly any of them changes again. */
const NEXT = 'ledger-chains/next';
const TAGS = 'ledger-chains/tags';

interface Saved {
  /** Entries of a slab; missing in images of programs that had another ledger. */
  readonly slab: number;
  readonly capacity: number;
  readonly head: number;
  readonly used: number;
  readonly tail: number;
  readonly evicted: number;
  readonly lastName: number;
  /** Slabs that are stored, and what they are called. */
  readonly stored: readonly (readonly [slab: number, name: string])[];
  readonly slices: SavedSlices;
  readonly words: Float64Array;
  readonly next: Float64Array;
  readonly tags: Float64Array;
}

export class LedgerImage {
  private readonly ledger: MessageLedger;

  constructor(ledger: MessageLedger) {
    this.ledger = ledger;
  }

  *save(out: ImageWriter): Iterable<void> {
    const { slabs, capacity, head, used, tail, evicted, index, slices } = this.ledger;
    const words = slabs.changed.words.settle();
    const next = slabs.changed.next.settle();
    const tags = slabs.changed.tags.settle();
    const stored = [...slabs.names.entries()].flatMap(([slab, name]) =>
      name === undefined ? [] : [[slab, name] as const],
    );
    out.value('ledger/state', {
      ...{ slab: slabs.size, capacity, head, used, tail, evicted },
      ...{ lastName: slabs.lastName, stored, slices: slices.save(), words, next, tags },
    } satisfies Saved);
    for (const [, name] of stored) out.stored(name);
    for (const [i, memory] of slabs.words.entries())
      if (memory !== undefined) yield* out.memory(sectionName(WORDS, i), memory, words[i]);
    for (const [i, memory] of slabs.next.entries())
      if (memory !== undefined) yield* out.memory(sectionName(NEXT, i), memory, next[i]);
    for (const [i, memory] of slabs.tags.entries())
      if (memory !== undefined) yield* out.memory(sectionName(TAGS, i), memory, tags[i]);
    yield* index.save(out);
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
    slabs.changed = slabChanges(ledger.slabCount);
    for (const table of ['words', 'next', 'tags'] as const) slabs.changed[table].restore(saved[table]);
    yield* this.loadSlabs(saved, from);
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
    for (const [slab, name] of saved.stored) slabs.names[slab] = name;
    for (let i = 0; i < slabCount; i++) {
      const bytes = from.size(sectionName(TAGS, i));
      if (bytes < 0) continue;
      const next = new Int32Array(bytes);
      const tags = new Uint8Array(bytes);
      from.memory(sectionName(NEXT, i), next);
      from.memory(sectionName(TAGS, i), tags);
      slabs.next[i] = next;
      slabs.tags[i] = tags;
      if (slabs.names[i] === undefined) {
        const words = new Int32Array(new SharedArrayBuffer(bytes * ENTRY_WORDS * 4));
        from.memory(sectionName(WORDS, i), words);
        slabs.setWords(i, words);
      }
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
