/** `tacit storage` and what tells of earlier: history and changes, whole, damaged, cut and missing. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { GraphDocument } from '../../src/contract/graph-document.ts';
import { ChangeFiles } from '../../src/storage/changes/change-files.ts';
import { FileSystemDisk } from '../../src/storage/file-system-disk.ts';
import { run } from './kit.ts';
import { leftDirectory } from './left-directory.ts';
import { call, checked, edgesOf, flip, type Serving, serve } from './serving.ts';

const CURSOR = join('delivery', 'changes%40webhook.json');
/** A time that is over, to the minute. */
const AGO_MS = 120_000;
const NO_LOGGER = { debug() {}, info() {}, warn() {}, error() {} };

const json = async ({ api }: Serving, path: string) => (await fetch(`${api}${path}`)).json();
const changesOf = async (serving: Serving) =>
  ((await json(serving, '/v1/changes?since=0&limit=1000')) as { items: readonly { seq: number }[] }).items;

/** Edges as of the beginning of this minute. */
async function pastOf({ api }: Serving): Promise<readonly string[]> {
  const answer = await fetch(`${api}/v1/graph?at=${new Date().toISOString()}`);
  expect(answer.status).toBe(200);
  const { edges } = (await answer.json()) as GraphDocument;
  return edges.map(({ source, target, count }) => `${source} ${target} ${count}`).sort();
}

let changes: readonly { seq: number }[];
/** Of a service that told changes and has a history. */
const left = leftDirectory(AGO_MS, async serving => {
  changes = await changesOf(serving);
  expect(changes.length).toBeGreaterThan(5);
});
const copy = () => left.copy();
beforeAll(() => {
  mkdirSync(join(left.original, 'delivery'), { recursive: true });
  writeFileSync(join(left.original, CURSOR), JSON.stringify({ delivered: changes[2]!.seq }));
});

/** A directory whose history is one file. */
async function settled(): Promise<string> {
  const path = copy();
  expect((await checked(path)).code).toBe(0);
  expect(existsSync(join(path, 'history.db-wal'))).toBe(false);
  return path;
}

const segmentIn = (path: string) => join(path, 'changes', readdirSync(join(path, 'changes')).at(-1)!);

describe('export and import', () => {
  it('take the past, what was told, and where exporters are along', async () => {
    const path = copy();
    const file = join(left.root, 'all.tar.gz');
    const exported = await run(['storage', 'export', file, '--path', path, '--format', 'json']);
    expect(exported).toMatchObject({ code: 0, stderr: '' });
    const { historyBytes, changesBytes } = JSON.parse(exported.stdout);
    expect(historyBytes).toBeGreaterThan(10_000);
    expect(changesBytes).toBeGreaterThan(1000);
    const imported = join(left.root, 'imported');
    const back = await run(['storage', 'import', file, '--path', imported]);
    expect(back).toMatchObject({ code: 0, stderr: '' });
    expect(back.stdout).toMatch(/with [\d.]+ kB of history and [\d.]+ MB of changes; \d+ files/);
    expect(readFileSync(join(imported, CURSOR))).toEqual(readFileSync(join(left.original, CURSOR)));
    expect((await checked(imported)).check).toMatchObject({ verdict: 'sound', problems: [], notes: [] });

    const serving = await serve(imported);
    onTestFinished(() => serving.child.signal('SIGKILL'));
    expect(await edgesOf(serving)).toEqual(left.edges);
    expect((await changesOf(serving)).slice(0, changes.length)).toEqual(changes);
    expect(await pastOf(serving)).toEqual(left.edges);
    await call(serving, 500, 501);
    const more = await changesOf(serving);
    expect(more.map(({ seq }) => seq)).toEqual(more.map((_, i) => changes[0]!.seq + i));
    const status = (await json(serving, '/v1/status')) as Pick<Status, 'changes' | 'history'>;
    expect(status.changes).toMatchObject({ oldest: { seq: changes[0]!.seq }, message: '' });
    expect(status.history.begin).not.toBeNull();
    const metrics = await (await fetch(`${serving.api}/metrics`)).text();
    expect(metrics).toMatch(/^tacit_history_age_seconds [\d.]+$/m);
    expect(metrics).toMatch(/^tacit_changes_age_seconds\{change="oldest"\} [\d.]+$/m);
  });

  it('refuse what is damaged, and compact lets go what cannot be read', async () => {
    const path = await settled();
    const file = join(left.root, 'damaged.tar.gz');
    const history = readFileSync(join(path, 'history.db'));
    flipRow(path);
    const exported = await run(['storage', 'export', file, '--path', path]);
    expect(exported).toMatchObject({ code: 2, stdout: '' });
    expect(exported.stderr).toContain('history.db is damaged: a row of the history is damaged');
    writeFileSync(join(path, 'history.db'), history.subarray(0, 5000));
    const compacted = await run(['storage', 'compact', '--path', path]);
    expect(compacted.code).toBe(2);
    expect(compacted.stderr).toContain('history.db cannot be made smaller: ');
    writeFileSync(join(path, 'history.db'), history);
    await moreSegments(path, changes.at(-1)!.seq);
    const [, second] = readdirSync(join(path, 'changes'));
    flip(join(path, 'changes', second!), 60);
    expect((await run(['storage', 'export', file, '--path', path])).stderr).toContain(`changes/${second}: damaged`);
    const { code, stdout } = await run(['storage', 'compact', '--path', path]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('kB of history and ') });
    expect(existsSync(join(path, 'changes', second!))).toBe(false);
    expect((await checked(path)).code).toBe(0);
    expect((await run(['storage', 'export', file, '--path', path])).code).toBe(0);
  });
});

describe('check, of the history', () => {
  it.each<[string, (path: string) => void, string, string]>([
    ['a row that was flipped', flipRow, 'history.db is damaged: a row of the history is damaged', 'damaged rows fails'],
    [
      'a page that was flipped',
      path => flipThirdPage(join(path, 'history.db')),
      'history.db is damaged: ',
      'the history begins anew (on_corruption: skip)',
    ],
    ['a head that was flipped', path => flip(join(path, 'history.db'), 3), 'file is not a database', 'begins anew'],
    ['cut', path => truncateSync(join(path, 'history.db'), 9000), 'history.db is damaged: ', 'begins anew'],
    ['empty', path => truncateSync(join(path, 'history.db'), 0), 'history.db is damaged: it is empty', 'begins anew'],
    ['missing', path => rmSync(join(path, 'history.db')), 'history.db is missing', 'the history begins anew'],
    ['of before', path => setThrough(path, 1), 'history.db ends at frame 1, and the checkpoint', 'begins anew'],
    [
      'of later',
      path => setThrough(path, 1e6),
      'history.db has frames up to 1000000, and the journal ends at',
      'the past goes on telling what frames ',
    ],
  ])('%s', async (_, damage, problem, outcome) => {
    const path = await settled();
    damage(path);
    const { code, check } = await checked(path);
    expect(code).toBe(2);
    expect(check.problems.join()).toContain(problem);
    expect(check.nextStart).toContain(outcome);
  });
});

describe('check, of what was told', () => {
  it('takes an end that was not written whole for none', async () => {
    const path = await settled();
    const last = segmentIn(path);
    const bytes = readFileSync(last);
    const end = bytes.findLastIndex(byte => byte !== 0) + 1;
    writeFileSync(last, Buffer.concat([bytes.subarray(0, end), Buffer.from('not whole'), Buffer.alloc(100)]));
    const { code, check } = await checked(path);
    expect(code).toBe(0);
    expect(check.notes.join()).toContain('9 bytes at the end of changes/');
    expect(check.parts.find(({ what }) => what.startsWith('changes/'))!.what).toMatch(/, changes \d+–\d+, since 20/);
  });

  it.each<[string, (path: string) => void, RegExp]>([
    ['a flipped byte', path => flip(segmentIn(path), 60), /damaged at byte 16: changes \d+ to \d+ cannot be read/],
    ['a flipped head', path => flip(segmentIn(path), 3), /damaged at byte 0: changes \d+ to \d+ cannot be read/],
    ['cut', path => truncateSync(segmentIn(path), 400), /changes \d+ to \d+ (cannot be read|are missing)/],
    ['missing', path => rmSync(join(path, 'changes'), { recursive: true }), /the changes up to \d+ are missing/],
  ])('%s', async (_, damage, problem) => {
    const path = await settled();
    damage(path);
    const { code, check } = await checked(path);
    expect(code).toBe(2);
    expect(check.problems.join()).toMatch(problem);
    expect(check.nextStart).toMatch(/changes (go on behind|begin anew)/);
  });

  it('finds holes between segments, and where it goes on', async () => {
    const path = await settled();
    await moreSegments(path, changes.at(-1)!.seq);
    const names = readdirSync(join(path, 'changes'));
    expect(names.length).toBeGreaterThan(4);
    rmSync(join(path, 'changes', names[2]!));
    const { code, check } = await checked(path);
    expect(code).toBe(2);
    const [begin, end] = [Number.parseInt(names[2]!, 10), Number.parseInt(names[3]!, 10)];
    expect(check.problems).toEqual([`changes/${names[1]}: changes ${begin} to ${end - 1} are missing behind it`]);
    expect(check.nextStart).toContain(`changes can be read from ${end} on`);
  });
});

interface Status {
  readonly changes: object;
  readonly history: { readonly begin: string | null };
}

/** The log goes on, in small segments. */
async function moreSegments(path: string, newest: number): Promise<void> {
  const log = new ChangeFiles(new FileSystemDisk(path), NO_LOGGER, undefined, 500);
  for (let seq = newest + 1; seq < newest + 60; seq += 3) {
    const three = [seq, seq + 1, seq + 2].map(n => ({
      seq: n,
      timeMs: 1e12 + n,
      text: `{"seq":${n},"some":"change"}`,
    }));
    await log.append(three);
  }
  log.close();
}

/** Its size stands in the head of a SQLite file. */
function flipThirdPage(file: string): void {
  flip(file, readFileSync(file).readUInt16BE(16) * 2 + 3);
}

function flipRow(path: string): void {
  const db = new DatabaseSync(join(path, 'history.db'));
  const { rowid, data } = db.prepare('SELECT rowid, data FROM inc LIMIT 1').get() as {
    rowid: number;
    data: Uint8Array;
  };
  data[data.length >> 1]! ^= 4;
  db.prepare('UPDATE inc SET data = ? WHERE rowid = ?').run(data, rowid);
  db.close();
}

function setThrough(path: string, through: number): void {
  const db = new DatabaseSync(join(path, 'history.db'));
  const { value } = db.prepare("SELECT value FROM meta WHERE key = 'marks'").get() as { value: string };
  const marks = JSON.stringify({ ...JSON.parse(value), through });
  db.prepare("UPDATE meta SET value = ? WHERE key = 'marks'").run(marks);
  db.close();
}
