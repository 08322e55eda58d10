/**
 * A topology that outlives its process: brought back from the newest checkpoint and the frames after it, journalled from
 * then on, and written whole from time to time while requests go on.
 */
import { StartError } from '../../contract/component.ts';
import type { Frame } from '../../contract/frame.ts';
import type { Logger } from '../../contract/logger.ts';
import type { StorageOptions, StorageStatus } from '../../contract/storage.ts';
import { ChangeFiles } from '../../storage/changes/change-files.ts';
import { CheckpointError, type CheckpointReport } from '../../storage/checkpoint/checkpoints.ts';
import { FrameDecoder } from '../../storage/frames/decoder.ts';
import { FrameEncoder } from '../../storage/frames/encoder.ts';
import type { History } from '../../storage/history/link.ts';
import { Journal } from '../../storage/journal/journal.ts';
import { type Recovered, recoverJournal } from '../../storage/journal/recover.ts';
import { describeDamage } from '../../storage/journal/survey.ts';
import { type DurableParts, JOURNAL, openStorage, type Storage } from '../../storage/storage.ts';
import { StorageError } from '../../storage/storage-error.ts';
import { historyOptionsOf } from './history-options.ts';
import { loadImage } from './load-image.ts';
import type { Topology } from './topology.ts';

/** Frames that a start applies in a second or so when they are ticks: those of a day. */
const MOST_TICKS = 1_000_000;
/**
 * Those that are due because much came in begin so many times as late as the one before took: a disk that is slow does
 * not spend its time on them.
 */
const LEAST_TIMES = 5;
/** Between two lines about a recovery that takes long. */
const PROGRESS_MS = 1000;

interface Recovery {
  checkpointFrame: number;
  bytes: number;
  totalBytes: number;
  frames: number;
  seconds: number;
  problems: readonly string[];
}

export class DurableTopology {
  private readonly topology: Topology;
  private readonly options: StorageOptions;
  private readonly logger: Logger;
  private readonly parts: DurableParts;
  private storage: Storage | undefined;
  private history: History | undefined;
  /** Damaged rows of it that the log tells of. */
  private damageTold = 0;
  private isRecovered = false;
  private readonly recovery: Recovery = {
    checkpointFrame: 0,
    bytes: 0,
    totalBytes: 0,
    frames: 0,
    seconds: 0,
    problems: [],
  };
  private setAside = 0;
  private checkpointing: Promise<void> | undefined;
  /** Frame of the newest checkpoint, and spans, records and the like received by then. */
  private lastCheckpoint = 0;
  private receivedThen = 0;
  /** When the newest checkpoint was begun, or the last attempt at one, and how long it took; one that failed: for ever. */
  private checkpointBeganMs = 0;
  private checkpointTookMs = 0;
  private readonly beganMs: number;
  /** When something was last said about the recovery. */
  private toldMs: number;

  /** @param parts what it stands on. */
  constructor(topology: Topology, options: StorageOptions, logger: Logger, parts: DurableParts) {
    this.topology = topology;
    this.options = options;
    this.logger = logger;
    this.parts = parts;
    this.beganMs = this.toldMs = parts.turns.monotonic();
  }

  /** See `Connector.recover`. */
  async recover(signal: AbortSignal): Promise<number> {
    try {
      const opening = openStorage(
        this.options,
        this.logger,
        (bytes, totalBytes) => this.tell({ bytes, totalBytes }, 'the checkpoint is checked'),
        this.parts,
      );
      // Readers may ask for the time to go on: it is that of the frames, until all of them are applied.
      [this.storage] = await Promise.all([opening, this.topology.journal.pause()]);
      this.keepChanges(this.storage);
      const history = this.keepHistory();
      // Who waits for it hears of it.
      history.catch(() => {});
      await this.load(this.storage, signal);
      if (signal.aborted) return 0;
      await history;
      this.topology.time.history.begin(this.lastCheckpoint, this.storage.found?.stampMs ?? 0);
      const recovered = await this.replay(this.storage, signal);
      if (!signal.aborted) await this.goOn(this.storage, recovered);
      return this.received - this.receivedThen;
    } catch (error) {
      await this.history?.close();
      await this.storage?.close();
      this.storage = undefined;
      if (signal.aborted) return 0;
      if (error instanceof StorageError) throw new StartError(error.message, error.hint);
      throw error;
    }
  }

  private keepChanges({ disk }: Storage): void {
    const { topology, logger } = this;
    const log = new ChangeFiles(disk, logger, topology.options.changes);
    topology.time.changes.keepIn({ log, durable: frame => this.durableTo(frame), logger });
  }

  private async keepHistory(): Promise<void> {
    const { topology, parts, options } = this;
    this.history = await parts.history(historyOptionsOf(topology.options, true), options.onCorruption);
    for (const problem of this.history.problems) this.logger.error({ path: options.path }, problem);
    topology.time.history.keepIn(this.history, frame => this.durableTo(frame));
  }

  private async load({ found, slabs }: Storage, signal: AbortSignal): Promise<void> {
    this.topology.correlator.meetings.ledger.store = slabs;
    if (found === undefined) return;
    this.recovery.checkpointFrame = this.lastCheckpoint = found.frame;
    await loadImage(this.topology.kept, found.image, this.parts.turns, signal);
    this.receivedThen = this.received;
  }

  private replay({ found, disk }: Storage, signal: AbortSignal): Promise<Recovered> {
    const { topology, recovery, parts } = this;
    const { identities, normalizer } = topology;
    const decoder = new FrameDecoder({
      identities,
      planNumber: plan => normalizer.databases.planOf(plan),
      groupNumber: name => normalizer.messaging.groups.numberOf(name),
    });
    return recoverJournal({
      ...parts.turns,
      signal,
      path: this.options.path,
      disk,
      directory: JOURNAL,
      decoder,
      after: found?.frame ?? 0,
      stamp: found?.stampMs ?? 0,
      durable: found?.durable ?? 0,
      onCorruption: this.options.onCorruption,
      apply: frame => topology.apply(frame),
      onProgress: progress => {
        Object.assign(recovery, progress, { seconds: this.secondsSoFar() });
        this.tell(progress, 'the frames of the journal are applied');
      },
    });
  }

  private tell(progress: object, what: string): void {
    const now = this.parts.turns.monotonic();
    if (now - this.toldMs < PROGRESS_MS) return;
    this.toldMs = now;
    this.logger.info(progress, `recovering: ${what}`);
  }

  /** From now on requests may come. */
  private async goOn(
    storage: Storage,
    { frame, stamp, frames, bytes, totalBytes, tornBytes, damage, setAside, headless }: Recovered,
  ): Promise<void> {
    const { topology, recovery, options, logger, parts } = this;
    const damaged = damage.map(one => `${describeDamage(one)}; it is skipped: what was said there is not counted`);
    const unapplied = setAside.map(({ number, reason }) => describeSetAside(number, reason));
    const problems = [
      ...storage.problems,
      ...(this.history?.problems ?? []),
      ...damaged,
      ...unapplied,
      ...headless.map(file => `${file} lost its header`),
    ];
    Object.assign(recovery, { frames, bytes, totalBytes, problems, seconds: this.secondsSoFar() });
    for (const problem of [...damaged, ...unapplied]) logger.error({ path: options.path }, problem);
    this.setAside = setAside.length;
    const { identities, plans, normalizer } = topology;
    const encoder = new FrameEncoder({ identities, plans, groups: normalizer.messaging.groups.names });
    topology.journal = new Journal(
      {
        ...parts.turns,
        clock: parts.clock,
        maxWaitingBytes: options.maxWaitingBytes,
        segmentBytes: parts.segmentBytes,
        after: parts.after,
      },
      next => this.apply(next),
      { disk: storage.disk, directory: JOURNAL, encoder, after: { frame, stamp } },
    );
    topology.settle();
    topology.time.settle();
    await topology.journal.flush();
    topology.time.settle();
    this.isRecovered = true;
    this.checkpointBeganMs = parts.turns.monotonic();
    const { checkpointFrame, seconds } = recovery;
    const said = frame === 0 ? 'nothing was kept so far' : 'what was kept is there again';
    logger.info({ path: options.path, checkpointFrame, frames, tornBytes, seconds }, said);
  }

  /**
   * Whether the journal has a frame for certain, by now or in a moment: ticks are applied before they are written, and
   * their numbers are used again when a crash lost them.
   */
  async durableTo(frame: number): Promise<boolean> {
    const { journal } = this.topology;
    const isDurable = () => (journal.counters?.durable ?? 0) >= frame;
    if (!isDurable()) await journal.flush();
    return isDurable();
  }

  /** A start applies the frame again, with the same outcome: what follows must not wait for it. */
  private apply(frame: Frame): void {
    try {
      this.topology.apply(frame);
    } catch (error) {
      this.setAside++;
      this.logger.error({ error }, describeSetAside(frame.number, (error as Error).message));
    }
  }

  private get received(): number {
    const { correlator, logRecords, progress } = this.topology;
    return correlator.fates.received + correlator.records.received + logRecords + progress.taken;
  }

  /** Time alone is applied again at no cost: an idle service need not write. */
  private get isKept(): boolean {
    return this.received === this.receivedThen && this.topology.journal.frames - this.lastCheckpoint < MOST_TICKS;
  }

  /** To be called about ten times a second. Resolves when one that was due is there. */
  async checkpointIfDue(): Promise<void> {
    if (this.checkpointing === undefined && this.isDue()) await this.checkpoint();
  }

  private isDue(): boolean {
    const { checkpointMs, checkpointItems = Number.POSITIVE_INFINITY } = this.options;
    const sinceMs = this.parts.turns.monotonic() - this.checkpointBeganMs;
    if (sinceMs >= checkpointMs) return true;
    return this.received - this.receivedThen >= checkpointItems && sinceMs >= this.checkpointTookMs * LEAST_TIMES;
  }

  /** The state after the last frame, on the disk, unless it is there. Never rejects. @param isAlone nothing comes in. */
  checkpoint(isAlone = false): Promise<void> {
    this.checkpointing ??= this.takeCheckpoint(isAlone).finally(() => {
      this.checkpointing = undefined;
    });
    return this.checkpointing;
  }

  private async takeCheckpoint(isAlone: boolean): Promise<void> {
    const { topology, storage, logger } = this;
    const { journal } = topology;
    const { monotonic } = this.parts.turns;
    this.checkpointBeganMs = monotonic();
    if (storage === undefined || !this.isRecovered || journal.state === 'failed' || this.isKept) return;
    this.checkpointTookMs = Number.POSITIVE_INFINITY;
    try {
      let received = 0;
      let history: Promise<void> | undefined;
      const { frame, neededFrom } = await storage.checkpoint({
        parts: topology.kept,
        isAlone,
        pause: async () => {
          const frame = await journal.pause();
          received = this.received;
          history = this.writeHistory(frame);
          history.catch(() => {});
          return { frame, stampMs: topology.stampMs, durable: frame, settings: topology.settings };
        },
        copied: () => {
          journal.resume();
          return history;
        },
      });
      this.lastCheckpoint = frame;
      this.receivedThen = received;
      this.checkpointTookMs = monotonic() - this.checkpointBeganMs;
      journal.trim(neededFrom);
      this.tellDamage();
    } catch (error) {
      // The storage has said so, and the next one is tried in its time.
      if (!(error instanceof CheckpointError)) logger.error({ error }, 'a checkpoint failed');
    }
  }

  /**
   * Frames that are in a checkpoint are not applied again: what they counted has to be written before it counts. What is
   * told by now is of these frames; those behind them may be applied while it is written.
   */
  private async writeHistory(frame: number): Promise<void> {
    try {
      await this.topology.time.history.cut(frame);
    } catch (error) {
      const { message } = error as Error;
      throw new CheckpointError(`the history does not have what was counted: ${message}; it is tried again`, {
        cause: error,
      });
    }
  }

  /** What was acknowledged is on the disk, and the state as well, so that the next start is quick. */
  async stop(): Promise<void> {
    const { storage, topology } = this;
    if (storage === undefined) return;
    await this.checkpointing;
    if (this.isRecovered) {
      await topology.journal.flush();
      await topology.time.changes.close();
      await this.checkpoint(true);
      await topology.journal.close();
    }
    await topology.time.history.close();
    await storage.close();
  }

  status(): StorageStatus {
    const { options, topology, recovery, storage } = this;
    const { journal } = topology;
    const { counters } = journal;
    const checkpoints = storage?.status();
    return {
      path: options.path,
      state: this.isRecovered ? journal.state : 'recovering',
      message: journal.message,
      recovery: { ...recovery },
      journal: {
        bytes: counters?.bytesOnDisk ?? 0,
        segments: counters?.segments ?? 0,
        lastFrame: journal.frames,
        waitingFrames: journal.waitingFrames,
        waitingBytes: journal.waitingBytes,
        setAside: this.setAside,
        writtenBytes: counters?.writtenBytes ?? 0,
        syncs: counters?.syncs ?? 0,
      },
      checkpoint: checkpoints?.last === undefined ? null : checkpointStatus(checkpoints.last, checkpoints.ageMs),
      checkpointBytes: Math.max(0, checkpoints?.diskBytes ?? 0),
      failedCheckpoints: checkpoints?.failures ?? 0,
      freeBytes: checkpoints?.freeBytes ?? -1,
    };
  }

  private tellDamage(): void {
    const { damagedRows, damage } = this.topology.time.history.status();
    if (damagedRows > this.damageTold) this.logger.error({ path: this.options.path, rows: damagedRows }, damage);
    this.damageTold = damagedRows;
  }

  private secondsSoFar(): number {
    return (this.parts.turns.monotonic() - this.beganMs) / 1000;
  }
}

function checkpointStatus(last: CheckpointReport, ageMs: number): StorageStatus['checkpoint'] {
  const { frame, createdMs, bytes, writtenBytes, pausedMs, totalMs } = last;
  return {
    frame,
    at: new Date(createdMs).toISOString(),
    ageSeconds: ageMs / 1000,
    bytes,
    writtenBytes,
    pauseSeconds: pausedMs / 1000,
    seconds: totalMs / 1000,
  };
}

function describeSetAside(number: number, reason: string): string {
  return `frame ${number} cannot be applied (${reason}) and is set aside: what it says is not counted, or in part`;
}
