/**
 * Questions about the graph of earlier, and their answers: columns that cross threads. What is not counted yet as of a
 * time (late, or in the bucket that is open) is not in an answer about it; in one about now is what is open.
 */

export type PastDetail = 'counts' | 'all';

/** As of one time, or what was counted between two; without `at` and `end` up to now. Times in ms. */
export interface PastQuestion {
  readonly at?: number;
  readonly start?: number;
  readonly end?: number;
  /** `all` gives histograms as well. */
  readonly detail: PastDetail;
  /** What the reader has of `nodes` and `ends` by earlier answers. */
  readonly have: { readonly nodes: number; readonly series: number };
}

export interface PastAnswer {
  /** Frame up to which everything is in it; the same number and question mean the same answer. */
  readonly through: number;
  readonly asOfMs: number;
  readonly startMs?: number;
  /** From when on the past can be asked, ms. */
  readonly begin: number;
  readonly problem?: 'before_history' | 'in_future';
  /** JSON text of an array of identities, those after `have`. */
  readonly nodes: string;
  /** `NODE_NUMBERS` for every node, see `graph-delta.ts`. */
  readonly nodeNumbers: Float64Array<ArrayBuffer>;
  /** Kind, source and target of every series after `have`. */
  readonly ends: Int32Array<ArrayBuffer>;
  /** All counters of every series. */
  readonly counters: Float64Array<ArrayBuffer>;
  /** First and last time of every series, µs. */
  readonly times: Float64Array<ArrayBuffer>;
  /** Per second: of the interactions of every series, and of those that process. */
  readonly rates: Float64Array<ArrayBuffer>;
  readonly words: readonly string[];
  /** Series, word of a verb and count, 0; or series, −1 − word of a group, received, processed. */
  readonly names: Float64Array<ArrayBuffer>;
  /** By series, as histograms write themselves. */
  readonly histograms?: Float64Array<ArrayBuffer>;
  /** By series, then by node: indexes into `STATES`. */
  readonly states: Uint8Array<ArrayBuffer>;
}

export interface SeriesQuestion {
  /** Ids of edges as spans named both ends, each on a line. */
  readonly edge: string;
  /** ms. */
  readonly start: number;
  readonly end: number;
  /** Minutes of a point. */
  readonly level: 1 | 10 | 60;
}

export interface SeriesPoint {
  readonly time: string;
  readonly seconds: number;
  readonly count: number;
  readonly errors: number;
  readonly messages?: number;
  readonly latency?: { readonly p50: number; readonly p95: number; readonly p99: number };
}

export interface HistoryStatus {
  /** From when on the past can be asked; null when it cannot. */
  readonly begin: string | null;
  /** Frame up to which everything is kept. */
  readonly through: number;
  readonly bytes: number;
  readonly maxBytes: number;
  readonly rows: Readonly<Record<'minutes' | 'ten_minutes' | 'hours' | 'bases', number>>;
  /** How often detail was given up before its time, since there was no room. */
  readonly coarsened: number;
  /** Rows that could not be read and were given up, since the start, and what the newest of them held; empty while none was. */
  readonly damagedRows: number;
  readonly damage: string;
  /** Why nothing can be kept; empty while all is well. */
  readonly message: string;
}

export interface Past {
  ask(question: PastQuestion): Promise<PastAnswer>;
  series(question: SeriesQuestion): Promise<readonly SeriesPoint[]>;
  status(): HistoryStatus;
}

const none = () => new Float64Array(0);

/** Where nothing of the past is kept. */
export const NO_PAST: Past = {
  ask: ({ at, end, start }) =>
    Promise.resolve({
      ...{ through: 0, asOfMs: at ?? end ?? start ?? 0, begin: Number.POSITIVE_INFINITY, problem: 'before_history' },
      ...{ nodes: '[]', nodeNumbers: none(), ends: new Int32Array(0), counters: none(), times: none(), rates: none() },
      ...{ words: [], names: none(), states: new Uint8Array(0) },
    }),
  series: () => Promise.resolve([]),
  status: () => ({
    ...{ begin: null, through: 0, bytes: 0, maxBytes: 0, coarsened: 0, damagedRows: 0, damage: '', message: '' },
    rows: { minutes: 0, ten_minutes: 0, hours: 0, bases: 0 },
  }),
};
