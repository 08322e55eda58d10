/** What `tacit storage` says of a data directory. */

/** A file, or several that are one thing. */
export interface CheckedPart {
  readonly what: string;
  /** Null where it holds none. */
  readonly frames: { readonly first: number; readonly last: number } | null;
  readonly bytes: number;
  /** Empty when it is as it was written. */
  readonly problem: string;
}

export interface StorageCheck {
  readonly path: string;
  /** `unknown` where a part could not be looked at. */
  readonly verdict: 'sound' | 'damaged' | 'unknown';
  readonly parts: readonly CheckedPart[];
  readonly problems: readonly string[];
  /** What is no damage, and may surprise. */
  readonly notes: readonly string[];
  /** What the next start does with it. */
  readonly nextStart: string;
}

export interface Compaction {
  readonly path: string;
  /** Frame of the checkpoint that is there now, alone. */
  readonly frame: number;
  readonly bytesBefore: number;
  readonly bytesAfter: number;
  /** Of these. */
  readonly historyBytes: number;
  readonly changesBytes: number;
  /** Damaged data that a start put aside, which only its owner removes. */
  readonly putAside: readonly string[];
}

/** A data directory as one file. */
export interface StorageArchive {
  readonly path: string;
  readonly file: string;
  /** Frame of its checkpoint; 0: none. */
  readonly checkpointFrame: number;
  readonly lastFrame: number;
  readonly files: number;
  readonly bytes: number;
  /** Of the history, and of changes, as they are in the directory. */
  readonly historyBytes: number;
  readonly changesBytes: number;
}

/** Work on data directories that no service uses. What cannot be done is thrown, for people to read. */
export interface StorageTools {
  check(directory: string): Promise<StorageCheck>;
  /** One checkpoint in as few bytes as it takes, and the journal behind it. */
  compact(directory: string): Promise<Compaction>;
  export(directory: string, file: string): Promise<StorageArchive>;
  /** The directory must be empty, or not be there. */
  import(directory: string, file: string): Promise<StorageArchive>;
}
