/** What keeps data beyond a restart: how a service is told to, and what it tells of it. */

/** Directory of a data directory: how far exporters are (`*.json`), and what could not be delivered (`*.dead.ndjson`). */
export const DELIVERY = 'delivery';

/** A data directory, and how it is used. */
export interface StorageOptions {
  readonly path: string;
  /** What damaged data that had been acknowledged comes to at a start: it is skipped and reported, or the start refused. */
  readonly onCorruption: 'skip' | 'refuse';
  /** Between two checkpoints. */
  readonly checkpointMs: number;
  /** Spans, records and the like that come in between two, at most; left out: as many as do. */
  readonly checkpointItems?: number;
  /** Observations that may wait for the disk. */
  readonly maxWaitingBytes: number;
}

export const STORAGE_STATES = ['recovering', 'ok', 'unavailable', 'failed'] as const;
/**
 * `unavailable`: nothing can be written now (a full disk), requests are refused until it can; `failed`: what the disk
 * holds is not known any more, only a restart helps.
 */
export type StorageState = (typeof STORAGE_STATES)[number];

export interface StorageStatus {
  readonly path: string;
  readonly state: StorageState;
  /** What is wrong; empty while nothing is. */
  readonly message: string;
  /** Of the last start. */
  readonly recovery: {
    /** Frame of the checkpoint it began with; 0: none. */
    readonly checkpointFrame: number;
    /** Read and to be read of the journal after it. */
    readonly bytes: number;
    readonly totalBytes: number;
    readonly frames: number;
    readonly seconds: number;
    /** What was damaged or missing, and what became of it. */
    readonly problems: readonly string[];
  };
  readonly journal: {
    readonly bytes: number;
    readonly segments: number;
    readonly lastFrame: number;
    readonly waitingFrames: number;
    readonly waitingBytes: number;
    /** Frames that could not be applied: a fault of the program. */
    readonly setAside: number;
    readonly writtenBytes: number;
    readonly syncs: number;
  };
  /** The newest; null before the first. */
  readonly checkpoint: {
    readonly frame: number;
    readonly at: string;
    readonly ageSeconds: number;
    readonly bytes: number;
    /** Less than `bytes` where parts did not change. */
    readonly writtenBytes: number;
    /** For how long frames waited, while what changed last was copied; requests did not. */
    readonly pauseSeconds: number;
    readonly seconds: number;
  } | null;
  /** Of all checkpoints, with what is still needed of earlier ones. */
  readonly checkpointBytes: number;
  /** Checkpoints that failed since the start. */
  readonly failedCheckpoints: number;
  /** On the disk, -1 unknown. */
  readonly freeBytes: number;
}
