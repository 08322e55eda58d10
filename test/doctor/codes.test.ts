/** Each code of the doctor is given for the input that is broken so, through `analyze` and `doctor --file`. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { DOCTOR_CODES, type DoctorCode } from '../../src/query/doctor/codes.ts';
import { examine, NO_CHECKUP } from '../../src/query/doctor/doctor.ts';
import type { DoctorReport } from '../../src/query/doctor/report.ts';
import { run } from '../cli/kit.ts';
import { LiveSubject, WAIT_MS } from '../kits/live-subject.ts';
import { client, consumer, producer, START_US, server, TRACE, topic } from '../oracle/cases.ts';
import { toRequest } from '../oracle/requests.ts';
import { BROKEN, many } from './broken.ts';

const folder = mkdtempSync(join(tmpdir(), 'tacit-doctor-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Gives a function that asks `doctor` about the graph of this input. */
async function recorded(input: string, sets: readonly string[]): Promise<(...args: string[]) => Promise<DoctorReport>> {
  const [spans, graph] = [join(folder, 'spans.jsonl'), join(folder, 'graph.json')];
  writeFileSync(spans, input);
  const analyzed = await run(['analyze', spans, '-o', graph, ...sets.flatMap(set => ['--set', set])]);
  if (analyzed.code === 1) throw new Error(analyzed.stderr);
  return async (...args) => {
    const { code, stdout, stderr } = await run(['doctor', '--file', graph, '--format', 'json', ...args]);
    if (code !== 0) throw new Error(stderr);
    return JSON.parse(stdout) as DoctorReport;
  };
}

const findingOf = (report: DoctorReport, code: DoctorCode) => report.findings.find(one => one.code === code);

describe('the input that is broken by', () => {
  it.each(BROKEN)('$code is told so', async ({ code, input, sets = [], count = 1, example, service }) => {
    const ask = await recorded(input, sets);
    const report = await ask();
    const finding = findingOf(report, code);
    expect(finding, report.findings.map(one => `${one.code} ${one.count}`).join(', ')).toBeDefined();
    expect(finding!.message).toMatch(/^\S.*\.$/s);
    expect(finding!.count).toBe(count);
    if (example !== undefined) expect(finding!.example).toMatchObject({ traceId: TRACE, spanId: example });
    if (service !== undefined) expect(finding!.services[0]!.service).toBe(service);
    if (finding!.severity !== 'info') expect(report.health).not.toBe('good');
    if (service === undefined || service === '') return;
    const alone = await ask('--service', service);
    expect(findingOf(alone, code)).toBeDefined();
    expect(alone.services.map(one => one.service)).toEqual([service]);
  });
});

describe('a running service tells', () => {
  const patientOf = (subject: LiveSubject) => ({
    view: subject.topology.view(),
    checkup: subject.topology.checkup(),
    tiers: subject.topology.tiers(),
  });
  const codesOf = (report: DoctorReport) => report.findings.map(({ code }) => code);

  it('everything_waiting, until the wait is over', () => {
    const subject = new LiveSubject().send([client('web', 1, 0)], 0);
    expect(codesOf(examine(patientOf(subject)))).toEqual(['everything_waiting']);
    expect(codesOf(examine(patientOf(subject.idle(0, 2 * WAIT_MS))))).toContain('unpaired_client');
  });

  it('clock_skew', () => {
    const ahead = { ...server('shop', 1, 0), startUs: Date.UTC(2024, 0, 15, 12, 1) * 1000 };
    expect(codesOf(examine(patientOf(new LiveSubject().send([ahead], 0))))).toContain('clock_skew');
  });

  it('decisions_deferred', () => {
    const subject = new LiveSubject({ maxPending: 20_000 });
    subject.send(
      many(5000, i => client('shop', i + 2, 1)),
      0,
    );
    for (let i = 0; i < 200; i++) subject.send([server('shop', 1, 0, { startUs: START_US + i })], 30 + 30 * i);
    const { findings } = examine(patientOf(subject));
    expect(findings.find(({ code }) => code === 'decisions_deferred')?.services[0]?.service).toBe('service:shop');
  });

  it('names_limit', () => {
    const subject = new LiveSubject({ maxNodes: 10 });
    const peer = (i: number) => ({ attributes: { 'peer.service': `bank-${i}` } });
    subject.send(
      many(300, i => client(`web-${i}`, i + 1, 0, peer(i))),
      0,
    );
    expect(codesOf(examine(patientOf(subject.idle(0, 2 * WAIT_MS))))).toContain('names_limit');
  });

  it('paths_limit', () => {
    const subject = new LiveSubject({ maxPaths: 10 });
    subject.send(
      many(100, i => server(`shop-${i}`, i + 1, 0)),
      0,
    );
    expect(codesOf(examine(patientOf(subject.idle(0, 2 * WAIT_MS))))).toContain('paths_limit');
  });

  it('memory_full', () => {
    const subject = new LiveSubject({ maxLate: 100 });
    const servers = many(4000, i => server('shop', i + 1, i + 10_001));
    const { findings } = examine(patientOf(subject.send(servers, 0).idle(0, 3 * WAIT_MS)));
    expect(findings.find(({ code }) => code === 'memory_full')?.message).toContain('(late)');
  });

  it('everything_filtered', () => {
    const view = new LiveSubject().topology.view();
    const spans = { ...view.stats.spans, received: 3, filtered: 3 };
    const filtered = Object.assign(Object.create(view) as typeof view, { stats: { ...view.stats, spans } });
    expect(codesOf(examine({ view: filtered, checkup: NO_CHECKUP }))).toEqual(['everything_filtered']);
  });

  it('no_pipeline, with a graph or without', () => {
    const view = new LiveSubject().topology.view();
    const traces = { receivers: ['otlp'], processors: [], exporters: ['topology'] };
    const ask = (pipelines: Record<string, typeof traces>) =>
      codesOf(examine({ view, checkup: NO_CHECKUP, pipelines }));
    expect(ask({ traces })).toEqual(['nothing_received']);
    expect(ask({ traces: { ...traces, receivers: [] } })).toEqual(['nothing_received', 'no_pipeline'].sort());
    expect(ask({ logs: traces })).toContain('no_pipeline');
    expect(codesOf(examine({ view: undefined, checkup: NO_CHECKUP }))).toEqual(['no_pipeline']);
  });
});

/** Told elsewhere than from recorded spans. */
const ELSEWHERE: readonly DoctorCode[] = [
  'everything_waiting',
  'clock_skew',
  'decisions_deferred',
  'memory_full',
  'names_limit',
  'paths_limit',
  'everything_filtered',
  'no_pipeline',
];

it('a span that receives without context is nothing amiss where those that process have it', async () => {
  const received = consumer('mail', 1, 0, topic('orders', { 'messaging.operation.type': 'receive' }));
  const sent = producer('shop', 2, 0, topic('orders'));
  const input = JSON.stringify(toRequest([received, sent, consumer('mail', 3, 2, topic('orders'))]));
  const { findings, health, services } = await (await recorded(input, []))();
  expect(findings).toEqual([]);
  expect(health).toBe('good');
  expect(services.flatMap(one => one.findings)).toEqual([]);
});

it('every code has its broken input', () => {
  const tested = [...new Set(BROKEN.map(({ code }) => code)), ...ELSEWHERE];
  expect(tested.sort()).toEqual(Object.keys(DOCTOR_CODES).sort());
});
