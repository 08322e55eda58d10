/** `/v1/explain` and `/v1/doctor`, and the commands that ask them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Checkup } from '../../src/contract/checkup.ts';
import type { DoctorReport } from '../../src/query/doctor/report.ts';
import type { Explanation } from '../../src/query/explain/edge.ts';
import type { BetweenExplanation } from '../../src/query/explain/explain.ts';
import { run } from '../cli/kit.ts';
import { documentOf, edgeOf, nodeOf, viewOf } from '../kits/view.ts';
import { type RunningApi, startApi } from './start-api.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const example = { traceId: TRACE, spanId: '00f067aa0ba902b7' };
const web = nodeOf('service', 'web', { unresolved: 3 });
const cart = nodeOf('service', 'cart', { rawIds: ['service:cart', 'service:cart-v2'] });
const mail = nodeOf('service', 'mail');
const orders = nodeOf('topic', 'orders', { system: 'kafka' });
const gateway = nodeOf('external', 'mail-svc:80');
const nodes = [web, cart, mail, orders, gateway];
const calls = edgeOf(web, 'calls', cart, {
  count: 5,
  evidence: { client_span: 5, paired: 4 },
  exemplars: [example],
  served: 4,
});
const edges = [
  calls,
  edgeOf(cart, 'publishes', orders, { count: 7, estimated: 700 }),
  edgeOf(orders, 'consumes', mail, { evidence: { server_span: 9 }, count: 9 }),
  edgeOf(web, 'calls', gateway),
];
const checkup: Checkup = {
  services: [
    { service: 'service:cart-v2', spans: { server: { paired: 4 } }, findings: [] },
    {
      service: 'service:mail',
      spans: { server: { unpaired: 2, paired: 2 } },
      findings: [{ code: 'missing_parent', count: 2, example }],
    },
    { service: 'service:web', spans: { client: { paired: 4, unpaired: 3 } }, findings: [] },
  ],
  malformed: {},
};

let api: RunningApi;
let folder: string;
let file: string;
beforeAll(async () => {
  api = await startApi(viewOf(nodes, edges), '127.0.0.1:0', { trace_url: 'https://ui.example/{traceId}?s={spanId}' });
  api.checkup = checkup;
  folder = mkdtempSync(join(tmpdir(), 'tacit-explain-'));
  file = join(folder, 'graph.json');
  writeFileSync(file, JSON.stringify(documentOf(nodes, edges, { checkup })));
});
afterAll(async () => {
  await api.stop();
  rmSync(folder, { recursive: true });
});

const explain = async (query: string) => (await api.json(`/v1/explain?${query}`)) as unknown as Explanation;
const between = async (query: string) => (await api.json(`/v1/explain?${query}`)) as unknown as BetweenExplanation;
const doctor = async (query = '') => (await api.json(`/v1/doctor${query}`)) as unknown as DoctorReport;
const edgeQuery = (id: string) => `edge=${encodeURIComponent(id)}`;

describe('/v1/explain of an edge', () => {
  it('tells how it is known', async () => {
    const { summary, edge, evidence, confidence, exemplars, rawIds, firstProof, lastProof } = await explain(
      edgeQuery(calls.id),
    );
    expect(summary).toMatch(/^web calls cart: 5 interactions .* Known 4 by both halves/);
    expect(edge).toEqual(calls);
    expect(evidence.map(({ kind, count }) => `${kind} ${count}`)).toEqual(['paired 4', 'client_span 5']);
    expect(confidence.formula).toBe('1 − (1 − 0.9·4/6) · (1 − 0.5·5/7)');
    expect(exemplars).toEqual([
      { ...example, debug: `/v1/debug/trace/${TRACE}`, trace: `https://ui.example/${TRACE}?s=00f067aa0ba902b7` },
    ]);
    expect(rawIds).toEqual({ source: ['service:web'], target: cart.rawIds, edge: [calls.id] });
    expect([firstProof, lastProof]).toEqual([calls.firstSeen, calls.lastSeen]);
  });

  it.each([
    [calls.id, ['some_unanswered']],
    [edges[1]!.id, ['sampled', 'no_example']],
    [edges[2]!.id, ['no_producer_known', 'no_example']],
    [edges[3]!.id, ['no_server_span', 'no_example', 'few_proofs']],
  ])('says what is missing of %s', async (id, codes) => {
    expect((await explain(edgeQuery(id))).missing.map(({ code }) => code)).toEqual(codes);
  });
});

describe('/v1/explain between two nodes', () => {
  it('explains the edges there are', async () => {
    const { edges: found, whyNot } = await between('from=web&to=cart');
    expect(found.map(({ edge }) => edge.id)).toEqual([calls.id]);
    expect(whyNot).toEqual([]);
  });

  it.each([
    ['cart', 'mail', ['through', 'target_callers_missing', 'source_silent']],
    ['web', 'mail', ['longer_path', 'external_like_target', 'unresolved_calls', 'target_callers_missing']],
    ['mail', 'cart', ['other_direction', 'source_silent']],
    ['mail', 'mail-svc:80', ['source_silent']],
  ])('says why there is none from %s to %s', async (from, to, codes) => {
    const { edges: found, whyNot } = await between(`from=${from}&to=${encodeURIComponent(to)}`);
    expect(found).toEqual([]);
    expect(whyNot.map(({ code }) => code)).toEqual(codes);
  });

  it('finds the edge of another environment', async () => {
    const ends = [
      nodeOf('service', 'a', { environment: 'dev' }),
      nodeOf('service', 'b', { environment: 'dev' }),
    ] as const;
    const others = [
      nodeOf('service', 'a', { environment: 'prod' }),
      nodeOf('service', 'b', { environment: 'prod' }),
    ] as const;
    const view = viewOf([...ends, ...others], [edgeOf(ends[0], 'calls', ends[1])]);
    const own = await startApi(view);
    const answer = (await own.json('/v1/explain?from=a&to=b&env=prod')) as unknown as BetweenExplanation;
    await own.stop();
    expect(answer.whyNot.map(({ code }) => code)).toEqual(['other_scope']);
  });

  it.each(['', '?from=web', '?edge=x&from=web&to=cart', '?edge=x&to=cart'])('refuses %s', async query => {
    expect(await api.json(`/v1/explain${query}`, 400)).toMatchObject({
      detail: expect.stringContaining('give edge, or'),
    });
  });

  it('names what is near an unknown edge or node', async () => {
    expect(await api.json('/v1/explain?from=wbe&to=cart', 404)).toMatchObject({ near: ['service:web'] });
    expect(await api.json(`/v1/explain?${edgeQuery('service:web#calls#service:kart')}`, 404)).toMatchObject({
      near: [edges[3]!.id, calls.id],
    });
  });
});

describe('/v1/doctor', () => {
  it('tells what is amiss, with example and fix', async () => {
    const { health, spans, paired, findings, services } = await doctor();
    expect(health).toBe('partial');
    expect(spans).toEqual({ server: 8, client: 7 });
    expect(paired).toBeCloseTo(10 / 15);
    expect(services.map(({ service }) => service)).toEqual(['service:cart', 'service:mail', 'service:web']);
    const missing = findings.find(({ code }) => code === 'missing_parent');
    expect(missing).toMatchObject({
      severity: 'warning',
      count: 2,
      share: 0.25,
      services: [{ service: 'service:mail', count: 2, example }],
      example: { ...example, trace: `https://ui.example/${TRACE}?s=00f067aa0ba902b7` },
    });
    expect(missing!.fix).not.toBe('');
    expect(findings.map(({ code }) => code)).toContain('incomplete_traces');
  });

  it('looks at one service, or at what lies between two', async () => {
    expect((await doctor('?service=web')).spans).toEqual({ client: 7 });
    const { between: way, services } = await doctor('?from=mail&to=cart');
    expect(way).toMatchObject({ from: mail.id, to: cart.id, edges: [] });
    expect(way!.reasons.map(({ code }) => code)).toEqual(['other_direction', 'source_silent']);
    expect(services.map(({ service }) => service)).toEqual([cart.id, mail.id]);
  });

  it('refuses what cannot be meant', async () => {
    await api.json('/v1/doctor?from=web', 400);
    await api.json('/v1/doctor?service=web&from=web&to=cart', 400);
    await api.json('/v1/doctor?service=wbe', 404);
  });

  it('answers without a graph, too', async () => {
    const own = await startApi(undefined);
    const report = (await own.json('/v1/doctor')) as unknown as DoctorReport;
    await own.json('/v1/doctor?service=web', 503);
    await own.stop();
    expect(report).toMatchObject({ health: 'empty', findings: [{ code: 'no_pipeline', severity: 'error' }] });
  });
});

describe('the commands', () => {
  it('answer alike from a service and from a file, but for links', async () => {
    const bare = (text: string) => text.replaceAll(/"trace": .*/g, '').replaceAll(/https:\S+|\/v1\/debug\S+/g, '');
    for (const args of [
      ['explain', calls.id],
      ['explain', calls.key, '--format', 'json'],
      ['explain', 'cart', 'mail'],
      ['doctor', '--service', 'mail', '--format', 'json'],
      ['doctor', '--from', 'mail', '--to', 'cart'],
    ]) {
      const [live, recorded] = [await run([...args, '--url', api.base]), await run([...args, '--file', file])];
      expect({ code: live.code, stderr: live.stderr }, args.join(' ')).toEqual({ code: 0, stderr: '' });
      expect(bare(recorded.stdout)).toBe(bare(live.stdout));
    }
  });

  it('show it as text', async () => {
    const explained = await run(['explain', calls.id, '--url', api.base]);
    expect(explained.stdout).toContain('  paired           4    0.60  both halves');
    expect(explained.stdout).toContain(`https://ui.example/${TRACE}`);
    expect(explained.stdout).toContain('    service:cart-v2\n');
    const { stdout } = await run(['doctor', '--url', api.base]);
    expect(stdout).toMatch(/^Edges: 4, 67 % of the spans that have another half found it; /);
    expect(stdout).toContain('WARNING missing_parent\n');
  });

  it.each([
    [['explain'], 'explain what?'],
    [['explain', 'a', 'b', 'c'], 'explain what?'],
    [['doctor', 'web'], '--service'],
    [['doctor', '--from', 'web'], 'belong together'],
    [['doctor', '--service', 'web', '--from', 'a', '--to', 'b'], 'not both'],
    [['doctor', '--format', 'dot'], 'unknown here'],
  ])('%j says what would be right', async (args, text) => {
    const { code, stderr } = await run(args);
    expect(code).toBe(1);
    expect(stderr).toContain(text);
  });

  it.each([
    [['explain', 'service:web#calls#service:kart'], `or ${calls.id}?`],
    [['explain', 'wbe', 'cart'], 'did you mean service:web?'],
    [['doctor', '--service', 'wbe'], 'did you mean service:web?'],
  ])('%j names what is near', async (args, text) => {
    for (const source of [
      ['--url', api.base],
      ['--file', file],
    ]) {
      const { code, stderr } = await run([...args, ...source]);
      expect(code).toBe(1);
      expect(stderr).toContain(text);
      expect(stderr.trim().split('\n')).toHaveLength(1);
    }
  });
});
