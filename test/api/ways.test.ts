/** Questions about ways over HTTP and on the command line: the same answers, helpful errors. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CouplingsAnswer } from '../../src/query/couplings.ts';
import { viewOfDocument } from '../../src/query/document-view.ts';
import type { PathsAnswer } from '../../src/query/paths.ts';
import { run } from '../cli/kit.ts';
import { documentOf, edgeOf, nodeOf } from '../kits/view.ts';
import { type RunningApi, startApi } from './start-api.ts';

const orders = nodeOf('service', 'order-service', { entry: { count: 10 } });
const users = nodeOf('service', 'user-service');
const bank = nodeOf('external', 'bank');
const sameName = nodeOf('table', 'user-service');
const events = nodeOf('topic', 'order-events', { system: 'kafka' });
const lag = { p50: 0.5, p95: 2, p99: 3, count: 5 };
const document = documentOf(
  [bank, orders, users, sameName, events],
  [
    edgeOf(orders, 'publishes', events, { count: 8, messages: 8 }),
    edgeOf(events, 'consumes', users, { count: 8, messages: 8, lag }),
    edgeOf(orders, 'calls', bank, { count: 4 }),
  ],
  // order-service → order-events → user-service, eight times of ten.
  { paths: { parents: [-1, 0, 1], nodes: [1, 4, 2], counts: [10, 8, 8] } },
);
const SENTENCE = 'order-service → Kafka topic order-events → user-service, implicitly, observed 8 times';

let api: RunningApi;
let folder: string;
let file: string;
beforeAll(async () => {
  api = await startApi(viewOfDocument(document));
  folder = await mkdtemp(join(tmpdir(), 'tacit-ways-'));
  file = join(folder, 'graph.json');
  await writeFile(file, JSON.stringify(document));
});
afterAll(async () => {
  await api.stop();
  await rm(folder, { recursive: true });
});

const paths = async (query: string) => (await api.json(`/v1/paths?${query}`)) as unknown as PathsAnswer;
const couplings = async (query: string) => (await api.json(`/v1/couplings${query}`)) as unknown as CouplingsAnswer;

describe('/v1/paths', () => {
  it('says how order-service reaches user-service, in one request', async () => {
    const answer = await paths('from=order-service&to=service:user-service');
    expect(answer).toEqual({
      from: orders.id,
      to: users.id,
      paths: [
        {
          nodes: [orders.id, events.id, users.id],
          edges: [`${orders.id}#publishes#${events.id}`, `${events.id}#consumes#${users.id}`],
          hops: 2,
          observed: true,
          count: 8,
          probability: 0.8,
          strength: 0.8,
          lag: { p50: 0.5, p95: 2 },
          confidence: 0.3,
          implicit: true,
          text: SENTENCE,
        },
      ],
      truncated: false,
    });
  });

  it('narrows by nodes, kinds, hops and calls', async () => {
    const base = 'from=order-service&to=service:user-service';
    expect((await paths(`${base}&via=order-events`)).paths).toHaveLength(1);
    expect((await paths(`${base}&via=bank`)).paths).toEqual([]);
    expect((await paths(`${base}&avoid=bank,order-events`)).paths).toEqual([]);
    expect((await paths(`${base}&kinds=calls`)).paths).toEqual([]);
    expect((await paths(`${base}&kinds=topic,publishes,consumes`)).paths).toHaveLength(1);
    expect((await paths(`${base}&max_hops=1`)).paths).toEqual([]);
    expect((await paths(`${base}&implicit=false`)).paths).toEqual([]);
    expect((await paths('from=order-service&to=bank')).paths).toMatchObject([
      { observed: true, count: 4, lag: null, implicit: false },
    ]);
    expect((await paths('from=order-service&to=order-service')).paths).toEqual([]);
  });

  it('draws them', async () => {
    const answer = await api.get('/v1/paths?from=order-service&to=service:user-service&format=mermaid');
    expect(await answer.text()).toContain('-->|"publishes 8"|');
  });

  it.each([
    ['from=order-servic&to=bank', 404, /did you mean service:order-service/],
    ['from=order-service&to=user-service', 400, /names 2 nodes; give the id/],
    ['from=order-service&to=bank&k=0', 400, /k/],
    ['from=order-service&to=bank&max_hops=99', 400, /max_hops/],
    ['from=order-service', 400, /to/],
    ['from=order-service&to=bank&kinds=call', 400, /did you mean calls/],
    ['from=order-service&to=bank&via=bank,bank,bank,bank', 400, /at most 3/],
    ['from=order-service&to=bank&hops=3', 400, /max_hops/],
  ])('tells what is wrong with %s', async (query, status, detail) => {
    expect((await api.json(`/v1/paths?${query}`, status)).detail).toMatch(detail);
  });
});

describe('/v1/couplings', () => {
  it('says what couples two services', async () => {
    expect((await couplings('?implicit=true')).couplings).toMatchObject([
      {
        source: orders.id,
        target: users.id,
        via: [events.id],
        type: 'event',
        count: 8,
        observed: true,
        declared: null,
      },
    ]);
    expect((await couplings('?service=user-service')).couplings).toHaveLength(1);
    expect((await couplings('?min_strength=0.9')).couplings).toEqual([]);
  });

  it.each([
    ['?service=bank', 400, /couplings are those of a service/],
    ['?service=nobody', 404, /no node/],
    ['?min_strength=2', 400, /min_strength/],
    ['?implicit=maybe', 400, /implicit/],
  ])('tells what is wrong with %s', async (query, status, detail) => {
    expect((await api.json(`/v1/couplings${query}`, status)).detail).toMatch(detail);
  });
});

describe('tacit paths and tacit couplings', () => {
  const sources = () => [
    ['--url', api.base],
    ['--file', file],
  ];

  it('say the same of a service and of a file', async () => {
    for (const source of sources()) {
      const table = await run(['paths', 'order-service', 'service:user-service', ...source]);
      expect(table.stderr).toMatch(/^(1 path|\d+ paths) from /);
      expect(table).toMatchObject({ code: 0 });
      expect(table.stdout).toContain(SENTENCE);
      const json = await run(['paths', 'order-service', 'service:user-service', ...source, '--format', 'json']);
      expect(JSON.parse(json.stdout)).toEqual(await paths('from=order-service&to=service:user-service'));
      const dot = await run(['paths', 'order-service', 'service:user-service', ...source, '--format', 'dot']);
      expect(dot.stdout).toMatch(/^digraph tacit \{[\s\S]*publishes 8/);
      expect((await run(['couplings', '--implicit', ...source])).stdout).toContain(SENTENCE);
      const drawn = await run(['couplings', ...source, '--format', 'mermaid']);
      expect(drawn.stdout).toContain('-->|"consumes 8"|');
    }
  });

  it.each([
    [['paths', 'order-service'], /paths between what/],
    [['paths', 'a', 'b', '--k', 'x'], /--k "x" is no whole number from 1 to 100/],
    [['paths', 'a', 'b', '--kinds', 'call'], /did you mean calls/],
    [['couplings', 'order-service'], /write --service order-service/],
    [['couplings', '--min-strength', '2'], /no number from 0 to 1/],
  ])('%j is wrong use', async (args, message) => {
    expect(await run(args)).toMatchObject({ code: 1, stderr: expect.stringMatching(message) });
  });

  it('names what is near in a file', async () => {
    expect(await run(['paths', 'order-servic', 'bank', '--file', file])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/did you mean service:order-service/),
    });
    expect(await run(['couplings', '--service', 'bank', '--file', file])).toMatchObject({ code: 1 });
  });

  it('list what an ambiguous name may mean, of a service and of a file', async () => {
    for (const source of sources()) {
      const { code, stderr } = await run(['paths', 'order-service', 'user-service', ...source]);
      expect({ code, lines: stderr.trimEnd().split('\n').length }).toEqual({ code: 1, lines: 1 });
      expect(stderr).toMatch(/: \w+:user-service\S* or \w+:user-service\S*\n$/);
    }
  });

  it('refuses a file whose paths were changed by hand', async () => {
    const broken = join(folder, 'broken.json');
    await writeFile(broken, JSON.stringify({ ...document, paths: { parents: [3], nodes: [0], counts: [1] } }));
    expect(await run(['paths', 'order-service', 'bank', '--file', broken])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/comes before its parent/),
    });
  });
});
