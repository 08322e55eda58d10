/**
 * The package as people get it: packed, installed from its file into an empty folder, run through npx. The packages it
 * needs come from the registry, or from npm's cache; without either this is skipped, loudly, but not in CI.
 */
import { execFile, spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it, type TestContext, vi } from 'vitest';
import type { GraphDocument } from '../../src/contract/graph-document.ts';
import { type RunningProcess, watchProcess } from '../cli/kit.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const OFFLINE = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ENOTCACHED/;
const ANY_PORT = ['receivers.otlp.protocols.grpc', 'receivers.otlp.protocols.http', 'extensions.http_api'].map(
  listener => `--set=${listener}.endpoint=127.0.0.1:0`,
);
const execute = promisify(execFile);

interface SourceMap {
  readonly sources: readonly string[];
}

let folder: string;
let home: string;
/** Why the package could not be installed here. */
let offline = '';

beforeAll(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'tacit-package-')));
  home = join(folder, 'empty');
  mkdirSync(home);
  await execute('npm', ['pack', '--pack-destination', folder], { cwd: ROOT, env: environment() });
  const file = readdirSync(folder).find(name => name.endsWith('.tgz'))!;
  writeFileSync(join(home, 'package.json'), '{"private": true}');
  const install = [
    'install',
    '--no-audit',
    '--no-fund',
    '--ignore-scripts',
    '--prefer-offline',
    '--fetch-timeout=20000',
    join(folder, file),
  ];
  try {
    await execute('npm', install, { cwd: home, env: environment() });
  } catch (error) {
    offline = OFFLINE.exec(String(error))?.[0] ?? '';
    if (offline === '' || process.env.CI !== undefined) throw error;
    process.stderr.write(`\nSKIPPED: the package could not be installed, the registry is out of reach (${offline})\n`);
  }
}, 240_000);
afterAll(() => rmSync(folder, { recursive: true }));

/** The Node of the tests first, and nothing of the npm that may run them; but whom to trust, which may be the registry's way. */
function environment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^npm_|^NODE_(?!EXTRA_CA_CERTS$)/i.test(name));
  return { ...Object.fromEntries(kept), PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH}` };
}

function needsPackage({ skip }: TestContext): void {
  if (offline !== '') skip(`the registry is out of reach (${offline})`);
}

const inPackage = (path: string) => join(home, 'node_modules/tacit-topology', path);
const inDist = (name: RegExp) => {
  const files = readdirSync(inPackage('dist'), { recursive: true, encoding: 'utf8' });
  return files.filter(path => name.test(path)).map(path => inPackage(join('dist', path)));
};
const npx = async (...args: string[]) =>
  (await execute('npx', ['--no-install', 'tacit', ...args], { cwd: home, env: environment() })).stdout;

function start(command: string, args: readonly string[]): RunningProcess {
  return watchProcess(spawn(command, args, { cwd: home, env: environment(), stdio: ['ignore', 'pipe', 'pipe'] }));
}

describe('the package', () => {
  it('holds the program, its schemas and documents, and nothing of its tests', context => {
    needsPackage(context);
    const files = readdirSync(inPackage(''), { recursive: true, encoding: 'utf8' });
    expect(files.filter(path => /\.ts$|\.d\.ts\b|^(src|test|scripts|node_modules)\b/.test(path))).toEqual([]);
    expect([...new Set(files.map(path => path.split('/', 1)[0]!))].sort()).toEqual([
      'LICENSE',
      'README.md',
      'benchmarks',
      'config.example.yaml',
      'dist',
      'docs',
      'package.json',
      'pipelines',
      'schemas',
    ]);
    expect(files.filter(path => path.startsWith('benchmarks/'))).toEqual(['benchmarks/README.md']);
    expect(existsSync(join(home, 'node_modules/node'))).toBe(false);
  });

  it('names no file that only a checkout has', context => {
    needsPackage(context);
    const programs = inDist(/\.[cm]?js$/);
    const naming = programs.filter(path =>
      /(?:\bfrom ?|\b(?:URL|import)\()["'][^"']*\.ts["']/.test(readFileSync(path, 'utf8')),
    );
    expect(naming).toEqual([]);
    for (const path of [
      'README.md',
      ...readdirSync(inPackage('docs'))
        .filter(one => one.endsWith('.md'))
        .map(one => `docs/${one}`),
    ]) {
      const targets = Array.from(
        readFileSync(inPackage(path), 'utf8').matchAll(/\]\(([^)\s:#]+)[^)\s:]*\)/g),
        match => match[1]!,
      );
      expect({ path, dead: targets.filter(target => !existsSync(join(inPackage(dirname(path)), target))) }).toEqual({
        path,
        dead: [],
      });
    }
  });

  it('tells the lines of the sources where something fails', async context => {
    needsPackage(context);
    const [lines] = readFileSync(join(ROOT, 'src/cli/program.ts'), 'utf8').split('io.stdout.write(text)');
    const line = lines!.split('\n').length;
    const broken = `data:text/javascript,process.stdout.write=()=>{throw new Error('no room')}`;
    const args = ['--import', broken, inPackage('dist/launch.cjs'), '--version'];
    const failed = execute(process.execPath, args, { env: environment() });
    await expect(failed).rejects.toThrow(`src/cli/program.ts:${line}:`);
  });

  it.for(['api/thread/main', 'storage/checkpoint/writer-thread', 'storage/history/thread'])(
    'tells them in its threads: %s',
    async (thread, context) => {
      needsPackage(context);
      const [lines] = readFileSync(join(ROOT, `src/${thread}.ts`), 'utf8').split(/ = workerData as /);
      const failed = new Promise<Error>(resolve => new Worker(inPackage(`dist/${thread}.js`)).on('error', resolve));
      expect((await failed).stack).toContain(`src/${thread}.ts:${lines!.split('\n').length}:`);
    },
  );

  it('starts from few files', context => {
    needsPackage(context);
    expect(inDist(/\.[cm]?js$/).length).toBeLessThan(60);
  });

  it('gives the licences of the packages whose code it holds', context => {
    needsPackage(context);
    const notices = readFileSync(inPackage('dist/THIRD-PARTY-NOTICES'), 'utf8');
    const sources = inDist(/\.map$/).flatMap(path => (JSON.parse(readFileSync(path, 'utf8')) as SourceMap).sources);
    const inside = new Set(sources.flatMap(source => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(source)?.[1] ?? []));
    expect([...inside]).toEqual(expect.arrayContaining(['typebox', 'yaml']));
    for (const name of inside) {
      const folder = join(ROOT, 'node_modules', name);
      const licences = readdirSync(folder).filter(file => /licen[cs]e/i.test(file));
      expect(licences.map(file => notices.includes(readFileSync(join(folder, file), 'utf8').trim()))).toEqual([true]);
    }
  });
});

describe('npx tacit', () => {
  it('--version, validate, schema', async context => {
    needsPackage(context);
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
    expect(await npx('--version')).toBe(`${version}\n`);
    expect(await npx('validate')).toContain('the default configuration: valid');
    expect(await npx('validate', '--strict', '--config', inPackage('config.example.yaml'))).toContain(': valid');
    expect(JSON.parse(await npx('schema', 'graph'))).toMatchObject({ title: 'tacit.graph/v1' });
  });

  it('analyze', async context => {
    needsPackage(context);
    const answer = await npx('analyze', inPackage('pipelines/otlp-direct/input.jsonl'));
    const expected = readFileSync(inPackage('pipelines/otlp-direct/expected.json'), 'utf8');
    expect(JSON.parse(answer)).toMatchObject(JSON.parse(expected) as object);
  });

  it('serve without a file takes spans and shows the graph; whoever ends npx ends the service', async context => {
    needsPackage(context);
    const running = start('npx', ['--no-install', 'tacit', 'serve', ...ANY_PORT]);
    try {
      const [, api] = await running.until(/curl (http:\S+)\/v1\/graph/);
      const [, receiver] = await running.until(/otlp +http +(http:\S+)/);
      const headers = { 'content-type': 'application/json' };
      for (const body of readFileSync(inPackage('pipelines/otlp-direct/input.jsonl'), 'utf8').trim().split('\n')) {
        const answer = await fetch(`${receiver}/v1/traces`, { method: 'POST', headers, body });
        expect([answer.status, await answer.json()]).toEqual([200, {}]);
      }
      await vi.waitFor(
        async () => {
          const graph = (await (await fetch(`${api}/v1/graph`)).json()) as GraphDocument;
          expect(graph.nodes.map(({ name }) => name)).toContain('order-events');
        },
        { timeout: 30_000, interval: 500 },
      );
      expect(await npx('graph', '--url', api!)).toContain('order-events');
    } finally {
      running.signal('SIGTERM');
    }
    expect((await running.ended).stderr).toMatch(/ stopped$/m);
  });

  it('SIGTERM to the program itself: exit 0', async context => {
    needsPackage(context);
    const running = start(join(home, 'node_modules/.bin/tacit'), ['serve', ...ANY_PORT]);
    await running.until(/\/v1\/graph/);
    running.signal('SIGTERM');
    expect((await running.ended).code).toBe(0);
  });
});

describe('an older Node', () => {
  const older = (process.env.PATH ?? '').split(delimiter).map(one => join(one, 'node'));

  it('is told what to do in one line', async context => {
    const node = await firstOlder(older.filter(path => existsSync(path)));
    if (node === undefined) return context.skip('there is no older Node in PATH');
    const { code, stdout, stderr } = await start(node, [join(ROOT, 'dist/launch.cjs'), 'serve']).ended;
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(
      /^tacit needs Node 24 or newer, this is [\d.]+: install .* npx -p node@24 -p tacit-topology tacit serve\n$/,
    );
  });

  it('can read as much of the program as that takes', () => {
    const text = readFileSync(join(ROOT, 'dist/launch.cjs'), 'utf8').replace(/\/\*[\s\S]*?\*\//g, '');
    expect(text).not.toMatch(/=>|\?\?|\?\.|`|\basync\b|\bawait\b|\bimport [^(]|\bclass\b/);
  });

  it('is one that the package says it does not support', () => {
    const { engines } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { engines: { node: string } };
    for (const path of ['src/main.ts', 'src/launch.cts']) {
      const [, oldest] = /OLDEST_NODE = (\d+)/.exec(readFileSync(join(ROOT, path), 'utf8'))!;
      expect(engines.node).toBe(`>=${oldest}`);
    }
  });
});

async function firstOlder(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) {
    const { stdout } = await execute(path, ['-p', 'process.versions.node']);
    if (Number.parseInt(stdout, 10) < 24) return path;
  }
  return undefined;
}
