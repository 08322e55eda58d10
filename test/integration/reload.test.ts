/** SIGHUP as operators send it: to a process that starts, runs under load, is given broken files, and stops. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, it } from 'vitest';
import { callOf } from '../cli/analyze-calls.ts';
import { type RunningProcess, spawnTacit } from '../cli/kit.ts';
import { freePorts } from '../kits/free-ports.ts';

const folder = mkdtempSync(join(tmpdir(), 'tacit-reload-'));
const file = join(folder, 'tacit.yaml');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SOON = { timeout: 30_000 };

interface Written {
  readonly api: number;
  readonly http: number;
  readonly level?: string;
  readonly token?: string;
}

function write({ api, http, level = 'info', token }: Written): void {
  const auth = token === undefined ? '' : `, auth: {tokens: ['${token}']}`;
  writeFileSync(
    file,
    `
receivers: {otlp: {protocols: {http: {endpoint: '127.0.0.1:${http}'}}}}
connectors: {topology: }
extensions: {http_api: {endpoint: '127.0.0.1:${api}'${auth}}}
service:
  extensions: [http_api]
  telemetry: {logs: {encoding: json, level: ${level}}}
  pipelines: {traces: {receivers: [otlp], exporters: [topology]}}
`,
  );
}

/** The process has begun anew with its settings, and does not die of a SIGHUP. */
async function untilHearing({ pid }: RunningProcess): Promise<void> {
  // In this order: a signal caught before it began anew says nothing.
  const isHearing = () => {
    if (!readFileSync(`/proc/${pid}/environ`, 'utf8').includes('GLIBC_TUNABLES=')) return false;
    const [, caught] = /^SigCgt:\s*([0-9a-f]+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))!;
    return (BigInt(`0x${caught}`) & 1n) === 1n;
  };
  await expect.poll(isHearing, { timeout: 30_000, interval: 5 }).toBe(true);
}

async function reloadsOf(api: number, token = ''): Promise<{ result: string; problems: string[] } | null> {
  const headers = { authorization: `Bearer ${token}` };
  const status = (await (await fetch(`http://127.0.0.1:${api}/v1/status`, { headers })).json()) as {
    configuration: { lastReload: { result: string; problems: string[] } | null };
  };
  return status.configuration.lastReload;
}

it('lives through every SIGHUP, from the start to the stop, and does what the file says', async () => {
  const [api, http, moved, taken] = (await freePorts(4)) as [number, number, number, number];
  write({ api, http });
  const child = spawnTacit(['serve', '--config', file]);
  const said = (text: string) => child.output().split(text).length - 1;
  try {
    await untilHearing(child);
    for (const end = performance.now() + 30_000; said('"ready"') === 0 && performance.now() < end; await sleep(20)) {
      child.signal('SIGHUP');
    }
    await child.until(/configuration read again/);

    let n = 0;
    let failed = 0;
    let isOver = false;
    const load = (async () => {
      while (!isOver) {
        n += 1;
        const headers = { 'content-type': 'application/json' };
        const body = JSON.stringify(callOf(n, Date.now()));
        const response = await fetch(`http://127.0.0.1:${http}/v1/traces`, { method: 'POST', headers, body });
        if (response.status !== 200) failed += 1;
        await response.arrayBuffer();
      }
    })();

    write({ api: moved, http });
    child.signal('SIGHUP');
    await child.until(/"configuration reloaded"/);
    expect(await reloadsOf(moved)).toMatchObject({ result: 'applied' });
    const isOpen = () => fetch(`http://127.0.0.1:${api}/healthz`).then(Boolean, () => false);
    await expect.poll(isOpen, SOON).toBe(false);

    writeFileSync(file, 'receivers: {otlp: [}\n');
    child.signal('SIGHUP');
    await child.until(/tacit\.yaml:1:\d+: /);
    await expect.poll(() => reloadsOf(moved), SOON).toMatchObject({ result: 'refused' });

    rmSync(file);
    child.signal('SIGHUP');
    await child.until(/tacit\.yaml: there is no such file/);

    const occupant = createServer().listen(taken, '127.0.0.1');
    write({ api: taken, http });
    child.signal('SIGHUP');
    await child.until(/reload failed: the configuration in force stays as it was/);
    expect(await reloadsOf(moved)).toMatchObject({ result: 'failed', problems: [expect.stringMatching(/in use/)] });
    await new Promise(resolve => occupant.close(resolve));

    write({ api: moved, http, token: 'token-of-old' });
    child.signal('SIGHUP');
    const withToken = async (token: string) => {
      const headers = { authorization: `Bearer ${token}` };
      return fetch(`http://127.0.0.1:${moved}/v1/graph`, { headers }).then(
        ({ status }) => status,
        () => 0,
      );
    };
    await expect.poll(() => withToken(''), SOON).toBe(401);
    write({ api: moved, http, token: 'token-of-new', level: 'debug' });
    child.signal('SIGHUP');
    await expect.poll(() => withToken('token-of-new'), SOON).toBe(200);
    expect(await withToken('token-of-old')).toBe(401);

    for (let i = 0; i < 100; i++) child.signal('SIGHUP');
    await expect.poll(() => reloadsOf(moved, 'token-of-new'), SOON).toMatchObject({ result: 'unchanged' });
    isOver = true;
    await load;
    expect(failed).toBe(0);
    const graph = await (
      await fetch(`http://127.0.0.1:${moved}/v1/graph`, { headers: { authorization: 'Bearer token-of-new' } })
    ).json();
    expect((graph as { edges: { count: number }[] }).edges.map(({ count }) => count)).toEqual([n]);

    child.signal('SIGTERM');
    child.signal('SIGHUP');
    const { code, stderr } = await child.ended;
    expect(code).toBe(0);
    expect(stderr).not.toMatch(/token-of-/);
  } finally {
    child.signal('SIGKILL');
  }
});
