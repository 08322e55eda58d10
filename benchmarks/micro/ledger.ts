/**
 * What the message ledger costs: `node --expose-gc benchmarks/micro/ledger.ts DIRECTORY [ENTRIES]`. Fills it (10,000,000
 * by default) with positions of messages, goes on until the oldest tenth has given way, with a checkpoint after each
 * million, and looks up what is there and what is not, in order and at random, one by one and many in one go. The
 * directory is to be on the disk that is measured; it is removed before.
 */
import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { NO_RULES } from '../../src/contract/identity-rules.ts';
import { LIFE_CYCLE } from '../../src/contract/life-cycle.ts';
import { PROCESSED_AT, Rendezvous, SENT, SOUGHT } from '../../src/contract/rendezvous.ts';
import { MessageLedger } from '../../src/correlate/message-ledger.ts';
import { finalize } from '../../src/lib/bytes.ts';
import { openStorage } from '../../src/storage/storage.ts';

const [path = '', entries = '10000000'] = process.argv.slice(2);
const LIMIT = Number(entries);
const MORE = LIMIT / 10;
const CHECKPOINT_EACH = 1_000_000;
/** Entries of a frame, and frames between two turns. */
const FRAME = 1000;
const TURN_EACH = 20;
const LOOKUPS = 200_000;
/** Searches without a turn between them, and how often. */
const IN_ONE_GO = 10_000;
const TIMES = 41;
const KEPT_ROWS = 100_000;
/** No service takes in entries faster than they are stored: neither does this. */
const IN_MEMORY = 7 * 65_536;
const MB = 1e6;

const settings = {
  waitMs: 10_000,
  lateMs: 300_000,
  messageWaitMs: 86_400_000,
  onlyCluster: '',
  maxNodes: 20_000,
  maxEdges: 200_000,
  maxPaths: 100_000,
  lifecycle: LIFE_CYCLE,
  rules: NO_RULES,
};
const quiet = { debug() {}, info() {}, warn() {}, error: console.error };
const turn = () => new Promise(resolve => setImmediate(resolve));
const sleep = (ms: number) => new Promise(resolve => setTimeout(resolve, ms));

rmSync(path, { recursive: true, force: true });
const storage = await openStorage({ path, onCorruption: 'refuse' }, quiet);
await turn();
const before = memory();
const ledger = new MessageLedger(LIMIT, settings.messageWaitMs);
ledger.store = storage.slabs;
let posted = 0;
ledger.isRowKept = row => row > posted - KEPT_ROWS;

const side = new Rendezvous();
const places = new Int32Array(KEPT_ROWS);
let postNs = 0n;
let mostBytes = 0;
let mostMemory = 0;

/** Half of them were sent, the others processed by a group. */
function keyOf(n: number): void {
  side.kind = n % 2 === 0 ? SENT : PROCESSED_AT;
  side.a = finalize(n * 2);
  side.b = finalize(n * 2 + 1) | 1;
}

function frame(): void {
  ledger.advance(posted / 100);
  for (let i = 0; i < FRAME; i++, posted++) {
    keyOf(posted);
    side.service = posted % 1000;
    side.topic = 1 + (posted % 5000);
    side.row = posted;
    side.time = 1.7e15 + posted * 10 + 0.25;
    side.trace0 = finalize(posted);
    side.trace1 = finalize(posted + 1);
    side.span0 = finalize(posted + 2);
    side.span1 = posted;
    const slot = posted % KEPT_ROWS;
    if (posted >= KEPT_ROWS) ledger.leave(places[slot]!, posted % 100_000);
    places[slot] = ledger.post(side);
  }
}

async function fill(until: number): Promise<void> {
  while (posted < until) {
    const began = process.hrtime.bigint();
    for (let i = 0; i < TURN_EACH && posted < until; i++) frame();
    postNs += process.hrtime.bigint() - began;
    await turn();
    while (ledger.count - ledger.account().stored > IN_MEMORY) {
      await sleep(1);
      ledger.advance(posted / 100);
    }
    if (posted % CHECKPOINT_EACH === 0) await checkpoint();
    mostMemory = Math.max(mostMemory, memory() - before);
  }
}

async function checkpoint(): Promise<void> {
  const { frame, stampMs, durable } = { frame: posted, stampMs: posted, durable: posted };
  const report = await storage.checkpoint({
    parts: [ledger],
    pause: async () => ({ frame, stampMs, durable, settings }),
    copied: () => {},
  });
  mostBytes = Math.max(mostBytes, bytesIn(path));
  if (posted % (LIMIT / 2) !== 0) return;
  const { stored, memoryBytes } = ledger.account();
  console.log(
    `${posted / MB} M posted: ${stored / MB} M on the disk, ${mb(bytesIn(path))} MB of files, memory ${mb(memoryBytes)} MB by account; checkpoint ${mb(report.writtenBytes)} MB, paused ${report.pausedMs.toFixed(0)} ms`,
  );
}

/** ns of a search. @param numberOf the entry that is looked for. */
function search(what: string, numberOf: (i: number) => number): void {
  const { reads } = ledger.account();
  let found = 0;
  const took: number[] = [];
  const began = process.hrtime.bigint();
  for (let i = 0; i < LOOKUPS; i++) {
    keyOf(numberOf(i));
    const at = process.hrtime.bigint();
    const entry = ledger.first(side.kind, side.a, side.b);
    if (entry >= 0 && ledger.topic(entry) > 0) found++;
    took.push(Number(process.hrtime.bigint() - at));
  }
  const ns = Number(process.hrtime.bigint() - began) / LOOKUPS;
  took.sort((a, b) => a - b);
  const p999 = took[Math.floor(LOOKUPS * 0.999)]! / 1000;
  console.log(
    `${what}: ${ns.toFixed(0)} ns, 99.9 % within ${p999.toFixed(1)} µs, most ${(took.at(-1)! / 1000).toFixed(0)} µs; ${found} found, ${((ledger.account().reads - reads) / LOOKUPS).toFixed(3)} reads each`,
  );
}

/** As a frame whose messages were all sent at some time of the day. */
async function searchInOneGo(): Promise<void> {
  const took: number[] = [];
  for (let time = 1; time <= TIMES; time++) {
    await turn();
    const began = performance.now();
    for (let i = 0; i < IN_ONE_GO; i++) {
      keyOf(oldest + (random(LOOKUPS + time * IN_ONE_GO + i) % ledger.count));
      const entry = ledger.first(side.kind, side.a, side.b);
      if (entry < 0 || ledger.topic(entry) === 0) throw new Error('an entry is not found');
    }
    took.push(performance.now() - began);
  }
  took.sort((a, b) => a - b);
  const [least, median] = [took[0]!, took[TIMES >> 1]!];
  console.log(
    `${IN_ONE_GO} hits at random in one go: ${median.toFixed(1)} ms (median), at least ${least.toFixed(1)} ms`,
  );
}

await fill(LIMIT);
const perEntry = Number(postNs) / posted;
console.log(`${perEntry.toFixed(0)} ns an entry, posted and left, with what it takes to store it`);
await fill(LIMIT + MORE);
await sleep(500);
ledger.advance(posted / 100);
globalThis.gc?.();
await sleep(200);
globalThis.gc?.();
const { stored, memoryBytes, diskBytes, failedReads, failedStores } = ledger.account();
console.log(
  `${ledger.count / MB} M entries, ${stored / MB} M on the disk; memory: ${mb(memoryBytes)} MB by account, ${mb(memory() - before)} MB by process.memoryUsage() (at most ${mb(mostMemory)} while it was filled)`,
);
console.log(
  `disk: ${mb(diskBytes)} MB of slabs, ${mb(bytesIn(path))} MB of files with two checkpoints (at most ${mb(mostBytes)}); ${failedReads} reads and ${failedStores} stores failed`,
);
const oldest = posted - ledger.count;
const random = (i: number) => finalize(i * 7919) >>> 0;
search('miss', i => posted + 2 * i);
search('a seeker of one that was sent: miss', i => {
  side.kind = SOUGHT;
  return posted + LOOKUPS + 2 * i;
});
search('hit among the newest', i => posted - 1 - (i % 100_000));
search('hit in order from the oldest on', i => oldest + i * 2);
search('hit at random', i => oldest + (random(i) % ledger.count));
await searchInOneGo();
await storage.close();
rmSync(path, { recursive: true, force: true });

function memory(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

function bytesIn(directory: string): number {
  return readdirSync(directory, { withFileTypes: true }).reduce((sum, entry) => {
    const inside = join(directory, entry.name);
    return sum + (entry.isDirectory() ? bytesIn(inside) : (statSync(inside, { throwIfNoEntry: false })?.size ?? 0));
  }, 0);
}

function mb(bytes: number): string {
  return (bytes / MB).toFixed(1);
}
