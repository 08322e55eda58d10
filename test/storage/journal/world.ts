/**
 * A seeded world around a journal: clients, two clocks, a disk that fails, power that goes. It lives several lives on one
 * disk, each recovered from what the one before left, and says in `problems` what was not as promised.
 */
import { isDeepStrictEqual } from 'node:util';
import type { RetryableError } from '../../../src/contract/errors.ts';
import { Journal } from '../../../src/storage/journal/journal.ts';
import { type Recovered, recoverJournal } from '../../../src/storage/journal/recover.ts';
import { Random } from '../../oracle/random.ts';
import { SimulatedDisk } from '../../simulator/disk.ts';
import { Tables } from '../frames/batches.ts';
import { addRows, type Entry, entryOf, isTick, requestOf, settingsOf } from './requests.ts';

interface Checkpoint {
  readonly frame: number;
  readonly stamp: number;
  readonly entries: readonly Entry[];
}

const FULL_DISK_RETRY = 5;

const OPERATIONS = {
  request: 10,
  disk: 14,
  tick: 5,
  turn: 4,
  abort: 1,
  settings: 0.3,
  clock: 0.3,
  capacity: 0.3,
  faults: 0.1,
  pause: 0.5,
  checkpoint: 0.4,
  trim: 0.2,
} as const;

const TABLES = new Tables();
const ENCODER = TABLES.encoder();
const DECODER = TABLES.decoder();

/** What went wrong in the world of a seed, and the seed. */
export async function problemsOf(seed: number): Promise<string[]> {
  const world = new World(seed);
  try {
    await world.live(4, 200);
  } catch (error) {
    world.problems.push(String(error));
  }
  return world.problems.map(problem => `seed ${seed}: ${problem}`);
}

class World {
  readonly problems: string[] = [];
  readonly disk: SimulatedDisk;
  private readonly random: Random;
  private wallMs = 1_700_000_000_000;
  private monotonicMs = 0;
  private entries: Entry[] = [];
  private checkpoints: Checkpoint[] = [{ frame: 0, stamp: 0, entries: [] }];
  private readonly acknowledged = new Set<number>();
  private readonly refused = new Set<number>();
  private lastId = 0;
  private later: (() => void)[] = [];
  /** Connections whose requests wait for each other; none: nobody waits. */
  private readonly senders: readonly (object | undefined)[];
  private alarms: { readonly atMs: number; readonly run: () => void }[] = [];
  private journal!: Journal;
  private isPaused = false;
  private readonly operations: Record<keyof typeof OPERATIONS, () => void> = {
    request: () => this.request(),
    disk: () => void this.disk.step(),
    tick: () => this.journal.tick(),
    turn: () => this.later.shift()?.(),
    abort: () => this.abort(),
    settings: () => this.journal.settings(settingsOf(this.random.below(1000))),
    clock: () => this.clock(),
    capacity: () => this.capacity(),
    faults: () => this.faults(),
    pause: () => this.pause(),
    checkpoint: () => this.checkpoint(),
    trim: () => this.journal.trim(this.checkpoints[0]!.frame),
  };

  constructor(seed: number) {
    this.random = new Random(seed);
    this.disk = new SimulatedDisk(this.random);
    // By the seed itself: worlds in which something was found stay what they were.
    if (seed % 2 === 1) this.disk.ahead = 3000;
    this.senders = [[{}, {}, {}], [], [{}, {}, undefined]][seed % 3]!;
  }

  async live(lives: number, operations: number): Promise<void> {
    for (let life = 0; life < lives && this.problems.length === 0; life++) {
      await this.recover();
      for (let left = this.random.below(operations); left > 0; left--) await this.operate();
      await this.end();
    }
    await this.recover();
  }

  private get gathers(): boolean {
    return this.senders.length > 0;
  }

  private async recover(): Promise<void> {
    if (this.checkpoints.length > 1 && this.random.chance(0.2)) this.checkpoints.pop();
    const newest = this.checkpoints.at(-1)!;
    const before = this.entries;
    this.entries = [...newest.entries];
    const recovered = await recoverJournal({
      path: 'data',
      disk: this.disk,
      directory: 'journal',
      decoder: DECODER,
      after: newest.frame,
      stamp: newest.stamp,
      durable: newest.frame,
      onCorruption: 'refuse',
      apply: frame => this.entries.push(entryOf(frame)),
      monotonic: () => this.monotonicMs,
      later: setImmediate,
    });
    this.compare(before, recovered);
    this.begin(recovered);
  }

  private begin(recovered: Recovered): void {
    this.later = [];
    this.alarms = [];
    this.isPaused = false;
    this.disk.faults.sync = this.disk.faults.write = 0;
    this.disk.capacity = Number.MAX_SAFE_INTEGER;
    const options = {
      clock: { now: () => this.wallMs },
      monotonic: () => this.monotonicMs,
      maxWaitingBytes: 2000,
      segmentBytes: 600,
      later: (run: () => void) => void this.later.push(run),
      ...(this.gathers && {
        after: (ms: number, run: () => void) => void this.alarms.push({ atMs: this.monotonicMs + ms, run }),
      }),
    };
    const device = { disk: this.disk, directory: 'journal', encoder: ENCODER, after: recovered };
    this.journal = new Journal(options, frame => void this.entries.push(entryOf(frame)), device);
  }

  private compare(before: readonly Entry[], { frame, stamp, damage }: Recovered): void {
    const { entries } = this;
    if (damage.length > 0) this.problems.push(`damage: ${JSON.stringify(damage)}`);
    for (const [i, entry] of entries.entries()) {
      if (entry.number !== i + 1) this.problems.push(`frame ${i + 1} is ${entry.number}`);
      if (i > 0 && entry.arrivalMs < entries[i - 1]!.arrivalMs)
        this.problems.push(`stamp of ${entry.number} goes back`);
      if (i < before.length && !isDeepStrictEqual(entry, before[i])) {
        this.problems.push(`was ${JSON.stringify(before[i])}, is ${JSON.stringify(entry)}`);
      }
    }
    const lost = before.slice(entries.length).filter(entry => !isTick(entry));
    if (lost.length > 0) this.problems.push(`lost: ${JSON.stringify(lost)}`);
    if (frame !== entries.length) this.problems.push(`goes on after ${frame}, not ${entries.length}`);
    if (stamp < (entries.at(-1)?.arrivalMs ?? 0)) this.problems.push('the stamp goes back');
    this.compareIds(entries.flatMap(entry => entry.ids ?? []));
  }

  private compareIds(ids: readonly number[]): void {
    const once = new Set(ids);
    if (once.size < ids.length) this.problems.push('something is there twice');
    const lost = [...this.acknowledged].filter(id => !once.has(id));
    if (lost.length > 0) this.problems.push(`acknowledged, and not there: ${lost}`);
    const returned = [...this.refused].filter(id => once.has(id));
    if (returned.length > 0) this.problems.push(`refused, and there: ${returned}`);
  }

  private async operate(): Promise<void> {
    this.monotonicMs += this.random.below(this.gathers ? this.random.pick([2, 60]) : 60);
    this.wallMs += this.random.below(60);
    const due = this.alarms.filter(({ atMs }) => atMs <= this.monotonicMs);
    this.alarms = this.alarms.filter(({ atMs }) => atMs > this.monotonicMs);
    for (const { run } of due) run();
    this.operations[this.random.weighted(OPERATIONS)]();
    // Who waits for a promise hears of it.
    for (let i = 0; i < 4; i++) await undefined;
  }

  private request(): void {
    try {
      this.journal.admit();
    } catch {
      return;
    }
    const ids = Array.from({ length: 1 + this.random.below(4) }, () => ++this.lastId);
    const sender = this.gathers ? this.senders[this.random.below(3)] : undefined;
    requestOf(sender, this.journal, ids)!.then(
      () => addAll(this.acknowledged, ids),
      (error: RetryableError) => {
        if (error.retryAfterSeconds === FULL_DISK_RETRY) addAll(this.refused, ids);
      },
    );
  }

  private abort(): void {
    addRows(this.journal.batch, [++this.lastId]);
    this.journal.batch.rollback();
    this.refused.add(this.lastId);
  }

  /** It jumps, or the service was idle for long. */
  private clock(): void {
    this.wallMs += this.random.below(7_200_000) - 3_600_000;
    if (this.random.chance(0.5)) this.monotonicMs += 11_000;
  }

  private capacity(): void {
    const used = Number.MAX_SAFE_INTEGER - this.disk.free();
    const isFull = this.disk.capacity < Number.MAX_SAFE_INTEGER;
    this.disk.capacity = isFull ? Number.MAX_SAFE_INTEGER : used + this.random.below(600);
  }

  private faults(): void {
    this.disk.faults.sync = this.random.chance(0.3) ? 0.3 : 0;
    this.disk.faults.write = this.random.chance(0.3) ? 0.1 : 0;
  }

  private pause(): void {
    if (this.isPaused) this.journal.resume();
    else this.journal.pause().catch(() => {});
    this.isPaused = !this.isPaused;
  }

  private checkpoint(): void {
    const { journal } = this;
    if (this.isPaused) return;
    this.isPaused = true;
    const save = async () => {
      const frame = await journal.pause();
      const entries = this.entries.slice(0, frame);
      await journal.flush();
      if (journal.state !== 'ok' || journal !== this.journal) return;
      this.checkpoints = [...this.checkpoints.slice(-1), { frame, stamp: entries.at(-1)?.arrivalMs ?? 0, entries }];
    };
    save().catch(() => {});
  }

  private async end(): Promise<void> {
    const how = this.random.pick(['crash', 'kill', 'close'] as const);
    if (how === 'close') await this.close();
    if (how === 'kill') this.disk.kill();
    else this.disk.crash();
    // Ticks go on after a failure; a restart does not know them.
    if (this.journal.state === 'failed') this.entries.length = 1 + this.entries.findLastIndex(entry => !isTick(entry));
  }

  private async close(): Promise<void> {
    let isClosed = false;
    if (this.isPaused) this.journal.resume();
    void this.journal.close().then(() => {
      isClosed = true;
    });
    for (let i = 0; i < 1000 && !isClosed; i++) {
      this.operations.turn();
      this.operations.disk();
      for (let j = 0; j < 4; j++) await undefined;
    }
    if (!isClosed) this.problems.push('closing does not end');
  }
}

function addAll(to: Set<number>, ids: readonly number[]): void {
  for (const id of ids) to.add(id);
}
