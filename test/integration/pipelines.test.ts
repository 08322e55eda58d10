/**
 * Every example in `pipelines/`: a real process with its configuration takes its input and shows its graph, and
 * `analyze` makes the same of the file. Examples that read from Kafka have a real broker.
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import type { GraphDocument } from '../../src/contract/graph-document.ts';
import { type RunningProcess, spawnTacit } from '../cli/kit.ts';
import { dataDirectory } from '../kits/data-directory.ts';
import { Cluster } from '../kits/kafka/cluster.ts';
import { encodeTraces } from '../kits/otlp.ts';
import { startKafka } from '../kits/services/kafka.ts';
import { missingServices } from '../kits/services/required.ts';

const ROOT = new URL('../../', import.meta.url);
const MAIN = fileURLToPath(new URL('src/main.ts', ROOT));
const PIPELINES = new URL('pipelines/', ROOT);
const examples = readdirSync(PIPELINES, { withFileTypes: true })
  .filter(entry => entry.isDirectory())
  .map(({ name }) => name);

/** Free ports, and a wait that a test can sit out. */
const SETTINGS = [
  'service.telemetry.logs.encoding=json',
  'extensions.http_api.endpoint=127.0.0.1:0',
  'connectors.topology.correlation.wait=1s',
];
const ENDPOINTS: Readonly<Record<string, readonly string[]>> = {
  otlp: ['receivers.otlp.protocols.grpc.endpoint=127.0.0.1:0', 'receivers.otlp.protocols.http.endpoint=127.0.0.1:0'],
  http_events: ['receivers.http_events.endpoint=127.0.0.1:0'],
};

interface Config {
  readonly receivers: Readonly<Record<string, { readonly traces?: { readonly topics: readonly string[] } } | null>>;
  readonly extensions: Readonly<Record<string, unknown>>;
}

it('there are examples', () => {
  expect(examples).toContain('otlp-direct');
});

describe.each(examples)('%s', name => {
  const fileOf = (file: string) => fileURLToPath(new URL(`${name}/${file}`, PIPELINES));
  const expected = JSON.parse(readFileSync(fileOf('expected.json'), 'utf8')) as object;
  const config = parse(readFileSync(fileOf('config.yaml'), 'utf8')) as Config;
  const receivers = Object.keys(config.receivers);
  const fromKafka = receivers.filter(id => id.startsWith('kafka'));
  const missing = fromKafka.length === 0 ? undefined : missingServices(['kafka']);
  const lines = readFileSync(fileOf('input.jsonl'), 'utf8').trim().split('\n');
  const spans = lines.filter(line => line.startsWith('{"resourceSpans"'));
  const records = lines.filter(line => !line.startsWith('{"resourceSpans"'));

  function start(...more: readonly string[]): RunningProcess {
    const storage = 'storage' in config.extensions ? [`extensions.storage.path=${dataDirectory()}`] : [];
    const sets = [...SETTINGS, ...receivers.flatMap(id => ENDPOINTS[id] ?? []), ...storage, ...more];
    return spawnTacit(['serve', '--config', fileOf('config.yaml'), ...sets.flatMap(set => ['--set', set])]);
  }

  async function showsTheGraph(service: RunningProcess, send: (addresses: Addresses) => Promise<void>): Promise<void> {
    try {
      const addresses = await addressesOf(service);
      await send(addresses);
      await expectGraph(addresses.http_api!, expected);
    } finally {
      service.signal('SIGTERM');
      expect((await service.ended).code).toBe(0);
    }
  }

  it('has all its files', () => {
    for (const file of ['README.md', 'config.yaml', 'input.jsonl', 'expected.json'])
      expect({ file, there: existsSync(fileOf(file)) }).toEqual({ file, there: true });
  });

  it.runIf(fromKafka.length === 0)('a process takes the input over HTTP and shows the graph', async () => {
    await showsTheGraph(start(), async ({ otlp, http_events }) => {
      for (const line of spans) expect(await post(`http://${otlp}/v1/traces`, 'application/json', line)).toEqual({});
      if (records.length === 0) return;
      const taken = await post(`http://${http_events}/v1/records`, 'application/x-ndjson', records.join('\n'));
      expect(taken).toEqual({ accepted: records.length, rejected: 0, errors: [] });
    });
  });

  it.runIf(fromKafka.length > 0 && missing === undefined)(
    'a process takes the input from Kafka and shows the graph',
    async () => {
      const cluster = await Cluster.start([await startKafka()]);
      try {
        const [topic] = fromKafka.flatMap(id => config.receivers[id]?.traces?.topics ?? []);
        await cluster.createTopic(topic!);
        const messages = spans.map(line => ({ value: Buffer.from(encodeTraces(JSON.parse(line) as object)) }));
        await cluster.send(topic!, messages);
        const file = join(mkdtempSync(join(tmpdir(), 'tacit-pipelines-')), 'records.jsonl');
        writeFileSync(file, `${records.join('\n')}\n`);
        await tacit('replay', file, '--speed', 'max', '--kafka', cluster.brokers);
        const brokers = fromKafka.map(id => `receivers.${id}.brokers=[${cluster.brokers}]`);
        await showsTheGraph(start(...brokers), async () => {});
      } finally {
        await cluster.stop();
      }
    },
    120_000,
  );

  it('analyze makes the same of the file', async () => {
    expect(JSON.parse(await tacit('analyze', fileOf('input.jsonl')))).toMatchObject(expected);
  });
});

async function tacit(...args: readonly string[]): Promise<string> {
  return (await promisify(execFile)(process.execPath, [MAIN, ...args])).stdout;
}

async function post(url: string, type: string, body: string): Promise<unknown> {
  const answer = await fetch(url, { method: 'POST', headers: { 'content-type': type }, body });
  expect(answer.status).toBe(200);
  return answer.json();
}

interface Listener {
  readonly component: string;
  readonly protocol: string;
  readonly address: string;
}

/** Of what listens over HTTP, by component. */
type Addresses = Readonly<Partial<Record<string, string>>>;

async function addressesOf(service: RunningProcess): Promise<Addresses> {
  const [line] = await service.until(/^\{.*"msg":"ready".*\}$/m);
  const { listeners } = JSON.parse(line) as { listeners: readonly Listener[] };
  const overHttp = listeners.filter(({ protocol }) => protocol === 'http');
  return Object.fromEntries(overHttp.map(({ component, address }) => [component.split('/')[0], address]));
}

/** When nothing waits any more. */
function expectGraph(api: string, expected: object): Promise<void> {
  return vi.waitFor(
    async () => {
      const graph = (await (await fetch(`http://${api}/v1/graph`)).json()) as GraphDocument;
      expect(graph.stats.spans.pending).toBe(0);
      expect(graph).toMatchObject(expected);
    },
    { timeout: 30_000, interval: 100 },
  );
}
