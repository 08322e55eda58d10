/** `tacit watch`, `tacit diff` and `--at`, against a service whose answers the test makes. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { changeLine } from '../../src/cli/output/change-text.ts';
import { PastProblem } from '../../src/query/past.ts';
import { type Outcome, run } from '../cli/kit.ts';
import { changeOf, serviceRef } from '../kits/changes.ts';
import { documentOf, edgeOf, nodeOf, viewOf } from '../kits/view.ts';
import { type RunningApi, startApi } from './start-api.ts';

const [shop, cart, pay] = ['shop', 'cart', 'pay'].map(name => nodeOf('service', name));
const earlier = documentOf([shop!, cart!], [edgeOf(shop!, 'calls', cart!, { rate: 1 })]);
const later = documentOf(
  [shop!, cart!, pay!],
  [edgeOf(shop!, 'calls', cart!, { rate: 3 }), edgeOf(shop!, 'calls', pay!)],
);

let api: RunningApi;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tacit-time-'));
  await writeFile(join(folder, 'earlier.json'), JSON.stringify(earlier));
  await writeFile(join(folder, 'later.json'), JSON.stringify(later));
});
afterAll(() => rm(folder, { recursive: true }));

const of = (document: typeof later) => viewOf(document.nodes, document.edges);
beforeEach(async () => {
  api = await startApi(of(later));
  const nowMs = Date.parse('2026-08-01T12:00:05Z');
  api.viewAt = time => {
    const at = 'start' in time ? time.start : (time.at ?? nowMs);
    if (at < nowMs - 86_400_000) throw new PastProblem('before_history', nowMs - 86_400_000);
    return of(at < nowMs ? earlier : later);
  };
  return () => api.stop();
});

const ask = (...args: readonly string[]): Promise<Outcome> => run(args, { TACIT_URL: api.base });

describe('tacit watch', () => {
  it('tells changes from a place on, a line each, and ends after so many', async () => {
    api.publish(
      changeOf(1),
      changeOf(2, 'edge.gone', { severity: 'warning', baseline: true }),
      changeOf(3, 'node.appeared', { node: serviceRef('pay', 'prod') }),
    );
    expect(await ask('watch', '--since', '0', '--limit', '3')).toEqual({
      code: 0,
      stdout: [
        '2026-08-01T12:00:00.000Z   edge.appeared      shop calls cart\n',
        '2026-08-01T12:00:00.000Z ! edge.gone          shop calls cart (baseline)\n',
        '2026-08-01T12:00:00.000Z   node.appeared      service pay@prod\n',
      ].join(''),
      stderr: '',
    });
  });

  it('filters, and tells them as JSON', async () => {
    api.publish(
      changeOf(1),
      changeOf(2, 'edge.gone'),
      changeOf(3),
      changeOf(4, 'edge.gone', { baseline: true }),
      changeOf(5, 'edge.gone'),
    );
    const args = ['watch', '--since', '0', '--type', 'edge.gone', '--no-baseline', '--format', 'json', '--limit', '2'];
    const { stdout } = await ask(...args);
    expect(
      stdout
        .trim()
        .split('\n')
        .map(line => JSON.parse(line)),
    ).toEqual([changeOf(2, 'edge.gone'), changeOf(5, 'edge.gone')]);
  });

  it('goes on where it was when the service comes back', async () => {
    const { address, port } = api;
    api.publish(changeOf(1), changeOf(2));
    const watching = ask('watch', '--since', '0', '--limit', '4');
    while (api.metric('tacit_http_api_streams') === 0) await new Promise(resolve => setTimeout(resolve, 5));
    await new Promise(resolve => setTimeout(resolve, 50));
    await api.stop();
    expect(address).toContain(String(port));
    api = await startApi(of(later), address);
    api.publish(changeOf(1), changeOf(2), changeOf(3), changeOf(4, 'edge.gone'));
    const { code, stdout } = await watching;
    expect([code, stdout.trim().split('\n').length]).toEqual([0, 4]);
    expect(stdout).toContain('edge.gone');
  });

  it('says what it cannot: a service that is not there, words that are none', async () => {
    const nobody = await run(['watch', '--url', 'http://127.0.0.1:1']);
    expect([nobody.code, nobody.stderr]).toEqual([3, expect.stringContaining('cannot reach tacit')]);
    const wrong = await ask('watch', '--type', 'edge.goon');
    expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringContaining('did you mean edge.gone')]);
    expect((await ask('watch', 'cart')).stderr).toContain('write --node cart');
  });

  it('shows nothing that would act on a terminal', () => {
    const node = serviceRef('a\u001b[31mb');
    expect(changeLine(changeOf(1, 'node.gone', { node }))).not.toContain('\u001b');
  });
});

describe('tacit diff', () => {
  it('tells two times apart, or two files', async () => {
    const lines = [
      '+ service:pay\n',
      '+ service:shop#calls#service:pay (1)\n',
      '~ service:shop#calls#service:cart rate 1/s → 3/s (×3)\n',
    ].join('');
    const live = await ask('diff', '--start', '-1h');
    expect([live.code, live.stderr]).toEqual([0, '']);
    expect(live.stdout).toContain(lines);
    const files = ['--file', join(folder, 'earlier.json'), '--file', join(folder, 'later.json')];
    expect((await run(['diff', ...files])).stdout).toContain(lines);
    const json = await run(['diff', ...files, '--format', 'json', '--min-ratio', '4']);
    expect(JSON.parse(json.stdout)).toMatchObject({ schema: 'tacit.diff/v1', changed: [], truncated: false });
    const same = await run(['diff', '--file', join(folder, 'later.json'), '--file', join(folder, 'later.json')]);
    expect(same.stdout).toContain('nothing changed');
  });

  it('wants two files, or times', async () => {
    expect((await run(['diff', '--file', 'a.json'])).stderr).toContain('give --file twice');
    expect((await run(['diff', '--file', 'a', '--file', 'b', '--start', '-1h'])).stderr).toContain('not both');
    expect((await ask('diff', '--start', '-9d')).stderr).toMatch(/is not known: it begins at [\d-]{10}T[\d:.]+Z\n$/);
  });
});

describe('--at', () => {
  it('asks about an earlier graph', async () => {
    const { stdout } = await ask('graph', '--at', '-1h', '--format', 'json');
    expect((JSON.parse(stdout) as { edges: unknown[] }).edges).toHaveLength(1);
    expect((await ask('couplings', '--at', '-1h')).code).toBe(0);
    expect((await ask('paths', 'shop', 'cart', '--at', '-1h')).code).toBe(0);
    expect((await ask('explain', 'shop', 'cart', '--at', '-1h')).code).toBe(0);
  });

  it('is none of a file', async () => {
    const { code, stderr } = await run(['graph', '--at', '-1h', '--file', join(folder, 'later.json')]);
    expect([code, stderr]).toEqual([1, expect.stringContaining('a file holds one time')]);
  });
});
