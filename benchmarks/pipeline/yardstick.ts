/**
 * A fixed piece of work, and what it costs on this machine now: what a span costs is held against it, because the same
 * machine is half as fast at times. Partly arithmetic, partly waiting for memory that is in no cache, as the way of a
 * span is. Started as a program it prints its CPU seconds.
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { pinned, SERVER_CORE } from './pinning.ts';

const TABLE_WORDS = 1 << 25;
const READS = 5_000_000;
const STEPS_A_READ = 60;
const ROUNDS = 3;

/** CPU seconds of the work on the server's core. */
export function yardstick(): number {
  const [command, ...args] = pinned(SERVER_CORE, [process.execPath, fileURLToPath(import.meta.url)]);
  return Number(execFileSync(command, args, { encoding: 'utf8' }));
}

/** Each read says where the next one is. */
function work(table: Int32Array, begin: number): number {
  let h = begin;
  for (let i = 0; i < READS; i++) {
    h ^= table[h & (TABLE_WORDS - 1)]!;
    for (let k = 0; k < STEPS_A_READ; k++) h = Math.imul(h ^ (h >>> 15), 0x85ebca6b);
  }
  return h;
}

function costOf(table: Int32Array, round: number): number {
  const before = process.cpuUsage();
  // Written back, so that the work is not left out.
  table[round] = work(table, round);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const table = new Int32Array(TABLE_WORDS);
  for (let i = 0; i < TABLE_WORDS; i++) table[i] = Math.imul(i, 0x9e3779b1);
  console.log(Math.min(...Array.from({ length: ROUNDS }, (_, round) => costOf(table, round))).toFixed(3));
}
