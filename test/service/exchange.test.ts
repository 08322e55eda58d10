/** A service within its limits: a name outside that is clearly more used than one inside takes its place; sums stay exact. */
import { afterAll, describe, expect, it } from 'vitest';
import type { GraphDocument } from '../../src/contract/graph-document.ts';
import { decodeTraces } from '../../src/encodings/otlp/traces.ts';
import { createSpanView } from '../../src/normalize/conventions/slots.ts';
import { graphDocument } from '../../src/query/document.ts';
import { Topology } from '../../src/service/topology/topology.ts';
import { BEGIN_MS, LiveSubject } from '../kits/live-subject.ts';
import { encodeTraces } from '../kits/otlp.ts';
import { SMALL } from '../kits/subject.ts';
import { client, OTHER_TRACE, server } from '../oracle/cases.ts';
import { Random } from '../oracle/random.ts';
import { toRequest } from '../oracle/requests.ts';
import type { Span } from '../oracle/span.ts';

const TIMES = { waitMs: 1000, lateMs: 5000 };
/** Names change places at most so often. */
const COMPACT_MS = 10_000;

const startUs = (atMs: number): number => (BEGIN_MS + atMs) * 1000;

let lastId = 0;

/** A call that ends as soon as it began. */
function call(from: string, to: string, atMs: number): Span[] {
  lastId += 2;
  const at = { startUs: startUs(atMs), endUs: startUs(atMs) + 100 };
  return [client(from, lastId, 0, at), server(to, lastId + 1, lastId, at)];
}

const times = (count: number, make: () => Span[]): Span[] => Array.from({ length: count }, make).flat();

describe('a name outside', () => {
  const subject = new LiveSubject({ ...TIMES, maxNodes: 3 });

  it('counts at the (other) of its kind', () => {
    subject.send([...call('a', 'shop', 0), ...times(5, () => call('b', 'shop', 0))], 0);
    subject.send(
      times(100, () => call('late', 'shop', 100)),
      100,
    );
    expect(subject.edges()).toEqual(['(other) calls shop 100', 'a calls shop 1', 'b calls shop 5']);
  });

  it('takes the place of the least used one from then on; what was counted stays', () => {
    subject.tick(COMPACT_MS + 200);
    subject.send(
      times(7, () => call('late', 'shop', COMPACT_MS + 300)),
      COMPACT_MS + 300,
    );
    expect(subject.edges()).toEqual(['(other) calls shop 101', 'b calls shop 5', 'late calls shop 7']);
    expect(subject.graph().nodes.map(({ id }) => id)).toEqual([
      'service:(other)',
      'service:b',
      'service:late',
      'service:shop',
    ]);
    subject.send(call('a', 'shop', COMPACT_MS + 400), COMPACT_MS + 400);
    expect(subject.edges()[0]).toBe('(other) calls shop 102');
  });

  it('has its own history back when it comes in again', () => {
    const later = 3 * COMPACT_MS;
    subject.send(
      times(100, () => call('a', 'shop', later)),
      later,
    );
    subject.tick(later + COMPACT_MS);
    subject.send(call('a', 'shop', later + COMPACT_MS + 1), later + COMPACT_MS + 1);
    expect(subject.edges()).toContain('a calls shop 2');
    expect(subject.graph().nodes.filter(({ overflow }) => overflow !== true)).toHaveLength(3);
  });

  it('about as much used as those inside stays outside', () => {
    const quiet = new LiveSubject({ ...TIMES, maxNodes: 2 });
    quiet.send([...times(20, () => call('a', 'shop', 0)), ...times(25, () => call('c', 'shop', 0))], 0);
    quiet.idle(1000, 3 * COMPACT_MS);
    expect(quiet.edges()).toEqual(['(other) calls shop 25', 'a calls shop 20']);
  });
});

it('names without number do not keep out one that is used', () => {
  const subject = new LiveSubject({ ...TIMES, maxNodes: 10, namesForNodes: 10_000 });
  for (let n = 0; n < 2000; n += 100) {
    const calls = Array.from({ length: 100 }, (__, i) => call(`noise-${n + i}`, 'shop', n));
    subject.send(calls.flat(), n);
  }
  subject.send(
    times(100, () => call('heavy', 'shop', 2000)),
    2000,
  );
  subject.idle(3000, 2 * COMPACT_MS);
  subject.send(call('heavy', 'shop', 2 * COMPACT_MS), 2 * COMPACT_MS);
  expect(subject.edges()).toContain('heavy calls shop 1');
  expect(subject.edges()[0]).toBe('(other) calls shop 2092');
});

it('where the limit was raised, names outside come in beside', () => {
  const subject = new LiveSubject({ ...TIMES, maxNodes: 2 });
  subject.send([...times(20, () => call('a', 'shop', 0)), ...call('b', 'shop', 0)], 0);
  subject.topology.reconfigure({ ...subject.topology.options, maxNodes: 3 });
  subject.idle(1000, 2 * COMPACT_MS).send(call('b', 'shop', 2 * COMPACT_MS), 2 * COMPACT_MS);
  expect(subject.edges()).toEqual(['(other) calls shop 1', 'a calls shop 20', 'b calls shop 1']);
});

describe('what is taken back', () => {
  let left = 0;
  afterAll(() => expect(left).toBeGreaterThan(30));

  it('is taken from where it was counted, also when its name came in meanwhile', () => {
    const subject = new LiveSubject({ ...TIMES, lateMs: 60_000, maxNodes: 2 });
    const at = { startUs: startUs(0), endUs: startUs(0) + 10 };
    subject.send([...call('a', 'shop', 0), ...times(50, () => call('new', 'shop', 0))], 0);
    // Decided as unresolved while its service is outside.
    subject.send([client('new', 9_000_001, 0, { ...at, traceId: OTHER_TRACE })], 57_000);
    subject.idle(58_000, 62_500);
    expect(subject.graph().nodes.find(({ id }) => id === 'service:(other)')).toMatchObject({ unresolved: 1 });
    const isIn = () => subject.graph().nodes.some(({ id }) => id === 'service:new');
    subject.send(call('new', 'shop', 63_000), 63_000);
    expect(isIn()).toBe(true);
    subject.send([server('shop', 9_000_002, 9_000_001, { ...at, traceId: OTHER_TRACE })], 64_000);
    expect(subject.graph().nodes.some(node => 'unresolved' in node)).toBe(false);
    expect(subject.edges()).toEqual(['(other) calls shop 52', 'new calls shop 1']);
  });

  it.each(Array.from({ length: 30 }, (_, seed) => seed))('leaves the sums exact, seed %i', seed => {
    const random = new Random(seed);
    const limited = new Running(2 + random.below(5));
    const whole = new Running(SMALL.maxNodes);
    const waiting: { readonly span: Span; readonly atMs: number }[] = [];
    const send = (spans: readonly Span[], at: number) => {
      for (const one of [limited, whole]) one.send(spans, at);
    };
    let atMs = 0;
    for (let step = 0; step < 600; step++) {
      atMs += random.below(200);
      const [from, to] = [
        `s${Math.floor(step / 150) + random.below(2)}`,
        `t${Math.floor(step / 150) + random.below(2)}`,
      ];
      const [asks, serves] = call(from, to, atMs - random.below(3000)) as [Span, Span];
      const peer = random.chance(0.5) ? { 'peer.service': `p${random.below(4)}` } : {};
      const due = waiting.filter(one => one.atMs <= atMs);
      for (const one of due) waiting.splice(waiting.indexOf(one), 1);
      const lag = random.pick([0, 500, 2500, 5500, -1]);
      if (lag >= 0) waiting.push({ span: serves, atMs: atMs + lag });
      send([{ ...asks, attributes: peer }, ...due.map(({ span }) => span)], atMs);
    }
    send(
      waiting.map(({ span }) => span),
      atMs + 1,
    );
    for (let later = 1000; later <= 30_000; later += 1000) send([], atMs + later);
    const [some, all] = [limited.graph(), whole.graph()];
    expect(sumsOf(some)).toEqual(sumsOf(all));
    expect(some.stats.spans).toEqual(all.stats.spans);
    left += limited.topology.store.nodes.filter(({ outside }) => outside).length;
    const { maxNodes } = limited.topology.options;
    expect(some.nodes.filter(({ overflow }) => overflow !== true).length).toBeLessThanOrEqual(maxNodes);
  });
});

/** Calls, served calls, evidence, entries and unresolved clients of the whole graph. */
function sumsOf({ edges, nodes }: GraphDocument): Record<string, number> {
  const sums: Record<string, number> = {};
  const add = (name: string, value = 0) => {
    sums[name] = (sums[name] ?? 0) + value;
  };
  for (const { kind, count, served, evidence, latency } of edges) {
    add(`${kind} count`, count);
    add(`${kind} served`, served);
    add(`${kind} latencies`, (latency?.client?.count ?? 0) + (latency?.server?.count ?? 0));
    for (const [by, times] of Object.entries(evidence)) add(`${kind} by ${by}`, times);
  }
  for (const { entry, unresolved } of nodes) {
    add('entries', entry?.count);
    add('unresolved', unresolved);
  }
  return sums;
}

/** A service that was never given too little: nothing of any edge is ever taken back that was not counted there. */
class Running {
  readonly topology: Topology;
  private nowMs = BEGIN_MS;
  private readonly spanView = createSpanView();

  constructor(maxNodes: number) {
    this.topology = new Topology({ ...SMALL, ...TIMES, maxNodes }, { now: () => this.nowMs }, false);
  }

  send(spans: readonly Span[], atMs: number): void {
    this.nowMs = BEGIN_MS + atMs;
    const { sink, store } = this.topology;
    sink.begin();
    decodeTraces(encodeTraces(toRequest(spans)), this.spanView, sink);
    sink.commit();
    for (const edge of store.edges) expect(Math.min(...edge.counters())).toBeGreaterThanOrEqual(0);
    for (const { unresolved } of store.nodes) expect(unresolved).toBeGreaterThanOrEqual(0);
  }

  graph(): GraphDocument {
    const view = this.topology.view();
    return graphDocument(view, { nodes: view.nodes, edges: view.edges, truncated: false });
  }
}
