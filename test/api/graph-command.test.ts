import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { graphCommand } from '../../src/cli/graph.ts';
import { runProgram } from '../../src/cli/program.ts';
import { documentOf, edgeOf, nodeOf, viewOf } from '../kits/view.ts';
import { type RunningApi, startApi } from './start-api.ts';

const program = { version: '0.1.0-test', commands: [graphCommand] };
const latency = { p50: 0.001, p95: 0.0125, p99: 0.02, mean: 0.002, count: 9 };
const web = nodeOf('service', 'web', { environment: 'prod' });
const cart = nodeOf('service', 'cart\u001b[31m', { environment: 'prod' });
const orders = nodeOf('topic', 'orders', { environment: 'prod' });
const staged = nodeOf('service', 'staged', { environment: 'staging' });
const nodes = [web, cart, orders, staged];
const edges = [
  edgeOf(web, 'calls', cart, { count: 1234, errors: 5, latency: { client: latency } }),
  edgeOf(cart, 'publishes', orders, { count: 2 }),
  edgeOf(staged, 'calls', staged, { state: 'gone' }),
];

let api: RunningApi;
let folder: string;
let file: string;
beforeAll(async () => {
  api = await startApi(viewOf(nodes, edges));
  folder = await mkdtemp(join(tmpdir(), 'tacit-graph-'));
  file = join(folder, 'graph.json');
  await writeFile(file, JSON.stringify(documentOf(nodes, edges)));
});
afterAll(async () => {
  await api.stop();
  await rm(folder, { recursive: true });
});

async function run(args: string[], env: NodeJS.ProcessEnv = {}) {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const texts = [stdout, stderr].map(stream => stream.setEncoding('utf8').toArray());
  const code = await runProgram(['graph', ...args], { stdout, stderr, stdin: Readable.from([]), env }, program);
  stdout.end();
  stderr.end();
  const [out, err] = (await Promise.all(texts)).map(parts => parts.join(''));
  return { code, out: out!, err: err! };
}

async function fileOf(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

describe('tacit graph', () => {
  it('prints a table, one line per edge', async () => {
    const { code, out, err } = await run(['--url', api.base]);
    expect(code).toBe(0);
    expect(out).toBe(
      [
        'SOURCE     KIND       TARGET     COUNT  ERRORS     P95  STATE',
        'cart\ufffd[31m  publishes  orders         2       0       -  active',
        'web        calls      cart\ufffd[31m   1234       5  12.5ms  active',
        '',
      ].join('\n'),
    );
    expect(err).toBe('4 nodes, 2 edges as of 2026-08-01T12:00:00.000Z\n');
  });

  it('draws and filters alike from a service and from a file', async () => {
    for (const args of [
      ['--format', 'mermaid'],
      ['--format', 'dot', '--kind', 'publishes'],
      ['--env', 'prod', '--format', 'json'],
      ['--min-count', '3'],
    ]) {
      const online = await run([...args, ...(args.includes('mermaid') ? ['--env', 'prod'] : [])], {
        TACIT_URL: api.base,
      });
      const offline = await run([...args, '--file', file, ...(args.includes('mermaid') ? ['--env', 'prod'] : [])]);
      expect(online.code).toBe(0);
      expect(online.out).not.toBe('');
      expect(offline).toEqual(online);
    }
  });

  it('shows every state of a file', async () => {
    expect((await run(['--file', file])).out).toContain('gone');
  });

  it('says in one line that it cannot reach the service', async () => {
    const stopped = await startApi(undefined);
    await stopped.stop();
    const { code, out, err } = await run(['--url', stopped.base]);
    expect({ code, out }).toEqual({ code: 3, out: '' });
    expect(err).toMatch(/^tacit graph: cannot reach tacit at http:\/\/127\.0\.0\.1:\d+: .*ECONNREFUSED.*\n$/);
  });

  it('says that something else answers there', async () => {
    const other = createServer((_, response) => response.writeHead(404).end()).listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { code, err } = await run(['--url', `http://127.0.0.1:${(other.address() as AddressInfo).port}`]);
    other.close();
    expect({ code, err }).toEqual({ code: 1, err: expect.stringMatching(/refused: 404 .*; is --url that of the API/) });
  });

  it.each([
    [['--format', 'xml'], 1, /--format "xml" is unknown; one of table, json, dot, mermaid/],
    [['--kind', 'servce'], 1, /did you mean service\?/],
    [['--min-count', '-1'], 1, /min-count/],
    [['--url', 'nowhere'], 1, /no URL such as http/],
    [['--url', 'http://x', '--file', 'y'], 1, /not both/],
    [['--colour'], 1, /--colour/],
    [['prod'], 1, /takes no argument such as 'prod'/],
    [['--file', '/nowhere.json'], 2, /\/nowhere\.json: no such file/],
    [['--file', '/tmp'], 2, /\/tmp: is a directory\n$/],
  ])('%j ends with %i', async (args, exitCode, words) => {
    const { code, out, err } = await run(args);
    expect({ code, out }).toEqual({ code: exitCode, out: '' });
    expect(err).toMatch(words);
    expect(err.trimEnd().split('\n')).toHaveLength(1);
  });

  it('says what is wrong with a file', async () => {
    const wrong: [string, RegExp][] = [
      ['{', /no JSON/],
      ['\u001b[2J\u0000', /no JSON: [ -~\ufffd]*\n$/],
      ['{"schema":"x"}', /expected "schema": "tacit\.graph\/v1"/],
      [JSON.stringify(documentOf(nodes, [{ ...edges[0]!, count: -1 }])), /\/edges\/0\/count must be >= 0/],
      [JSON.stringify(documentOf([web], edges)), /names the node "service:cart.*", which is missing/],
    ];
    for (const [text, words] of wrong) {
      const { code, err } = await run(['--file', await fileOf('wrong.json', text)]);
      expect(code).toBe(2);
      expect(err).toMatch(words);
    }
  });

  it('passes on why the service refused', async () => {
    const view = api.view;
    api.view = undefined;
    const { code, err } = await run(['--url', api.base]);
    api.view = view;
    expect(code).toBe(3);
    expect(err).toContain('no topology connector is running');
  });
});

const GRAPHVIZ = 'dot';
const dot = await new Promise<boolean>(resolve => execFile(GRAPHVIZ, ['-V'], error => resolve(error === null)));
if (!dot) console.warn('SKIPPED: Graphviz (`dot`) is not installed, its reading of the drawing is not tested');

describe.skipIf(!dot)('Graphviz', () => {
  it('reads the drawing', async () => {
    const { out } = await run(['--file', file, '--format', 'dot']);
    const path = await fileOf('graph.dot', out);
    const svg = await new Promise<string>((resolve, reject) =>
      execFile(GRAPHVIZ, ['-Tsvg', path], (error, text) => (error === null ? resolve(text) : reject(error))),
    );
    expect(svg.match(/class="edge"/g)).toHaveLength(edges.length);
  });
});
