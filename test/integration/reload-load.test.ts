/** Options change every second while requests come in: what was acknowledged was received, and nothing is counted twice. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished, vi } from 'vitest';
import type { GraphDocument } from '../../src/contract/graph-document.ts';
import { spawnTacit } from '../cli/kit.ts';
import { freePorts } from '../kits/free-ports.ts';
import { Senders } from '../kits/senders.ts';
import { Random } from '../oracle/random.ts';

const ROUNDS = Number(process.env.TACIT_RELOAD_ROUNDS ?? 6);
const SEED = Number(process.env.TACIT_RELOAD_SEED ?? 1);
const PATIENCE = { timeout: 40_000, interval: 100 };

interface Status {
  readonly configuration: { readonly lastReload: { readonly at: string; readonly result: string } | null };
}

interface Ports {
  readonly api: number;
  readonly http: number;
  readonly grpc: number;
}

/** Windows, limits, the log, and what the receivers let pass. */
function configOf({ api, http, grpc }: Ports, data: string, random: Random): string {
  const pick = <T>(...values: T[]): T => random.pick(values);
  return `
receivers:
  otlp:
    max_wait: ${pick('0s', '500ms', '2s')}
    protocols:
      http: {endpoint: '127.0.0.1:${http}', max_connections: ${pick(2, 50, 4096)}, max_inflight_body_size: ${pick('64MiB', '256MiB')}, read_timeout: ${pick('5s', '30s')}}
      grpc: {endpoint: '127.0.0.1:${grpc}', max_connections: ${pick(2, 50, 1024)}, max_concurrent_streams: ${pick(1, 100)}, max_recv_msg_size_mib: ${pick(1, 16)}}
connectors:
  topology:
    correlation: {wait: ${pick('200ms', '1s', '3s')}, late: ${pick('2m', '5m')}, message_wait: ${pick('1m', '24h')}}
    limits: {nodes: ${pick(10, 20_000)}, edges: ${pick(10, 200_000)}, paths: ${pick(10, 100_000)}}
    weights: {half_life: ${pick('1m', '1h')}}
extensions:
  http_api: {endpoint: '127.0.0.1:${api}'}
  storage: {path: ${data}, checkpoint_interval: 1s}
service:
  extensions: [http_api, storage]
  telemetry: {logs: {encoding: json, level: ${pick('info', 'debug', 'warn')}}}
  pipelines: {traces: {receivers: [otlp], exporters: [topology]}}
`;
}

it(
  `what is acknowledged over ${ROUNDS} reloads is counted, and counted once`,
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tacit-reload-load-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const [api, http, grpc] = (await freePorts(3)) as [number, number, number];
    const random = new Random(SEED);
    const file = join(folder, 'tacit.yaml');
    const write = () => writeFileSync(file, configOf({ api, http, grpc }, join(folder, 'data'), random));
    const ask = async <T>(path: string) => (await (await fetch(`http://127.0.0.1:${api}${path}`)).json()) as T;
    write();
    const child = spawnTacit(['serve', '--config', file]);
    onTestFinished(() => child.signal('SIGKILL'));
    await vi.waitFor(async () => expect((await fetch(`http://127.0.0.1:${api}/readyz`)).status).toBe(200), PATIENCE);

    const senders = new Senders(() => ({ http: `127.0.0.1:${http}`, grpc: `127.0.0.1:${grpc}` }));
    for (let round = 0, before = ''; round < ROUNDS; round++) {
      await sleep(1000);
      write();
      child.signal('SIGHUP');
      await vi.waitFor(async () => {
        const { lastReload } = (await ask<Status>('/v1/status')).configuration;
        expect(lastReload?.at).not.toBe(before);
        expect(lastReload).toMatchObject({ result: expect.stringMatching(/applied|unchanged/), problems: [] });
        before = lastReload!.at;
      }, PATIENCE);
    }
    await senders.end();
    expect(senders.acknowledged).toBeGreaterThan(100);
    const graph = await vi.waitFor(async () => {
      const document = await ask<GraphDocument>('/v1/graph');
      expect(document.stats.spans.pending).toBe(0);
      return document;
    }, PATIENCE);
    senders.expectEachOnce(graph, SEED);
    child.signal('SIGTERM');
    expect((await child.ended).code).toBe(0);
  },
  60_000 + ROUNDS * 15_000,
);
