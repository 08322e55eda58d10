/**
 * What an interrupted run tells of the past, against what its frames tell without any interruption: every change once,
 * under the same number, in the same words; and the same counts of every edge and node by the end of every bucket.
 */
import { DatabaseSync } from 'node:sqlite';
import type { Change } from '../../src/contract/change.ts';
import { PastGraph } from '../../src/query/past.ts';
import { historyOptionsOf } from '../../src/service/topology/history-options.ts';
import type { Topology } from '../../src/service/topology/topology.ts';
import { historyHere } from '../../src/storage/history/link.ts';
import type { HistorySource } from '../../src/storage/history/source.ts';

const MINUTE_MS = 60_000;
const PAGE = 1000;

/** A database of history that outlives the process, with its commits. */
export class HistoryInMemory implements HistorySource {
  readonly path = 'memory';
  private readonly db: FailingDatabase;

  /** @param fails whether the next transaction does. */
  constructor(fails = () => false) {
    this.db = new FailingDatabase(fails);
  }

  open(): DatabaseSync {
    return this.db;
  }

  close(): void {}

  /** Nobody asks it any more. */
  end(): void {
    this.db.end();
  }

  setAside(): void {
    throw new Error('history was not damaged');
  }

  /** Where its buckets end, minutes. */
  ends(): readonly number[] {
    const rows = this.db.prepare('SELECT DISTINCT bucket + level AS minute FROM inc').all();
    return rows.map(({ minute }) => Number(minute));
  }
}

class FailingDatabase extends DatabaseSync {
  private fails: () => boolean;

  constructor(fails: () => boolean) {
    super(':memory:');
    this.fails = fails;
  }

  override exec(sql: string): void {
    if (sql.startsWith('BEGIN') && this.fails()) throw new Error('the disk is full');
    super.exec(sql);
  }

  /** Node never collects a database: it is not to hold a whole world. */
  end(): void {
    this.close();
    this.fails = () => false;
  }
}

/** Of a topology that was never stopped: what it tells, from its first frame on. */
export class UninterruptedPast {
  readonly told: Change[] = [];
  readonly history = new HistoryInMemory();
  private readonly wall: () => number;

  constructor(wall: () => number) {
    this.wall = wall;
  }

  /** Before the first frame. */
  async keep({ time, options }: Topology): Promise<void> {
    time.offer = change => void this.told.push(change);
    const history = await historyHere(this.history, this.wall)(historyOptionsOf(options, true), 'refuse');
    time.history.keepIn(history, () => Promise.resolve(true));
    time.history.begin(0, 0);
    time.history.settle();
  }
}

/** What was told in the lives of a world, as whoever follows heard it. */
export class HeardChanges {
  readonly problems: string[] = [];
  private readonly texts = new Map<number, string>();

  hear(texts: readonly string[], first: number): void {
    for (const [i, text] of texts.entries()) {
      if (this.texts.has(first + i)) this.problems.push(`change ${first + i} is told again`);
      this.texts.set(first + i, text);
    }
  }

  /** Some may have been stored and not told before a process ended. */
  different(changes: readonly string[], first: number): readonly string[] {
    const wrong = [...this.texts].filter(([seq, text]) => changes[seq - first] !== text);
    return wrong.map(([seq, text]) => `told and not kept like this: ${text}, kept: ${changes[seq - first]}`);
  }
}

export async function pastDifferences(
  { told, history }: UninterruptedPast,
  reference: Topology,
  topology: Topology,
  kept: HistoryInMemory,
  heard: HeardChanges,
): Promise<readonly string[]> {
  const expected = told.map(change => JSON.stringify(change));
  const stored = await allChanges(topology);
  const length = Math.max(expected.length, stored.length);
  const changes = Array.from({ length }, (_, i) => i)
    .filter(i => expected[i] !== stored[i])
    .map(i => `change ${i} without interruption: ${expected[i]}; here: ${stored[i]}`);
  const heardWrong = heard.different(stored, told[0]?.seq ?? 0);
  return [...changes, ...heardWrong, ...(await historyDifferences(reference, history, topology, kept))];
}

async function allChanges({ changes }: Topology): Promise<readonly string[]> {
  const all: string[] = [];
  for (let after = 0; ; ) {
    const page = await changes.read(after, PAGE);
    if (page.changes.length === 0) return all;
    all.push(...page.changes);
    after = page.next;
  }
}

async function historyDifferences(
  reference: Topology,
  history: HistoryInMemory,
  topology: Topology,
  kept: HistoryInMemory,
): Promise<readonly string[]> {
  const frame = topology.journal.frames;
  await Promise.all([reference.time.history.cut(frame), topology.time.history.cut(frame)]);
  const ends = [...new Set([...history.ends(), ...kept.ends()])].sort((a, b) => a - b);
  const problems: string[] = [];
  for (const minute of ends) {
    const [one, other] = await Promise.all([reference, topology].map(of => asOf(of, minute * MINUTE_MS)));
    for (const id of new Set([...one!.keys(), ...other!.keys()])) {
      if (one!.get(id) === other!.get(id)) continue;
      const when = new Date(minute * MINUTE_MS).toISOString();
      problems.push(`history up to ${when}, without interruption: ${one!.get(id)}; here: ${other!.get(id)}`);
    }
  }
  return problems;
}

/**
 * By id. Examples are none of it, rates follow from the counts, names have no order, and a time that was written once and
 * taken back stays a first or a last one.
 */
async function asOf({ past }: Topology, at: number): Promise<ReadonlyMap<string, string>> {
  const { begin } = past.status();
  // Nodes may have been there before the first edge was.
  if (begin === null || at < Date.parse(begin)) return new Map();
  const { edges, nodes } = await new PastGraph(question => past.ask(question)).view({ at }, 'all');
  const counted = edges.map(({ exemplars: _e, rate: _r, ...rest }) => rest);
  const all = [...counted, ...nodes].map(({ firstSeen: _f, lastSeen: _l, ...rest }) => rest);
  return new Map(all.map(one => [one.id, JSON.stringify(one, inOrder)]));
}

function inOrder(_name: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
