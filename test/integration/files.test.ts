/**
 * Files and requests of records against a real service with storage: what a service that was killed had taken is not
 * taken again, and what it had not is.
 */
import { appendFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { GraphDocument } from '../../src/contract/graph-document.ts';
import { callOf } from '../cli/analyze-calls.ts';
import { run } from '../cli/kit.ts';
import { dataDirectory } from '../kits/data-directory.ts';
import { type RunningService, startServiceProcess } from '../kits/sdk/service-process.ts';

const CALLS = 2000;
const CHANGES = 4000;
let service: RunningService | undefined;

afterEach(async () => {
  await service?.stop();
  service = undefined;
});

const call = (n: number) => `${JSON.stringify(callOf(n, Date.now()))}\n`;
const change = (n: number) =>
  `${JSON.stringify({
    topic: 'shop.orders',
    partition: n % 3,
    offset: n,
    timestamp: Date.now(),
    value: {
      op: 'c',
      before: null,
      after: { id: n },
      source: { connector: 'postgresql', name: 's', db: 'shop', schema: 'public', table: 'orders', lsn: n },
    },
  })}\n`;

async function graph(): Promise<GraphDocument> {
  return (await (await fetch(`http://${service!.api}/v1/graph`)).json()) as GraphDocument;
}

function counts({ edges, stats }: GraphDocument): object {
  const countOf = (kind: string) => edges.find(edge => edge.kind === kind)?.count ?? 0;
  const { received, duplicates } = stats.spans;
  return {
    calls: countOf('calls'),
    captures: countOf('captures'),
    received,
    duplicates,
    records: stats.records.received,
  };
}

const WHOLE = { calls: CALLS, captures: CHANGES, received: 2 * CALLS, duplicates: 0, records: CHANGES };

function untilWhole(): Promise<void> {
  return vi.waitFor(async () => expect(counts(await graph())).toEqual(WHOLE), { timeout: 60_000, interval: 200 });
}

describe('a service that is killed again and again', () => {
  it('reads followed files once, renamed ones, too', async () => {
    const folder = dataDirectory();
    const data = dataDirectory();
    const start = async () => {
      service = await startServiceProcess(
        `extensions.storage.path=${data}`,
        'extensions.storage.checkpoint_interval=1s',
        'connectors.topology.correlation.wait=1s',
        `receivers.file={include: ['${folder}/*.jsonl'], poll_interval: 50ms}`,
        'service.pipelines.traces.receivers=[otlp, file]',
        'service.pipelines.events={receivers: [file], exporters: [topology]}',
      );
    };
    const file = (name: string) => join(folder, name);
    const STEPS = 5;
    for (let step = 0; step < STEPS; step++) {
      await start();
      const texts: string[] = [];
      for (let n = (step * CALLS) / STEPS + 1; n <= ((step + 1) * CALLS) / STEPS; n++) {
        texts.push(call(n), change(2 * n - 1), change(2 * n));
      }
      appendFileSync(file('a.jsonl'), texts.join(''));
      if (step === 2) renameSync(file('a.jsonl'), file('a-1.jsonl'));
      await delay(100 + 60 * step);
      process.kill(service!.pid, 'SIGKILL');
    }
    await start();
    await untilWhole();
  }, 180_000);

  it('takes what a replay sends, once', async () => {
    const data = dataDirectory();
    const folder = dataDirectory();
    service = await startServiceProcess(
      `extensions.storage.path=${data}`,
      'connectors.topology.correlation.wait=1s',
      "receivers.http_events={endpoint: '127.0.0.1:0'}",
      'service.pipelines.events={receivers: [http_events], exporters: [topology]}',
    );
    const lines: string[] = [];
    for (let n = 1; n <= CALLS; n++) lines.push(call(n), change(2 * n - 1), change(2 * n));
    const path = join(folder, 'recorded.jsonl');
    appendFileSync(path, lines.join(''));
    const status = (await (await fetch(`http://${service.api}/v1/status`)).json()) as {
      readonly listeners: readonly { readonly component: string; readonly address: string }[];
    };
    const events = status.listeners.find(({ component }) => component === 'http_events')!.address;
    const urls = ['--otlp', `http://${service.http}`, '--events', `http://${events}`];
    // A second time everything comes again: records by their places, spans by their ids.
    for (let time = 1; time <= 2; time++) {
      expect(await run(['replay', path, '--speed', 'max', ...urls])).toMatchObject({ code: 0 });
    }
    const twice = { ...WHOLE, received: 4 * CALLS, duplicates: 2 * CALLS, records: 2 * CHANGES };
    await vi.waitFor(async () => expect(counts(await graph())).toEqual(twice), { timeout: 60_000, interval: 200 });
  }, 120_000);
});
