/**
 * The real Collector as this project's tests and benchmarks need it: built from `main.go` beside this file into a
 * cache folder, once per content of the Go files. The first build takes minutes, and says so.
 * `node test/kits/collector/build.ts` builds it and prints where it is.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { lock } from '../lock.ts';

const SOURCES = fileURLToPath(new URL('./', import.meta.url));
const CACHE = fileURLToPath(new URL('../../../node_modules/.cache/tacit-collector/', import.meta.url));
/** Go's own places, where the PATH of a service does not name them. */
const GO_PLACES = ['go', '/usr/local/go/bin/go', '/usr/lib/go/bin/go'];

/** The `go` command; undefined when this machine has none. */
export function findGo(): string | undefined {
  return GO_PLACES.find(place => spawnSync(place, ['version']).status === 0);
}

/** The path of the program; builds it when it is not there yet. `say` gets a line for people before a build. */
export async function buildCollector(say: (line: string) => void): Promise<string> {
  const folder = join(CACHE, hashSources());
  const program = join(folder, 'collector');
  mkdirSync(folder, { recursive: true });
  const release = await lock(join(folder, 'building'), program);
  if (release === undefined) return program;
  try {
    const go = findGo();
    if (go === undefined) throw new Error(`Go is missing: ${GO_PLACES.join(', ')} are not there`);
    say('building the Collector with Go (about three minutes the first time on a machine) …');
    const unfinished = `${program}.${process.pid}`;
    await run(go, ['build', '-trimpath', '-buildvcs=false', '-ldflags=-s -w', '-o', unfinished, '.']);
    renameSync(unfinished, program);
    return program;
  } finally {
    release();
  }
}

function hashSources(): string {
  const hash = createHash('sha256');
  const names = readdirSync(SOURCES).filter(name => /\.(go|mod|sum)$/.test(name));
  for (const name of names.sort()) hash.update(name).update(readFileSync(SOURCES + name));
  return hash.digest('hex').slice(0, 16);
}

function run(command: string, args: readonly string[]): Promise<void> {
  const child = spawn(command, args, { cwd: SOURCES, stdio: ['ignore', 'inherit', 'inherit'] });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', code => {
      if (code === 0) resolve();
      else reject(new Error(`${command} ${args.join(' ')} in ${SOURCES} ended with exit code ${code}`));
    });
  });
}

if (import.meta.main) console.log(await buildCollector(console.error));
