/**
 * What the life of a large graph costs a frame: `node benchmarks/micro/life-cycle.ts`. 20,000 nodes and 200,000 edges, half
 * of them in an environment whose spans stop; ten frames a second, with 500 interactions each. Then as many new edges as
 * there are in a large company come in one frame. Milliseconds of this thread's CPU.
 */
import { NO_RULES } from '../../src/contract/identity-rules.ts';
import { Interaction } from '../../src/contract/interaction.ts';
import { LIFE_CYCLE } from '../../src/contract/life-cycle.ts';
import { SeasonalJudge } from '../../src/graph/life-cycle/judge/seasonal-judge.ts';
import { LifeCycle } from '../../src/graph/life-cycle/life-cycle.ts';
import { GraphStore } from '../../src/graph/store.ts';
import { Identities } from '../../src/lib/identities.ts';

const NODES = 20_000;
const EDGES = 200_000;
const NEW_EDGES = 48_000;
const FRAME_MS = 100;
const A_FRAME = 500;
const MINUTE = 600;

const identities = new Identities(2 * NODES);
const store = new GraphStore(identities, { maxNodes: 2 * NODES, maxEdges: 2 * EDGES });
let told = 0;
const life = new LifeCycle(store, new SeasonalJudge(50_000), () => {
  told++;
});
life.setSettings({ ...LIFE_CYCLE, learnMs: 0 }, NO_RULES, 300_000, 10_000);

let nowMs = Date.UTC(2026, 7, 3, 8);
let frame = 0;
let next = 0;

const services = Array.from({ length: NODES }, (_, n) =>
  identities.intern(0, n % 2 === 0 ? 'prod' : 'stage', ['shop', `service-${n}`]),
);
const i = new Interaction();
i.traces = Int32Array.of(1, 2, 3, 4);

/** From a node to one of its environment. */
function call(edge: number): void {
  const from = edge % NODES;
  const to = (from + 2 * (1 + Math.floor(edge / NODES))) % NODES;
  i.begin(0, services[from]!, services[to]!, nowMs * 1000, 7);
  i.sign = 1;
  i.count = 1;
  i.serverDuration = 1000 + (edge % 500);
  i.traces[2] = edge;
  i.traces[3] = frame;
  i.span0 = i.span1 = 1;
  store.apply(i);
}

/** One frame: what its end cost, ms. */
function end(): number {
  store.epoch = Math.floor(nowMs / 10_000);
  const before = process.threadCpuUsage();
  life.advance(++frame, nowMs, nowMs);
  const { user, system } = process.threadCpuUsage(before);
  nowMs += FRAME_MS;
  return (user + system) / 1000;
}

function run(what: string, frames: number, traffic: () => void, from = 0): void {
  const toldBefore = told;
  const times = Array.from({ length: frames }, (_, i) => {
    if (i >= from) traffic();
    return end();
  }).sort((a, b) => a - b);
  const sum = times.reduce((total, ms) => total + ms, 0);
  const share = (q: number) => times[Math.floor((times.length - 1) * q)]!.toFixed(2);
  console.log(
    `${what.padEnd(52)} mean ${(sum / frames).toFixed(2)}  p50 ${share(0.5)}  p99 ${share(0.99)}  most ${share(1)} ms  ${told - toldBefore} changes`,
  );
}

const some = (edges: (n: number) => number) => () => {
  for (let n = 0; n < A_FRAME; n++) call(edges(next++) % EDGES);
};

for (let edge = 0; edge < EDGES; edge++) {
  call(edge);
  if (edge % 1000 === 0) end();
}
run(
  'the first minutes',
  3 * MINUTE,
  some(n => n * 7919),
);
run(
  'edges of both environments are called',
  5 * MINUTE,
  some(n => n * 7919),
);
// Odd edges are of the other environment.
run(
  'one environment is silent',
  10 * MINUTE,
  some(n => ((n * 7918) % EDGES) | 1),
);
for (let edge = EDGES; edge < EDGES + NEW_EDGES; edge++) call(edge);
run(
  `${NEW_EDGES} new edges in one frame, and those behind it`,
  MINUTE,
  some(n => ((n * 7918) % EDGES) | 1),
  1,
);
nowMs += 3_600_000;
run(
  'back after an hour',
  10,
  some(n => n * 7919),
  1,
);
