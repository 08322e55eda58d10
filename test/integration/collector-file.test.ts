/** What a real Collector's file exporter writes is followed as it grows, and through its rotations: each call once. */
import { readdirSync } from 'node:fs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { GraphDocument } from '../../src/contract/graph-document.ts';
import { callOf } from '../cli/analyze-calls.ts';
import { freePorts, missingForCollector, type RunningCollector, startCollector } from '../kits/collector/running.ts';
import { dataDirectory } from '../kits/data-directory.ts';
import { type RunningService, startServiceProcess } from '../kits/sdk/service-process.ts';

const CALLS = 6000;
const IN_REQUEST = 100;

let collector: RunningCollector | undefined;
let service: RunningService | undefined;

afterEach(async () => {
  await collector?.stop();
  await service?.stop();
});

/** An exporter that begins a new file after each megabyte. */
function configOf(port: number, path: string): string {
  return `yaml:${JSON.stringify({
    receivers: { otlp: { protocols: { http: { endpoint: `127.0.0.1:${port}` } } } },
    exporters: { file: { path, rotation: { max_megabytes: 1, max_backups: 100 } } },
    service: {
      telemetry: { metrics: { level: 'none' } },
      pipelines: { traces: { receivers: ['otlp'], exporters: ['file'] } },
    },
  })}`;
}

describe.skipIf(missingForCollector() !== undefined)('files of a Collector', () => {
  it('are read as they grow and are rotated', async () => {
    const folder = dataDirectory();
    const [port] = await freePorts(1);
    service = await startServiceProcess(
      'connectors.topology.correlation.wait=1s',
      `receivers.file={include: ['${folder}/*.json'], poll_interval: 50ms}`,
      'service.pipelines.traces.receivers=[otlp, file]',
    );
    collector = await startCollector([configOf(port!, `${folder}/spans.json`)]);
    for (let from = 1; from <= CALLS; from += IN_REQUEST) {
      const calls = Array.from({ length: IN_REQUEST }, (_, i) => callOf(from + i, Date.now()));
      const body = JSON.stringify({ resourceSpans: calls.flatMap(({ resourceSpans }) => resourceSpans) });
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch(`http://127.0.0.1:${port}/v1/traces`, { method: 'POST', headers, body });
      expect(answer.status).toBe(200);
    }
    const { api } = service;
    await vi.waitFor(
      async () => {
        const { edges, stats } = (await (await fetch(`http://${api}/v1/graph`)).json()) as GraphDocument;
        expect(edges.map(({ id, count }) => [id, count])).toEqual([['service:web#calls#service:shop', CALLS]]);
        expect(stats.spans).toMatchObject({ received: 2 * CALLS, duplicates: 0, pending: 0 });
      },
      { timeout: 60_000, interval: 200 },
    );
    expect(readdirSync(folder).length).toBeGreaterThan(2);
  });
});
