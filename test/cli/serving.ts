/** A service that keeps its data, what is sent to it, and what the command line says of its directory. */
import { readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'vitest';
import type { GraphDocument } from '../../src/contract/graph-document.ts';
import type { StorageCheck } from '../../src/contract/storage-check.ts';
import { type RunningProcess, run, spawnTacit } from './kit.ts';

export interface Serving {
  readonly child: RunningProcess;
  readonly otlp: string;
  readonly api: string;
}

/** @param options more arguments of its command line. */
export async function serve(path: string, ...options: readonly string[]): Promise<Serving> {
  const child = spawnTacit([
    'serve',
    '--set=receivers.otlp.protocols.grpc.endpoint=127.0.0.1:0',
    '--set=receivers.otlp.protocols.http.endpoint=127.0.0.1:0',
    '--set=extensions.http_api.endpoint=127.0.0.1:0',
    `--set=extensions.storage.path=${path}`,
    '--set=extensions.storage.checkpoint_interval=1s',
    ...options,
  ]);
  const [, otlp] = await child.until(/OTEL_EXPORTER_OTLP_ENDPOINT=(http:\/\/127\.0\.0\.1:\d+)/);
  const [, api] = await child.until(/curl (http:\/\/127\.0\.0\.1:\d+)\/v1\/graph/);
  return { child, otlp: otlp!, api: api! };
}

const hex = (number: number, digits: number) => number.toString(16).padStart(digits, '0');

/** So many calls from one service to another, each in a request of its own. @param ageMs since when they were made. */
export async function call({ otlp }: Serving, from: number, to: number, ageMs = 0): Promise<void> {
  for (let i = from; i < to; i++) {
    const nowNs = `${Date.now() - ageMs}000000`;
    const common = { traceId: hex(i + 1, 32), startTimeUnixNano: nowNs, endTimeUnixNano: nowNs, name: 'call' };
    const client = { ...common, spanId: hex(2 * i + 1, 16), kind: 3 };
    const server = { ...common, spanId: hex(2 * i + 2, 16), parentSpanId: client.spanId, kind: 2 };
    const resourceSpans = [client, server].map((span, side) => ({
      resource: { attributes: [{ key: 'service.name', value: { stringValue: ['shop', `pay-${i % 5}`][side] } }] },
      scopeSpans: [{ spans: [span] }],
    }));
    const headers = { 'content-type': 'application/json' };
    const sent = await fetch(`${otlp}/v1/traces`, { method: 'POST', headers, body: JSON.stringify({ resourceSpans }) });
    expect(sent.status).toBe(200);
  }
}

export async function edgesOf({ api }: Serving): Promise<readonly string[]> {
  const { edges } = (await (await fetch(`${api}/v1/graph`)).json()) as GraphDocument;
  return edges.map(({ source, target, count }) => `${source} ${target} ${count}`).sort();
}

/** Resolves when there are two checkpoints, and nothing has to be written to the next. */
export async function checkpoints({ api }: Serving, after: number): Promise<number> {
  for (;;) {
    const { storage } = (await (await fetch(`${api}/v1/status`)).json()) as {
      storage: { checkpoint: { frame: number } | null };
    };
    const frame = storage.checkpoint?.frame ?? 0;
    if (frame > after) return frame;
    await new Promise(resolve => setTimeout(resolve, 50));
  }
}

export function flip(file: string, at: number): void {
  const bytes = readFileSync(file);
  bytes[at]! ^= 0x10;
  writeFileSync(file, bytes);
}

export async function checked(path: string): Promise<{ code: number; check: StorageCheck }> {
  const { code, stdout } = await run(['storage', 'check', '--path', path, '--format', 'json']);
  return { code, check: JSON.parse(stdout) };
}
