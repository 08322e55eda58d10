/** Other options for a graph that runs: what waits and what is in it stay, and follow them. */
import { beforeEach, expect, it } from 'vitest';
import { decodeTracesJson } from '../../src/encodings/otlp/traces-json.ts';
import { createSpanView } from '../../src/normalize/conventions/slots.ts';
import { Topology } from '../../src/service/topology/topology.ts';
import { callOf, resourceSpans } from '../cli/analyze-calls.ts';
import { BEGIN_MS } from '../kits/live-subject.ts';
import { SMALL } from '../kits/subject.ts';

let nowMs = BEGIN_MS;
let topology: Topology;
const view = createSpanView();

beforeEach(() => {
  nowMs = BEGIN_MS;
  topology = new Topology({ ...SMALL, waitMs: 10_000, lateMs: 60_000 }, { now: () => nowMs }, false);
});

function send(request: object): void {
  const { sink } = topology;
  sink.begin();
  decodeTracesJson(Buffer.from(JSON.stringify(request)), view, sink);
  sink.commit();
}

const rowsHeld = () => topology.tiers()[0]!.used;

it('a shorter wait lets go what has waited longer, at the next tick', () => {
  send(callOf(1, nowMs));
  nowMs += 2000;
  topology.tick();
  expect(rowsHeld()).toBe(2);
  topology.reconfigure({ ...SMALL, waitMs: 1000, lateMs: 60_000 });
  topology.tick();
  expect(rowsHeld()).toBe(0);
  expect(topology.correlator.fates.stats(0).paired).toBe(2);
});

it('a longer wait holds what was there, too', () => {
  send(callOf(1, nowMs));
  topology.reconfigure({ ...SMALL, waitMs: 30_000, lateMs: 60_000 });
  nowMs += 20_000;
  topology.tick();
  expect(rowsHeld()).toBe(2);
  nowMs += 11_000;
  topology.tick();
  expect(rowsHeld()).toBe(0);
});

it('limits hold for what comes: nothing leaves the graph, and what went to an (other) node stays there', () => {
  const callTo = (service: string, n: number) => {
    const { resourceSpans: spans } = callOf(n, nowMs) as { resourceSpans: { scopeSpans: { spans: object[] }[] }[] };
    return { resourceSpans: [spans[0]!, resourceSpans(service, ...spans[1]!.scopeSpans[0]!.spans)] };
  };
  const nodes = () => topology.store.nodes.length;
  send(callTo('one', 1));
  topology.tick();
  const before = nodes();
  topology.reconfigure({ ...SMALL, waitMs: 10_000, lateMs: 60_000, maxNodes: 1 });
  send(callTo('two', 2));
  topology.tick();
  expect(nodes()).toBe(before + 1);
  expect(topology.store.overflowed.nodes).toBe(1);
  topology.reconfigure({ ...SMALL, waitMs: 10_000, lateMs: 60_000, maxNodes: 100 });
  send(callTo('three', 3));
  topology.tick();
  expect(nodes()).toBe(before + 2);
  expect(topology.store.overflowed.nodes).toBe(1);
});
