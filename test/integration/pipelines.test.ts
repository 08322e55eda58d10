/**
 * Every example in `pipelines/`: a real process with its configuration takes its input and shows its graph, and
 * `analyze` makes the same of the file.
 */
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import type { GraphDocument } from '../../src/contract/graph-document.ts';
import { type RunningProcess, spawnTacit } from '../cli/kit.ts';

const ROOT = new URL('../../', import.meta.url);
const MAIN = fileURLToPath(new URL('src/main.ts', ROOT));
const PIPELINES = new URL('pipelines/', ROOT);
const examples = readdirSync(PIPELINES, { withFileTypes: true })
  .filter(entry => entry.isDirectory())
  .map(({ name }) => name);

/** Free ports, and a wait that a test can sit out. */
const SETTINGS = [
  'service.telemetry.logs.encoding=json',
  'receivers.otlp.protocols.grpc.endpoint=127.0.0.1:0',
  'receivers.otlp.protocols.http.endpoint=127.0.0.1:0',
  'extensions.http_api.endpoint=127.0.0.1:0',
  'connectors.topology.correlation.wait=1s',
];

it('there are examples', () => {
  expect(examples).toContain('otlp-direct');
});

describe.each(examples)('%s', name => {
  const fileOf = (file: string) => fileURLToPath(new URL(`${name}/${file}`, PIPELINES));
  const expected = JSON.parse(readFileSync(fileOf('expected.json'), 'utf8')) as object;

  it('has all its files', () => {
    for (const file of ['README.md', 'config.yaml', 'input.jsonl', 'expected.json'])
      expect({ file, there: existsSync(fileOf(file)) }).toEqual({ file, there: true });
  });

  it('a process takes the input over HTTP and shows the graph', async () => {
    const settings = SETTINGS.flatMap(set => ['--set', set]);
    const service = spawnTacit(['serve', '--config', fileOf('config.yaml'), ...settings]);
    try {
      const { receiver, api } = await addressesOf(service);
      for (const line of readFileSync(fileOf('input.jsonl'), 'utf8').trim().split('\n')) {
        const headers = { 'content-type': 'application/json' };
        const answer = await fetch(`http://${receiver}/v1/traces`, { method: 'POST', headers, body: line });
        expect([answer.status, await answer.json()]).toEqual([200, {}]);
      }
      expect(await settledGraph(api)).toMatchObject(expected);
    } finally {
      service.signal('SIGTERM');
      expect((await service.ended).code).toBe(0);
    }
  });

  it('analyze makes the same of the file', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [MAIN, 'analyze', fileOf('input.jsonl')]);
    expect(JSON.parse(stdout)).toMatchObject(expected);
  });
});

interface Listener {
  readonly component: string;
  readonly protocol: string;
  readonly address: string;
}

async function addressesOf(service: RunningProcess): Promise<{ readonly receiver: string; readonly api: string }> {
  const [line] = await service.until(/^\{.*"msg":"ready".*\}$/m);
  const { listeners } = JSON.parse(line) as { listeners: readonly Listener[] };
  const find = (component: string) =>
    listeners.find(one => one.component.startsWith(component) && one.protocol === 'http')!.address;
  return { receiver: find('otlp'), api: find('http_api') };
}

/** The graph when nothing waits any more. */
function settledGraph(api: string): Promise<GraphDocument> {
  return vi.waitFor(
    async () => {
      const graph = (await (await fetch(`http://${api}/v1/graph`)).json()) as GraphDocument;
      expect(graph.stats.spans.pending).toBe(0);
      expect(graph.edges.every(({ exemplars }) => exemplars.length > 0)).toBe(true);
      return graph;
    },
    { timeout: 20_000, interval: 100 },
  );
}
