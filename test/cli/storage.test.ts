import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { run } from './kit.ts';
import { leftDirectory } from './left-directory.ts';
import { call, checked, edgesOf, flip, serve } from './serving.ts';

const left = leftDirectory();
const copy = () => left.copy();

const contentOf = (path: string) =>
  (readdirSync(path, { recursive: true }) as string[]).filter(name => name.includes('.')).sort();

describe('storage check', () => {
  it('says of each part that it is as it was written, and changes nothing', async () => {
    const path = copy();
    const before = contentOf(path);
    const { code, stdout, stderr } = await run(['storage', 'check', '--path', path]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^WHAT +FRAMES +SIZE +STATE\nmanifest\.db, storage format 5 +- +[\d.]+ kB +ok\n/);
    expect(stdout.match(/^checkpoint \d+, \d+ sections +1–\d+ .* ok$/gm)).toHaveLength(2);
    expect(stdout).toMatch(/^journal\/0000000000000001\.log +1–\d+ .* ok$/m);
    expect(stdout).toContain(`${path}: all of it is as it was written\nThe next start loads the checkpoint at frame `);
    // SQLite takes its own log in when a database is opened.
    const lasting = (names: readonly string[]) => names.filter(name => !/process\.pid|-wal/.test(name));
    expect(lasting(contentOf(path))).toEqual(lasting(before));
    expect((await checked(path)).check).toMatchObject({ verdict: 'sound', problems: [] });
  });

  it('takes the directory from a configuration, and says when that names none', async () => {
    const file = join(left.root, 'tacit.yaml');
    writeFileSync(file, `extensions:\n  storage: { path: ${copy()} }\n`);
    const sets = ['--set', 'receivers.otlp.protocols.http.endpoint=127.0.0.1:0'];
    expect((await run(['storage', 'check', '--set', `extensions.storage.path=${copy()}`, ...sets])).code).toBe(0);
    const none = await run(['storage', 'check', '--set', 'service.extensions=[http_api]']);
    expect(none).toMatchObject({ code: 1, stdout: '' });
    expect(none.stderr).toContain('no storage among its service.extensions');
    const wrong = await run(['storage', 'check', '--set', 'extensions.storage.paht=x']);
    expect(wrong.code).toBe(1);
    expect(wrong.stderr).toContain('did you mean');
  });

  it('names damage in a checkpoint, and what is used instead', async () => {
    const path = copy();
    const packs = readdirSync(join(path, 'checkpoints'));
    const newest = packs.filter(name => name.endsWith('-rows.pack')).at(-1)!;
    flip(join(path, 'checkpoints', newest), 1000);
    const { code, stdout } = await run(['storage', 'check', '--path', path]);
    expect(code).toBe(2);
    expect(stdout).toMatch(/^checkpoint \d+, .* DAMAGED$/m);
    expect(stdout.replaceAll('\n', ' ')).toContain(`is damaged: checkpoints/${newest}: 1 of `);
    expect(stdout).toMatch(/The next start loads the checkpoint at frame \d+ and applies \d+ frames of the journal/);
    expect((await checked(path)).check.nextStart).toMatch(/nothing is lost$/);
    const exported = await run(['storage', 'export', join(left.root, 'of-older.tar.gz'), '--path', path]);
    expect(exported.code).toBe(0);
  });

  it('names damage in the journal, in the manifest, and of what is missing', async () => {
    const path = copy();
    flip(join(path, 'journal', '0000000000000001.log'), 400);
    const journal = await checked(path);
    expect(journal).toMatchObject({ code: 2, check: { verdict: 'damaged' } });
    expect(journal.check.problems.join()).toMatch(
      /frames? \d+ .*damaged: \d+ bytes at byte \d+ of journal\/0{15}1\.log \(not needed\)/,
    );
    writeFileSync(join(path, 'manifest.db'), 'nothing');
    const manifest = await checked(path);
    expect(manifest.code).toBe(2);
    expect(manifest.check.problems[0]).toContain('manifest.db is damaged');
    expect(manifest.check.nextStart).toContain('put a backup in its place with tacit storage import');
    rmSync(join(path, 'manifest.db'));
    expect((await checked(path)).check.problems[0]).toContain('it is missing, though there are checkpoints');
    const gap = copy();
    rmSync(join(gap, 'checkpoints'), { recursive: true });
    expect((await checked(gap)).check.problems.join()).toContain('is missing, with');
  });

  it('of a newer version, an empty directory, none, and a file', async () => {
    const path = copy();
    const db = new DatabaseSync(join(path, 'manifest.db'));
    db.exec("UPDATE meta SET value = 9 WHERE key = 'format'; PRAGMA user_version = 9");
    db.close();
    const newer = await run(['storage', 'check', '--path', path]);
    expect(newer).toMatchObject({ code: 2, stdout: '' });
    expect(newer.stderr).toContain('has the storage format 9; this version knows those up to 5');
    const empty = join(left.root, 'empty');
    mkdirSync(empty);
    const nothing = await checked(empty);
    expect(nothing).toMatchObject({
      code: 0,
      check: { nextStart: 'begins with an empty graph: nothing is kept here' },
    });
    expect(readdirSync(empty)).toEqual([]);
    expect((await run(['storage', 'check', '--path', empty])).stdout).toMatch(
      /^\S+: it holds no data of tacit\nThe next start begins with an empty graph/,
    );
    expect((await run(['storage', 'check', '--path', join(left.root, 'none')])).code).toBe(2);
    expect((await run(['storage', 'check', '--path', join(left.original, 'manifest.db')])).stderr).toContain(
      'is no directory',
    );
  });
});

describe('storage, of a directory in use', () => {
  it('checks what nobody writes to, and does nothing else', async () => {
    const path = copy();
    const serving = await serve(path);
    const { child } = serving;
    onTestFinished(() => child.signal('SIGKILL'));
    await call(serving, 50, 51);
    const { code, check } = await checked(path);
    expect({ code, verdict: check.verdict }).toEqual({ code: 0, verdict: 'unknown' });
    expect(check.notes[0]).toContain(
      `is in use by process ${child.pid}: only the finished segments of the journal and of changes`,
    );
    expect(check.parts.map(({ what, problem }) => [what, problem])).toEqual([['journal/0000000000000001.log', '']]);
    for (const command of [['compact'], ['export', join(left.root, 'in-use.tar.gz')]]) {
      const { code, stderr } = await run(['storage', ...command, '--path', path]);
      expect(code).toBe(1);
      expect(stderr).toContain(`in use by process ${child.pid}\n`);
    }
    expect(existsSync(join(left.root, 'in-use.tar.gz'))).toBe(false);
    flip(join(path, 'journal', '0000000000000001.log'), 400);
    expect((await checked(path)).code).toBe(2);
    child.signal('SIGTERM');
    expect((await child.ended).code).toBe(0);
  });
});

describe('storage compact, export and import', () => {
  it('keep the graph as it was', async () => {
    const path = copy();
    const file = join(left.root, 'backup.tar.gz');
    const exported = await run(['storage', 'export', file, '--path', path]);
    expect(exported).toMatchObject({ code: 0, stderr: '' });
    expect(exported.stdout).toMatch(
      /backup\.tar\.gz: the checkpoint at frame \d+ and the journal up to frame \d+, with [\d.]+ kB of history and [\d.]+ MB of changes; \d+ files/,
    );
    const imported = join(left.root, 'new', 'imported');
    expect(await run(['storage', 'import', file, '--path', imported])).toMatchObject({ code: 0, stderr: '' });
    expect((await checked(imported)).check.parts.filter(({ what }) => what.startsWith('checkpoint'))).toHaveLength(1);
    const compacted = await run(['storage', 'compact', '--path', imported]);
    expect(compacted).toMatchObject({ code: 0, stderr: '' });
    expect((await checked(imported)).code).toBe(0);
    const serving = await serve(imported);
    onTestFinished(() => serving.child.signal('SIGKILL'));
    expect(await edgesOf(serving)).toEqual(left.edges);
  });

  it('compact leaves one checkpoint, and what it replaced takes no room', async () => {
    const path = copy();
    writeFileSync(join(path, 'checkpoints', '00000099-rows.pack'), 'left behind');
    expect((await checked(path)).check.notes[0]).toContain('1 files of a checkpoint that was not finished');
    const { code, stdout } = await run(['storage', 'compact', '--path', path, '--format', 'json']);
    const { bytesBefore, bytesAfter, frame } = JSON.parse(stdout);
    expect({ code, smaller: bytesAfter < bytesBefore, frames: frame > 0 }).toEqual({
      code: 0,
      smaller: true,
      frames: true,
    });
    const { check } = await checked(path);
    expect(check).toMatchObject({ verdict: 'sound', notes: [] });
    const [, checkpoint, ...rest] = check.parts;
    expect(rest.every(({ what }) => /^(journal\/|changes\/|history\.db)/.test(what))).toBe(true);
    const packs = readdirSync(join(path, 'checkpoints'));
    expect(new Set(packs.map(name => name.slice(0, 8)))).toHaveLength(1);
    expect(checkpoint!.what).toMatch(/^checkpoint \d+,/);
    const sizes = packs.map(name => statSync(join(path, 'checkpoints', name)).size);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(checkpoint!.bytes);
    const again = JSON.parse((await run(['storage', 'compact', '--path', path, '--format', 'json'])).stdout);
    expect(again.bytesAfter).toBe(again.bytesBefore);
  });

  it('export writes what any tar reads', async () => {
    const path = copy();
    const file = join(left.root, 'plain.tar.gz');
    expect((await run(['storage', 'export', file, '--path', path])).code).toBe(0);
    const listed = spawnSync('tar', ['tzf', file], { encoding: 'utf8' });
    if (listed.error !== undefined) return console.error(`NOT TESTED: tar is not installed: ${listed.error.message}`);
    const names = listed.stdout.trim().split('\n');
    expect(names).toContain('manifest.db');
    const there = contentOf(path);
    expect(names.filter(name => !there.includes(name))).toEqual([]);
    const folder = mkdtempSync(join(left.root, 'tar-'));
    expect(spawnSync('tar', ['xzf', file, '-C', folder]).status).toBe(0);
    for (const name of names.slice(1)) {
      expect(readFileSync(join(folder, name)).equals(readFileSync(join(path, name))), name).toBe(true);
    }
    spawnSync('tar', ['czf', join(left.root, 'by-tar.tar.gz'), '--format=ustar', ...names], { cwd: folder });
    const imported = join(left.root, 'by-tar');
    expect(await run(['storage', 'import', join(left.root, 'by-tar.tar.gz'), '--path', imported])).toMatchObject({
      code: 0,
    });
  });

  it('export refuses what is damaged, or would overwrite a file', async () => {
    const path = copy();
    const file = join(left.root, 'refused.tar.gz');
    truncateSync(join(path, 'journal', '0000000000000001.log'), 20);
    const [first] = readdirSync(join(path, 'checkpoints'));
    for (const name of readdirSync(join(path, 'checkpoints'))) flip(join(path, 'checkpoints', name), 5);
    const { code, stderr } = await run(['storage', 'export', file, '--path', path]);
    expect({ code, first }).toMatchObject({ code: 2 });
    expect(stderr).toBe(
      `tacit storage export: the data in ${path} is damaged\n  tacit storage check --path ${path} says what is wrong\n`,
    );
    expect((await run(['storage', 'compact', '--path', path])).code).toBe(2);
    writeFileSync(file, 'mine');
    expect((await run(['storage', 'export', file, '--path', left.original])).stderr).toContain('there is a file');
    expect(readFileSync(file, 'utf8')).toBe('mine');
    expect((await run(['storage', 'export', join(left.root, 'no', 'x.gz'), '--path', left.original])).code).toBe(2);
    expect((await run(['storage', 'export', join(left.root, 'y.gz'), '--path', join(left.root, 'none')])).code).toBe(2);
    expect(existsSync(join(left.root, 'y.gz.partial'))).toBe(false);
  });

  it('import takes a whole, sound archive into an empty directory, or nothing', async () => {
    const file = join(left.root, 'good.tar.gz');
    expect((await run(['storage', 'export', file, '--path', copy()])).code).toBe(0);
    const archive = readFileSync(file);
    const tar = gunzipSync(archive);
    const flipped = Buffer.from(tar);
    flipped[tar.indexOf('-rows.pack') + 1500]! ^= 1;
    const cases: [string, Buffer, string][] = [
      ['cut', archive.subarray(0, archive.length >> 1), 'unexpected end of file'],
      ['cut between blocks', gzipSync(tar.subarray(0, 512)), 'ends too early'],
      ['not gzip', Buffer.from('nothing of that kind'), 'incorrect header check'],
      ['not tar', gzipSync(Buffer.alloc(2048, 7)), 'it is no tar archive'],
      ['empty', gzipSync(Buffer.alloc(1024)), 'has no manifest.db'],
      [
        'a damaged header',
        gzipSync(Buffer.concat([Buffer.from('x'), tar.subarray(1)])),
        'header of an entry is damaged',
      ],
      ['a damaged section', gzipSync(flipped), 'is damaged: '],
      ['the same file twice', gzipSync(Buffer.concat([tar.subarray(0, tar.length - 1024), tar])), 'is in it twice'],
    ];
    for (const [what, bytes, reason] of cases) {
      const bad = join(left.root, 'bad.tar.gz');
      const target = join(left.root, `bad-${what}`);
      writeFileSync(bad, bytes);
      const { code, stderr } = await run(['storage', 'import', bad, '--path', target]);
      expect({ what, code }).toEqual({ what, code: 2 });
      expect(stderr, what).toContain(reason);
      expect(existsSync(target), what).toBe(false);
    }
    expect(readdirSync(left.root).filter(name => name.includes('.import-'))).toEqual([]);
    const full = copy();
    expect((await run(['storage', 'import', file, '--path', full])).stderr).toContain('is not empty');
    const within = await run(['storage', 'import', file, '--path', join(file, 'in', 'a', 'file')]);
    expect(within).toMatchObject({ code: 2, stderr: expect.stringMatching(/^tacit storage import: ENOTDIR: .*\n$/) });
    const empty = join(left.root, 'empty-target');
    mkdirSync(empty);
    expect((await run(['storage', 'import', file, '--path', empty])).code).toBe(0);
    expect((await run(['storage', 'import', join(left.root, 'none.gz'), '--path', join(left.root, 'x')])).code).toBe(2);
  });

  it('import takes nothing out of the directory', async () => {
    for (const name of ['../evil', '/tmp/evil', 'checkpoints/../../evil.pack', 'journal/x.log', 'process.pid']) {
      const folder = mkdtempSync(join(left.root, 'evil-'));
      const bad = join(folder, 'bad.tar.gz');
      writeFileSync(bad, gzipSync(Buffer.concat([entry(name), Buffer.alloc(1024)])));
      const { code, stderr } = await run(['storage', 'import', bad, '--path', join(folder, 'data')]);
      expect({ name, code }).toEqual({ name, code: 2 });
      expect(stderr).toContain(`${name} belongs to no data directory`);
      expect(readdirSync(folder)).toEqual(['bad.tar.gz']);
    }
  });
});

/** An empty file in a tar archive. */
function entry(name: string): Buffer {
  const header = Buffer.alloc(512);
  header.write(name);
  header.write('00000000000\0', 124);
  header.write('0', 156);
  header.write('ustar\x0000', 257);
  header.fill(' ', 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return header;
}

describe('storage, used wrongly', () => {
  it.each([
    [[], 'what about the storage? write one of tacit storage check'],
    [['chekc'], "'chekc' is nothing that storage does"],
    [['export'], 'which file? write tacit storage export FILE'],
    [['check', 'data'], "'data' is one too many; a directory is named with --path data"],
    [['import', 'a', 'b'], "'b' is one too many"],
    [['check', '--path', 'x', '--set', 'a=b'], 'not both'],
    [['check', '--format', 'dot'], 'one of table, json'],
  ])('%j', async (args, message) => {
    const { code, stdout, stderr } = await run(['storage', ...args]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(message);
  });
});
