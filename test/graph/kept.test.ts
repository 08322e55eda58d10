/** A graph that was saved and loaded again is, value for value, one that was never interrupted. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GraphView } from '../../src/contract/graph-view.ts';
import { Interaction } from '../../src/contract/interaction.ts';
import { DeltaSource } from '../../src/graph/delta-source.ts';
import { ViewBuilder } from '../../src/graph/view.ts';
import { SERVICE } from '../../src/lib/identities.ts';
import { LiveGraph } from '../../src/query/live-graph.ts';
import {
  handOver,
  loadImage,
  type MemoryImage,
  MemoryImageWriter,
  meanwhile,
  saveImage,
} from '../kits/memory-image.ts';
import { differencesOf } from '../kits/same-state.ts';
import { columnsOf, EMPTY_STATS } from '../kits/view.ts';
import { Random } from '../oracle/random.ts';
import { KeptGraph, type Limits, NOT_KEPT, recordSteps, type Step } from './kept-subject.ts';

const SPACIOUS: Limits = { maxNodes: 20_000, maxEdges: 200_000, maxPaths: 100_000 };
/** Most is counted at `(other)` nodes, and names change places. */
const TIGHT: Limits = { maxNodes: 12, maxEdges: 30, maxPaths: 40 };
const NOW_MS = Date.UTC(2024, 0, 15, 13);
/** Of four edges, so that there are many. */
const SMALL_SLABS = 2;
const RUNS = Number(process.env.TACIT_PROPERTY_RUNS ?? 60);
/** What part of the steps is told before it is handed over, and in how many rounds it is. */
const roundsAfter = fc.tuple(fc.double({ min: 0, max: 0.9, noNaN: true }), fc.integer({ min: 1, max: 4 }));

/** Saved at these moments, each time with the image before at hand, and where it is interrupted loaded each time. */
function runOf(steps: readonly Step[], limits: Limits, moments: readonly number[], isInterrupted: boolean): KeptGraph {
  let graph = new KeptGraph(limits);
  let image: MemoryImage = new Map();
  const at = new Set(moments);
  steps.forEach((step, i) => {
    if (at.has(i)) {
      image = saveImage(graph, image);
      if (isInterrupted) graph = loadImage(new KeptGraph(limits), image);
    }
    step(graph);
  });
  return graph;
}

function contextOf({ store, paths, groups }: KeptGraph) {
  return {
    changes: store.revision + paths.revision,
    asOfMs: NOW_MS,
    halfLifeMs: 3_600_000,
    epoch: store.epoch,
    groups: groups.names,
    stats: EMPTY_STATS,
    diagnostics: [],
  };
}

function viewOf(graph: KeptGraph) {
  const { store, paths, groups } = graph;
  const context = { revision: store.revision, nowMs: NOW_MS, groupNames: groups.names, paths: paths.table() };
  return comparable(new ViewBuilder(store).build({ ...contextOf(graph), ...context }));
}

function follow(graph: KeptGraph): LiveGraph {
  const source = new DeltaSource(graph.store, graph.paths, () => contextOf(graph));
  const reader = new LiveGraph(question => following.ask(question));
  const following = source.follow(part => {
    reader.take(part);
    if (part.type === 'edges') following.release(part.buffer);
  });
  return reader;
}

function comparable({ nodes, edges, paths }: GraphView) {
  return { nodes, edges, paths: columnsOf(paths) };
}

const recorded = new Map<string, readonly Step[]>();

function stepsOf(seed: number, limits: Limits): readonly Step[] {
  const name = `${seed} ${limits.maxNodes}`;
  const steps = recorded.get(name) ?? recordSteps(seed, 12, limits);
  recorded.set(name, steps);
  return steps;
}

function wholeRun(seed: number, limits: Limits): KeptGraph {
  return runOf(stepsOf(seed, limits), limits, [], false);
}

describe.each([
  ['spacious', SPACIOUS],
  ['tight', TIGHT],
])('a graph within %s limits', (_, limits) => {
  const shares = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 4 });

  it('that is interrupted anywhere goes on as if it were not', () => {
    fc.assert(
      fc.property(fc.nat({ max: 19 }), shares, (seed, at) => {
        const steps = stepsOf(seed, limits);
        const moments = at.map(share => Math.floor(share * (steps.length - 1)));
        const whole = runOf(steps, limits, moments, false);
        const interrupted = runOf(steps, limits, moments, true);
        expect(differencesOf(interrupted, whole, NOT_KEPT)).toEqual([]);
        expect(viewOf(interrupted)).toEqual(viewOf(whole));
      }),
      { numRuns: 60 },
    );
  });

  it('that is handed over while it is counted on is the one of the end', () => {
    fc.assert(
      fc.property(fc.nat({ max: 19 }), fc.nat(), fc.array(roundsAfter, { minLength: 1, maxLength: 3 }), (...world) => {
        const [seed, choices, cuts] = world;
        const steps = stepsOf(seed, limits);
        const random = new Random(choices);
        const graph = new KeptGraph(limits, SMALL_SLABS);
        let image: MemoryImage = new Map();
        let at = 0;
        const count = (times: number) => {
          for (const to = Math.min(steps.length, at + times); at < to; at++) steps[at]!(graph);
        };
        for (const [share, rounds] of cuts) {
          const writer = new MemoryImageWriter(image, true);
          count(Math.floor(share * (steps.length - at)));
          handOver(graph, writer, rounds, meanwhile(random, count));
          image = writer.sections;
          const restored = loadImage(new KeptGraph(limits, SMALL_SLABS), image);
          if (graph.store.edges.length > 0) expect(differencesOf(restored, graph, NOT_KEPT)).toEqual([]);
        }
      }),
      { numRuns: RUNS },
    );
  }, 300_000);

  it('is followed as a whole after it was loaded', async () => {
    const whole = wholeRun(3, limits);
    const image = saveImage(whole);
    const restored = new KeptGraph(limits);
    const before = follow(restored);
    expect((await before.view()).nodes).toEqual([]);
    loadImage(restored, image);
    for (const reader of [before, follow(restored)]) expect(comparable(await reader.view())).toEqual(viewOf(whole));
  });
});

describe('an image', () => {
  it('taken after every step has another version of each section that changed', () => {
    const steps = stepsOf(4, SPACIOUS);
    const last = Array.from({ length: 1500 }, (_, i) => steps.length - 1 - i);
    expect(() => runOf(steps, SPACIOUS, last, false)).not.toThrow();
  });

  it('gets only the slabs whose edges changed since the one before', () => {
    const graph = graphOf(1000);
    const first = saveImage(graph);
    expect(writtenAfter(graph, first)).toEqual([]);
    callOf(graph, 300);
    callOf(graph, 301);
    callOf(graph, 900);
    expect(writtenAfter(loadImage(new KeptGraph(SPACIOUS), saveImage(graph, first)), first)).toEqual([
      'edges/000001',
      'edges/000003',
    ]);
  });

  it('holds a table as it was at first, whatever is added to it meanwhile', () => {
    const graph = graphOf(10);
    const size = graph.identities.size;
    const writer = new MemoryImageWriter();
    for (const _ of graph.save(writer)) graph.identities.intern(SERVICE, '', ['', `late ${graph.identities.size}`]);
    expect(graph.identities.size).toBeGreaterThan(size);
    const restored = loadImage(new KeptGraph(SPACIOUS), writer.sections);
    expect(restored.identities.size).toBe(size);
    expect(restored.identities.get(size)).toEqual(graph.identities.get(size));
  });

  it('has the edges that come to a slab before it is packed, while those before it are handed over', () => {
    for (const [edges, more] of [[300, 5] as const, [300, 250] as const, [512, 3] as const, [5, 600] as const]) {
      const graph = graphOf(edges);
      const writer = new MemoryImageWriter();
      let next = edges;
      handOver(graph, writer, 2, () => {
        if (next < edges + more) callOf(graph, next++);
      });
      const restored = loadImage(new KeptGraph(SPACIOUS), writer.sections);
      expect(restored.store.edges.length).toBe(next);
      expect(differencesOf(restored, graph, NOT_KEPT)).toEqual([]);
    }
  });

  it('is taken within lower limits as it is, and these hold for what comes', () => {
    const spacious = wholeRun(5, SPACIOUS);
    const restored = loadImage(new KeptGraph(TIGHT), saveImage(spacious));
    expect(viewOf(restored)).toEqual(viewOf(spacious));
    const { nodes, overflowed } = restored.store;
    const known = nodes.length;
    const late = restored.identities.intern(SERVICE, '', ['', 'late']);
    restored.store.seen(late, NOW_MS * 1000);
    expect(overflowed.nodes).toBe(1);
    // No more than the `(other)` one.
    expect(nodes.length).toBeLessThanOrEqual(known + 1);
    expect(restored.paths.begin(late, true)).toBe(0);
    expect(restored.paths.refused.full).toBe(1);
  });

  it('within higher limits has room for what comes', () => {
    const tight = wholeRun(5, TIGHT);
    const restored = loadImage(new KeptGraph(SPACIOUS), saveImage(tight));
    const refused = tight.store.overflowed.nodes;
    expect(refused).toBeGreaterThan(0);
    const { nodes } = restored.store;
    const known = nodes.length;
    restored.store.seen(restored.identities.intern(SERVICE, '', ['', 'late']), NOW_MS * 1000);
    expect(nodes.length).toBe(known + 1);
    expect(restored.store.overflowed.nodes).toBe(refused);
  });
});

function graphOf(edges: number): KeptGraph {
  const graph = new KeptGraph(SPACIOUS);
  for (let edge = 0; edge < edges; edge++) callOf(graph, edge);
  return graph;
}

function callOf({ identities, store }: KeptGraph, edge: number): void {
  const service = (n: number) => identities.intern(SERVICE, '', ['', `service ${n}`]);
  const call = new Interaction();
  call.begin(0, service(edge % 50), service(Math.floor(edge / 50)), NOW_MS * 1000, 1);
  store.apply(call);
}

/** Slabs of edges that a save would write, with an image before it. */
function writtenAfter(graph: KeptGraph, before: MemoryImage): readonly string[] {
  const writer = new MemoryImageWriter(before, true);
  handOver(graph, writer);
  const names = [...writer.sections.keys()].filter(name => /^edges\/\d/.test(name));
  return names.filter(name => writer.sections.get(name) !== before.get(name));
}
