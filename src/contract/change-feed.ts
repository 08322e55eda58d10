/** Published changes → whoever tells them on: stored before they are seen here, in order, without gaps within `oldest` to `newest`. */

export interface ChangePage {
  /** JSON texts of changes, in order. */
  readonly changes: readonly string[];
  /** The place after these, to go on from. */
  readonly next: number;
  readonly oldest: number;
  readonly newest: number;
}

export interface ChangesStatus {
  /** Numbers of the oldest that can be read and of the newest, and their times; null when there is none. */
  readonly oldest: { readonly seq: number; readonly at: string } | null;
  readonly newest: { readonly seq: number; readonly at: string } | null;
  readonly bytes: number;
  /** Not stored yet, and not told. */
  readonly waiting: number;
  /** Never told, since too many waited for the disk. */
  readonly dropped: number;
  /** Why nothing can be stored; empty while all is well. */
  readonly message: string;
}

export interface ChangeFeed {
  /** Number of the newest change; 0 when there is none. */
  readonly newest: number;
  /** Of the oldest that is kept. */
  readonly oldest: number;
  /** Those that follow a place, at most `limit` and 1 MiB; what is no longer kept is passed over. */
  read(after: number, limit: number): Promise<ChangePage>;
  /** `heard` is called when changes were stored, and must return at once. Returns what ends it. */
  follow(heard: (texts: readonly string[], first: number) => void): () => void;
  /** Resolves when the past is there again after a start. */
  ready(): Promise<void>;
  status(): ChangesStatus;
}

/** Where nothing is told. */
export const NO_CHANGES: ChangeFeed = {
  newest: 0,
  oldest: 0,
  read: () => Promise.resolve({ changes: [], next: 0, oldest: 0, newest: 0 }),
  follow: () => () => {},
  ready: () => Promise.resolve(),
  status: () => ({ oldest: null, newest: null, bytes: 0, waiting: 0, dropped: 0, message: '' }),
};
