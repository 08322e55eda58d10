/**
 * What history costs: bytes per active edge and hour, and how long a question about earlier takes. Synthetic increments
 * of edges with steady traffic go to the keeper minute by minute, as the service sends them.
 * `node benchmarks/micro/history.ts [EDGES [HOURS]]`
 */
import { DatabaseSync } from 'node:sqlite';
import type { IncrementPart } from '../../src/contract/increments.ts';
import { HistoryKeeper } from '../../src/storage/history/keeper.ts';

const [EDGES = 1000, HOURS = 96] = process.argv.slice(2).map(Number);
const HOUR_MS = 3_600_000;
const BEGIN_MS = Date.UTC(2026, 0, 1);
const NODES = Math.ceil(Math.sqrt(EDGES)) + 1;
const CELLS = 6;
const RECORD = 5 + 1 + 8 + 3 + 1 + 2 * (4 + CELLS) + 1;
/** COUNT, SERVED, SERVER_ERRORS, ERRORS, ADJUSTED_UNITS, three kinds of evidence. */
const MASK = [0, 2, 8, 9, 10, 13, 14, 15].reduce((mask, bit) => mask + 2 ** bit, 0);

let nowMs = BEGIN_MS;
const keeper = new HistoryKeeper(
  new DatabaseSync(':memory:'),
  {
    keepMs: 720 * HOUR_MS,
    minutesMs: 6 * HOUR_MS,
    tenMinutesMs: 72 * HOUR_MS,
    maxBytes: 2 ** 40,
    halfLifeMs: HOUR_MS,
  },
  () => nowMs,
);

function partOf(minute: number): IncrementPart {
  const isFirst = minute === 0;
  const numbers = new Float64Array(EDGES * RECORD);
  let at = 0;
  const put = (...values: readonly number[]) => {
    for (const value of values) numbers[at++] = value;
  };
  for (let edge = 0; edge < EDGES; edge++) {
    const count = 20 + ((edge * 7 + minute * 13) % 30);
    const errors = (edge + minute) % 9 === 0 ? 1 : 0;
    put(RECORD, edge, BEGIN_MS / 60_000 + minute, BEGIN_MS * 1000, (BEGIN_MS + minute * 60_000) * 1000, MASK);
    put(count, count, errors, errors, count * 2 ** 20, count, count, count, 1, 0, count, 0);
    for (let h = 0; h < 2; h++) {
      put(CELLS, count, count * 1000 * ((edge % 50) + 1), 80 + (edge % 60));
      for (let c = 0; c < CELLS; c++) put((count >> (c + 1)) + ((edge + minute + c) % 2));
    }
    put(-1);
  }
  const identity = (n: number) => ({
    kind: 0,
    environment: '',
    parts: ['', `s${n}`],
    id: `service:s${n}`,
    overflow: false,
  });
  return {
    batch: minute,
    isFirst,
    numbers,
    length: at,
    states: new Float64Array(0),
    nodes: isFirst ? Array.from({ length: NODES }, (_, n) => [n, identity(n)] as const) : [],
    edges: isFirst ? Array.from({ length: EDGES }, (_, e) => [e, 0, e % NODES, Math.floor(e / NODES)] as const) : [],
    words: isFirst ? ['vGET'] : [],
    through: minute + 1,
  };
}

function timed<T>(what: () => T): [ms: number, result: T] {
  const began = performance.now();
  const result = what();
  return [performance.now() - began, result];
}

let writing = 0;
let keeping = 0;
for (let minute = 0; minute < HOURS * 60; minute++) {
  const part = partOf(minute);
  nowMs = BEGIN_MS + (minute + 1) * 60_000;
  writing += timed(() => keeper.take(part))[0];
  keeping += timed(() => {
    while (keeper.keepUp());
  })[0];
}
const { bytes, rows } = keeper.status();
console.log(`${EDGES} edges, ${HOURS} h: ${(bytes / EDGES / HOURS).toFixed(1)} bytes an edge and hour`, rows);
console.log(
  `a minute: ${(writing / HOURS / 60).toFixed(1)} ms to write, ${(keeping / HOURS / 60).toFixed(1)} ms to keep up`,
);
for (const hours of [0, 2, 5, 20, HOURS - 30, HOURS - 2].filter(back => back < HOURS && back >= 0)) {
  const question = { at: nowMs - hours * HOUR_MS - 17 * 60_000, have: { nodes: 0, series: 0 } };
  const [counts] = timed(() => keeper.ask({ ...question, detail: 'counts' }));
  const [all] = timed(() => keeper.ask({ ...question, detail: 'all' }));
  console.log(`as of ${hours} h ago: ${counts.toFixed(0)} ms; with durations ${all.toFixed(0)} ms`);
}
