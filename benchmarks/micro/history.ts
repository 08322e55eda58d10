/**
 * What history costs: 30 days of many edges go to the keeper as a service would have sent them, and then questions about
 * earlier are asked: of the keeper alone, and with the view and the JSON text that the thread of the API makes of its
 * answers. `node benchmarks/micro/history.ts [COPIES [FILE]]`: 10,240 edges are built, and their rows copied so many times
 * under other numbers and names; with TACIT_BUSY=1 all of them are called all the time, instead of few. A file that is there is asked without being built. Times are those of the thread's CPU.
 */
import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { Figures } from '../../src/contract/graph-view.ts';
import type { PastQuestion } from '../../src/contract/past.ts';
import { diffGraphs } from '../../src/query/diff.ts';
import { DEFAULT_DIFF_LIMIT, DEFAULT_MIN_RATIO, diffDocument } from '../../src/query/diff-document.ts';
import { graphDocument, graphDocumentPieces } from '../../src/query/document.ts';
import { PastGraph } from '../../src/query/past.ts';
import { HistoryKeeper, type HistoryOptions } from '../../src/storage/history/keeper.ts';
import { FILE_FORM } from '../../src/storage/history/source.ts';
import { HistoryTables } from '../../src/storage/history/tables.ts';
import { ACTIVE_SHARE, HistoryTraffic } from './history-traffic.ts';

const COPIES = Number(process.argv[2] ?? 1);
const BUILT = 20 * 512;
const EDGES = BUILT * COPIES;
const FILE = process.argv[3];
const MINUTE_MS = 60_000;
const HOUR = 60;
const HOURS = 30 * 24;
/** Minutes since 1970: what is older than these comes by the hour, and by ten minutes, at once. */
const END = Date.UTC(2026, 0, 31) / MINUTE_MS;
const BEGIN = END - HOURS * HOUR;
const [TENS, FINE] = [END - 72 * HOUR, END - 6 * HOUR];
const OPTIONS: HistoryOptions = {
  keepMs: (HOURS + 24) * HOUR * MINUTE_MS,
  minutesMs: 6 * HOUR * MINUTE_MS,
  tenMinutesMs: 72 * HOUR * MINUTE_MS,
  maxBytes: 2 ** 40,
  halfLifeMs: HOUR * MINUTE_MS,
};

const isThere = FILE !== undefined && existsSync(FILE);
const db = new DatabaseSync(FILE ?? ':memory:');
db.exec(`${FILE_FORM}; PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF`);
let nowMs = END * MINUTE_MS;

function build(): HistoryKeeper {
  nowMs = BEGIN * MINUTE_MS;
  new HistoryKeeper(db, OPTIONS, () => nowMs).beginAnew(BEGIN);
  const tables = new HistoryTables(db);
  tables.transaction(() => tables.mark({ tens: TENS, fine: FINE }));
  const keeper = new HistoryKeeper(db, OPTIONS, () => nowMs);
  const traffic = new HistoryTraffic(BUILT);
  const spent = { writing: 0, keeping: 0, minute: 0 };
  for (let minute = BEGIN; minute < END; ) {
    const minutes = minute < TENS ? HOUR : minute < FINE ? 10 : 1;
    const part = traffic.part(minute, minutes);
    minute += minutes;
    nowMs = minute * MINUTE_MS;
    const [writing] = timed(() => keeper.take(part));
    const [keeping] = timed(() => {
      while (keeper.keepUp());
    });
    spent.writing += writing;
    spent.keeping += keeping;
    if (minutes === 1) spent.minute += writing / (END - FINE);
  }
  const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
  console.log(`built in ${seconds(spent.writing + spent.keeping)}, ${seconds(spent.keeping)} of it to keep up`);
  console.log(`a minute: ${spent.minute.toFixed(1)} ms to write`);
  copy();
  return new HistoryKeeper(db, OPTIONS, () => nowMs);
}

/** ms. */
function spentNow(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

function timed<T>(what: () => T): [ms: number, result: T] {
  const began = spentNow();
  const result = what();
  return [spentNow() - began, result];
}

/** Chunks are apart from each other: copies of them are those of other edges. */
function copy(): void {
  const nodes = BUILT / 10;
  db.exec('BEGIN');
  for (let n = 1; n < COPIES; n++) {
    const [series, node] = [n * BUILT, n * nodes];
    const chunk = `CASE WHEN chunk < 0 THEN chunk - ${node / 512} ELSE chunk + ${series / 512} END`;
    const own = `chunk >= ${-nodes / 512} AND chunk < ${BUILT / 512}`;
    const name = `replace(identity, 'shop', 'shop${n}')`;
    db.exec(`INSERT INTO node SELECT id + ${node}, ${name} FROM node WHERE id < ${nodes}`);
    db.exec(
      `INSERT INTO series SELECT id + ${series}, kind, source + ${node}, target + ${node} FROM series WHERE id < ${BUILT}`,
    );
    db.exec(`INSERT INTO firsts SELECT ${chunk}, data FROM firsts WHERE ${own}`);
    db.exec(`INSERT INTO inc SELECT part, level, bucket, ${chunk}, data FROM inc WHERE ${own}`);
    db.exec(`INSERT INTO base SELECT part, bucket, ${chunk}, data FROM base WHERE ${own}`);
  }
  db.exec('COMMIT');
}

const keeper = isThere ? new HistoryKeeper(db, OPTIONS, () => nowMs) : build();
const { bytes, rows } = keeper.status();
const each = bytes / (EDGES * ACTIVE_SHARE * HOURS);
console.log(`${EDGES} edges, ${HOURS / 24} days: ${(bytes / 2 ** 20).toFixed(0)} MiB`, rows);
console.log(`${each.toFixed(1)} bytes an active edge and hour, ${(bytes / EDGES / HOURS).toFixed(1)} of all edges`);

/** The keeper's own time of the last question. */
let asking = 0;
const past = new PastGraph(question => {
  const [ms, answer] = timed(() => keeper.ask(question as PastQuestion));
  asking = ms;
  return Promise.resolve(answer);
});

async function view(at: number) {
  const began = spentNow();
  const graph = await past.view({ at }, 'all');
  const viewed = spentNow();
  const { nodes, edges } = graph;
  const made = spentNow();
  let length = 0;
  for (const piece of graphDocumentPieces(graphDocument(graph, { nodes, edges, truncated: false })))
    length += piece.length;
  const written = spentNow();
  return {
    graph,
    times: [asking, viewed - began - asking, made - viewed, written - made, written - began],
    megabytes: length / 1e6,
  };
}

console.log('as of         keeper    view  documents  JSON text  all, ms');
for (const hours of [0.5, 3, 20, 60, 100, 300, 500, 700, 650, 333, 1]) {
  const { times, megabytes } = await view(nowMs - hours * HOUR * MINUTE_MS - 17 * MINUTE_MS);
  const text = times.map(ms => ms.toFixed(0).padStart(8)).join(' ');
  console.log(`${String(hours).padStart(5)} h ago ${text}   ${megabytes.toFixed(0)} MB`);
}
async function difference(before: number, after: number) {
  const spent = { asking: 0, viewing: 0, rest: 0 };
  const figures: Figures[] = [];
  for (const hours of [before, after]) {
    const began = spentNow();
    const graph = await past.view({ at: nowMs - hours * HOUR * MINUTE_MS }, 'all');
    const viewed = spentNow();
    figures.push(graph.figures());
    spent.asking += asking;
    spent.viewing += viewed - began - asking;
    spent.rest += spentNow() - viewed;
  }
  const began = spentNow();
  const [startMs, endMs] = [before, after].map(hours => nowMs - hours * HOUR * MINUTE_MS) as [number, number];
  const question = { startMs, endMs, minRatio: DEFAULT_MIN_RATIO, limit: DEFAULT_DIFF_LIMIT, filter: {} };
  const diff = diffGraphs(figures[0]!, figures[1]!);
  const { length } = JSON.stringify(diffDocument(diff, question));
  spent.rest += spentNow() - began;
  return { times: [spent.asking, spent.viewing, spent.rest], edges: diff.edges.after.length, length };
}

console.log('difference of       keeper    views  the rest, ms');
for (const [before, after] of [
  [500, 20],
  [48, 1],
  [700, 600],
  [500, 20],
  [48, 1],
  [700, 600],
] as const) {
  const { times, edges, length } = await difference(before, after);
  const text = times.map(ms => ms.toFixed(0).padStart(8)).join(' ');
  console.log(`${before} and ${after} h ago ${text}   ${edges} edges differ, ${(length / 1e6).toFixed(1)} MB`);
}
