/** The ledger against a plain list of what was posted, whatever is in memory, on the disk, or was loaded anew. */
import { deserialize, serialize } from 'node:v8';
import { describe, expect, it } from 'vitest';
import { PROCESSED_AT, Rendezvous, SENT, SOUGHT } from '../../src/contract/rendezvous.ts';
import { MessageLedger } from '../../src/correlate/message-ledger.ts';
import { loadImage, type MemoryImage, MemoryImageReader, saveImage } from '../kits/memory-image.ts';
import { SlabDisk } from '../kits/slab-disk.ts';
import { Random } from '../oracle/random.ts';

const RUNS = Number(process.env.TACIT_PROPERTY_RUNS ?? 60);
const WAIT_MS = 60_000;
const KINDS = [SENT, SOUGHT, PROCESSED_AT] as const;
/** Rows leave after so many more entries. */
const KEPT_FOR = 20;

interface Entry {
  readonly kind: number;
  readonly a: number;
  readonly b: number;
  service: number;
  topic: number;
  time: number;
  row: number;
  span: number;
  isMet: boolean;
  hasLeft: boolean;
}

/** What is known of the newest first. */
class Model {
  entries: Entry[] = [];
  evicted = 0;

  post(entry: Entry, limit: number): void {
    this.entries.unshift(entry);
    while (this.entries.length > limit) {
      this.entries.pop();
      this.evicted++;
    }
  }

  under(kind: number, a: number, b: number): Entry[] {
    const isUnder = (entry: Entry) => entry.kind === kind && entry.a === a && entry.b === b;
    return this.entries.filter(entry => isUnder(entry) && !(kind === SOUGHT && entry.isMet));
  }
}

class World {
  readonly random: Random;
  readonly model = new Model();
  disk = new SlabDisk();
  ledger: MessageLedger;
  limit: number;
  readonly slab: number;
  readonly inMemory: number;
  /** Entries of a block of what is stored: programs to come store smaller ones. */
  block: number;
  nowMs = 1_700_000_000_000;
  /** Rows that are kept, and their entry. */
  readonly kept = new Map<number, Entry>();
  places = new Map<Entry, number>();
  rows = 0;
  reads = 0;
  restarts = 0;

  constructor(seed: number) {
    this.random = new Random(seed);
    this.slab = this.random.pick([4, 8, 32]);
    this.inMemory = this.random.pick([0, 1, 3]);
    this.block = this.random.pick([this.slab, this.slab / 2]);
    this.limit = this.random.pick([3, 50, 200, 1000]);
    this.ledger = this.made();
    this.ledger.advance(this.nowMs);
  }

  private made(): MessageLedger {
    const { slab, inMemory, block } = this;
    const ledger = new MessageLedger(this.limit, WAIT_MS, { slab, inMemory, block });
    ledger.store = this.disk;
    ledger.isRowKept = row => this.kept.has(row);
    return ledger;
  }

  run(steps: number): void {
    for (let i = 0; i < steps; i++) {
      const step = this.random.weighted({ post: 60, look: 30, meet: 8, advance: 12, restart: 0.6, disk: 1 });
      if (step === 'post') this.post();
      else if (step === 'look') this.look();
      else if (step === 'meet') this.meet();
      else if (step === 'advance') this.advance();
      else if (step === 'restart') this.restart();
      else this.disturb();
    }
    this.check();
  }

  private post(): void {
    const { random, ledger } = this;
    const side = new Rendezvous();
    side.kind = random.pick(KINDS);
    // Few keys, of which some share a bucket, and some a check.
    const n = random.below(32);
    side.a = (n << 27) | ((n >> 1) * 1024) | (n & 1);
    side.b = (random.pick([0x10000000, 0x70000000, -0x70000000]) + random.below(30)) | 1;
    side.service = random.below(100);
    side.topic = 1 + random.below(100);
    side.time = this.nowMs * 1000 + random.next();
    side.row = ++this.rows;
    [side.trace0, side.trace1, side.span0, side.span1] = [this.rows, ~this.rows, this.rows * 7, -1];
    const { kind, a, b, service, topic, time, row, span0: span } = side;
    const entry = { kind, a, b, service, topic, time, row, span, isMet: false, hasLeft: false };
    this.kept.set(row, entry);
    this.model.post(entry, this.limit);
    this.places.set(entry, ledger.post(side));
    for (const [old, its] of this.kept) if (old <= this.rows - KEPT_FOR) this.leave(old, its);
  }

  /** Most rows say so when they leave. */
  private leave(row: number, entry: Entry): void {
    this.kept.delete(row);
    if (!this.model.entries.includes(entry) || this.random.chance(0.05)) {
      if (entry.kind === SOUGHT) entry.isMet = true;
      Object.assign(entry, { hasLeft: undefined });
      return;
    }
    entry.hasLeft = true;
    entry.row = this.random.below(1000);
    this.ledger.leave(this.places.get(entry)!, entry.row);
  }

  private look(): void {
    const { random, model } = this;
    const known = model.entries[random.below(Math.max(1, model.entries.length))];
    if (known === undefined) return;
    this.compare(random.pick(KINDS), known.a, random.chance(0.9) ? known.b : known.b ^ 2);
  }

  private compare(kind: number, a: number, b: number): void {
    const { ledger } = this;
    const found: object[] = [];
    for (let at = ledger.first(kind, a, b); at >= 0; at = ledger.next(at, kind, b)) found.push(this.told(at));
    const expected = this.model.under(kind, a, b);
    expect(found.filter(one => !this.isSilent(one))).toEqual(
      expected.filter(entry => entry.hasLeft !== undefined).map(entry => this.toldOf(entry)),
    );
  }

  /** Of a row that left without a word it is open what is said. */
  private isSilent(found: object): boolean {
    const { span } = found as { span: number };
    return this.model.entries.some(entry => entry.span === span && entry.hasLeft === undefined);
  }

  private told(at: number): object {
    const { ledger } = this;
    const row = ledger.row(at);
    return {
      service: ledger.service(at),
      topic: ledger.topic(at),
      time: ledger.time(at),
      row,
      span: ledger.id(at, 2),
      isMet: ledger.isMet(at),
      hasLeft: ledger.hasLeft(at),
    };
  }

  private toldOf({ service, topic, time, row, span, isMet, hasLeft }: Entry): object {
    return { service, topic, time, row, span, isMet, hasLeft };
  }

  private meet(): void {
    const { random, model } = this;
    const entry = model.entries[random.below(Math.max(1, model.entries.length))];
    if (entry === undefined || entry.hasLeft === undefined) return;
    entry.isMet = true;
    this.ledger.meet(this.places.get(entry)!);
  }

  private advance(): void {
    this.nowMs += this.random.pick([0, 10, 200, 200, 2000, 30_000]);
    this.ledger.advance(this.nowMs);
    // Slices of time go as a whole; the ledger says how many are left.
    expect(this.ledger.count).toBeLessThanOrEqual(this.model.entries.length);
    this.model.entries.length = this.ledger.count;
  }

  private restart(): void {
    this.disk.finish();
    const image: MemoryImage = saveImage(this.ledger);
    const names = new MemoryImageReader(image).names('messages');
    this.reads += this.disk.reads;
    this.disk = this.disk.restart(names);
    if (this.random.chance(0.3)) this.limit = this.random.pick([3, 50, 200, 1000, 3000]);
    if (this.block > 1 && this.random.chance(0.2)) this.block /= 2;
    const before = this.ledger;
    this.ledger = this.made();
    let moved: ((entry: number) => number) | undefined;
    const reader = new MemoryImageReader(image);
    const loading = this.ledger.load(reader);
    for (;;) {
      const step = loading.next();
      reader.filled();
      if (!step.done) continue;
      moved = step.value;
      break;
    }
    const lost = before.count - this.ledger.count;
    expect(lost).toBe(Math.max(0, before.count - this.limit));
    this.model.entries.length -= lost;
    this.model.evicted += lost;
    for (const entry of this.model.entries) {
      const place = this.places.get(entry)!;
      this.places.set(entry, moved === undefined ? place : moved(place));
    }
    this.restarts++;
  }

  private disturb(): void {
    const { disk, random } = this;
    disk.isFull = random.chance(0.3);
    disk.isSlow = random.chance(0.3);
    disk.finish();
  }

  private check(): void {
    const { ledger, model } = this;
    expect(ledger.evicted).toBe(model.evicted);
    for (const entry of model.entries) this.compare(entry.kind, entry.a, entry.b);
    this.reads += this.disk.reads;
    expect(ledger.account().failedReads).toBe(0);
    for (const name of this.disk.slabs.keys()) expect(ledger.slabs.stored.map(one => one?.name)).toContain(name);
  }
}

describe('the ledger', () => {
  it('tells what was posted, newest first, wherever it is', () => {
    const sum = { reads: 0, restarts: 0 };
    for (let seed = 0; seed < RUNS; seed++) {
      const world = new World(seed);
      try {
        world.run(1500);
      } catch (error) {
        throw new Error(`seed ${seed}`, { cause: error });
      }
      sum.reads += world.reads;
      sum.restarts += world.restarts;
    }
    expect(sum.reads).toBeGreaterThan(RUNS * 10);
    expect(sum.restarts).toBeGreaterThan(RUNS);
  }, 600_000);

  it('reads slabs of a program that did not say how large their blocks are', () => {
    const sizes = { slab: 256, inMemory: 0 };
    const before = new MessageLedger(1000, WAIT_MS, { ...sizes, block: 128 });
    const disk = new SlabDisk();
    before.store = disk;
    const keyOf = (i: number) => [i, (i << 20) | 1] as const;
    fill(before, 0, 600, keyOf);
    const image = new Map(saveImage(before));
    const state = deserialize(image.get('ledger/state')!.bytes);
    for (const slab of state.stored) slab.length = 2;
    image.set('ledger/state', { bytes: serialize(state), version: undefined });
    const ledger = new MessageLedger(1000, WAIT_MS, sizes);
    ledger.store = disk;
    loadImage(ledger, image);
    fill(ledger, 600, 1000, keyOf);
    expect(ledger.account()).toMatchObject({ stored: 768 });
    for (let i = 0; i < 1000; i++) expect(ledger.row(ledger.first(SENT, ...keyOf(i)))).toBe(i);
    expect(ledger.account()).toMatchObject({ failedReads: 0 });
  });

  it('finds nothing where a slab cannot be read, counts it, and goes on', () => {
    const ledger = new MessageLedger(1000, WAIT_MS, { slab: 8, inMemory: 0 });
    const disk = new SlabDisk();
    ledger.store = disk;
    const side = new Rendezvous();
    for (let i = 0; i < 64; i++) {
      Object.assign(side, { kind: SENT, a: i, b: (i << 20) | 1, topic: 5 });
      ledger.leave(ledger.post(side), 1);
      ledger.advance(i);
    }
    expect(ledger.account()).toMatchObject({ stored: 64, failedReads: 0 });
    const found = () => [3, 60].map(i => ledger.first(SENT, i, (i << 20) | 1) >= 0);
    disk.slabs.set([...disk.slabs.keys()][0]!, new Uint8Array(0));
    const read = disk.read.bind(disk);
    disk.read = (name, block, into) => disk.slabs.get(name)!.length > 0 && read(name, block, into);
    expect(found()).toEqual([false, true]);
    expect(ledger.account().failedReads).toBe(1);
  });
});

/** Entries whose rows have left: they say their number in place of a path. */
function fill(ledger: MessageLedger, from: number, to: number, keyOf: (i: number) => readonly [number, number]): void {
  const side = new Rendezvous();
  for (let i = from; i < to; i++) {
    const [a, b] = keyOf(i);
    Object.assign(side, { kind: SENT, a, b, topic: 5 });
    ledger.leave(ledger.post(side), i);
    ledger.advance(i);
  }
}
