/** A journal whose clocks, turns and disk move when a test says so. */
import { Journal } from '../../../src/storage/journal/journal.ts';
import { type Recovered, type RecoveryOptions, recoverJournal } from '../../../src/storage/journal/recover.ts';
import { Random } from '../../oracle/random.ts';
import { SimulatedDisk } from '../../simulator/disk.ts';
import { Tables } from '../frames/batches.ts';
import { type Entry, entryOf } from './requests.ts';

const TABLES = new Tables();

export const BEGIN_MS = 1_700_000_000_000;

export class Bench {
  disk = new SimulatedDisk(new Random(1));
  wallMs = BEGIN_MS;
  monotonicMs = 0;
  /** By which the monotonic clock goes on whenever somebody looks. */
  msALook = 0;
  entries: Entry[] = [];
  journal!: Journal;
  segmentBytes = 1 << 20;
  maxWaitingBytes = 1 << 20;
  private turns: (() => void)[] = [];

  /** A journal in memory. */
  static inMemory(): Bench {
    const bench = new Bench();
    bench.journal = new Journal(bench.options, frame => bench.entries.push(entryOf(frame)));
    return bench;
  }

  static async onDisk(sizes: Partial<Pick<Bench, 'segmentBytes' | 'maxWaitingBytes'>> = {}): Promise<Bench> {
    const bench = Object.assign(new Bench(), sizes);
    await bench.restart();
    return bench;
  }

  /** What is on the disk is recovered, and gone on with. */
  async restart(options: Partial<RecoveryOptions> = {}): Promise<Recovered> {
    this.entries = [];
    const recovered = await this.recover(options);
    const { disk } = this;
    const device = { disk, directory: 'journal', encoder: this.encoder, after: recovered };
    this.journal = new Journal(this.options, frame => this.entries.push(entryOf(frame)), device);
    return recovered;
  }

  recover(options: Partial<RecoveryOptions> = {}): Promise<Recovered> {
    return recoverJournal({
      path: 'data',
      disk: this.disk,
      directory: 'journal',
      decoder: TABLES.decoder(),
      after: 0,
      stamp: 0,
      durable: 0,
      onCorruption: 'skip',
      apply: frame => this.entries.push(entryOf(frame)),
      monotonic: () => this.monotonicMs,
      later: setImmediate,
      ...options,
    });
  }

  /** Time goes on, by both clocks. */
  pass(ms: number): void {
    this.wallMs += ms;
    this.monotonicMs += ms;
  }

  /** One write or sync ends. */
  async step(): Promise<void> {
    this.disk.step();
    await heard();
  }

  /** What is left for later turns of the event loop: one of it. */
  async turn(): Promise<boolean> {
    const turn = this.turns.shift();
    turn?.();
    await heard();
    return turn !== undefined;
  }

  /** All ends that has begun. */
  async settle(): Promise<void> {
    await heard();
    for (let isBusy = true; isBusy; ) {
      isBusy = this.disk.step();
      await heard();
      isBusy = (await this.turn()) || isBusy;
    }
  }

  get encoder() {
    return TABLES.encoder();
  }

  get options() {
    return {
      clock: { now: () => this.wallMs },
      monotonic: () => {
        this.monotonicMs += this.msALook;
        return this.monotonicMs;
      },
      maxWaitingBytes: this.maxWaitingBytes,
      segmentBytes: this.segmentBytes,
      later: (run: () => void) => void this.turns.push(run),
    };
  }
}

/** Who waits for a promise hears of it. */
export async function heard(): Promise<void> {
  for (let i = 0; i < 6; i++) await undefined;
}

/** `pending`, `done`, or the message of the error, now. */
export async function stateOf(promise: Promise<unknown>): Promise<string> {
  let state = 'pending';
  promise.then(
    () => {
      state = 'done';
    },
    (error: Error) => {
      state = error.message;
    },
  );
  await heard();
  return state;
}
