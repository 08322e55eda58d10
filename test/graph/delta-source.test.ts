/** A reader's copy equals the graph at the moment a delta began, whatever happens while it is copied. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DeltaPart } from '../../src/contract/graph-delta.ts';
import type { GraphView } from '../../src/contract/graph-view.ts';
import { Interaction } from '../../src/contract/interaction.ts';
import { BEGIN_MS, ChangingGraph, comparable, follow, viewWhile } from '../kits/changing-graph.ts';

describe('a copy of the graph', () => {
  it('equals the store at the moment each delta began, while the store goes on', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), fc.array(fc.nat({ max: 400 }), { maxLength: 5 }), async (seed, pauses) => {
        const subject = new ChangingGraph(seed);
        const { graph } = follow(subject.source);
        for (const steps of [300, ...pauses]) {
          for (let step = 0; step < steps; step++) subject.step();
          const view = await viewWhile(subject, () => graph.view());
          expect(comparable(view)).toEqual(comparable(subject.direct!));
        }
      }),
      { numRuns: 40 },
    );
  });

  it('is right for every one of several readers, also one that comes later', async () => {
    const subject = new ChangingGraph(7);
    for (let step = 0; step < 500; step++) subject.step();
    const first = follow(subject.source);
    await viewWhile(subject, () => first.graph.view());
    const second = follow(subject.source);
    for (let round = 0; round < 5; round++) {
      for (const { graph } of [first, second]) {
        const view = await viewWhile(subject, () => graph.view());
        expect(comparable(view)).toEqual(comparable(subject.direct!));
      }
    }
    second.close();
    expect(comparable(await viewWhile(subject, () => first.graph.view()))).toEqual(comparable(subject.direct!));
  });

  it('is told only what changed, and nothing when nothing did', async () => {
    const subject = new ChangingGraph(11);
    for (let step = 0; step < 1000; step++) subject.step();
    const parts: DeltaPart[] = [];
    const { graph } = follow(subject.source, part => parts.push(part));
    const view = await graph.view();
    expect(view.edges.length).toBeGreaterThan(50);
    parts.length = 0;
    expect(await graph.view()).toBe(view);
    expect(parts.map(part => part.type)).toEqual(['unchanged']);
    parts.length = 0;
    const i = new Interaction();
    const node = subject.identities.intern(0, '', ['a', 'n1', 'x']);
    i.begin(0, node, node, BEGIN_MS * 1000, 1);
    subject.store.apply(i);
    await graph.view();
    const records = parts.filter(part => part.type === 'edges');
    expect(records).toHaveLength(1);
    expect(records[0]!.records[0]).toBe(records[0]!.length);
  });

  it('shows what was taken in before it was asked for, also when an answer is under way', async () => {
    const subject = new ChangingGraph(13);
    for (let step = 0; step < 1000; step++) subject.step();
    const { graph } = follow(subject.source);
    void graph.view();
    await nextTurn();
    const i = new Interaction();
    const node = subject.identities.intern(0, '', ['a', 'n1', 'x']);
    i.begin(3, node, node, BEGIN_MS * 1000, 1);
    const countOf = (view: GraphView) =>
      view.edges.reduce((sum, { kind, count }) => (kind === 'routes' ? sum + count : sum), 0);
    const before = countOf(subject.direct!);
    subject.store.apply(i);
    expect(countOf(await graph.view())).toBe(before + 1);
  });

  it('that cannot be made is told to who asked, and the next one is whole', async () => {
    const subject = new ChangingGraph(17);
    for (let step = 0; step < 500; step++) subject.step();
    const parts: DeltaPart[] = [];
    const { graph } = follow(subject.source, part => parts.push(part));
    await graph.view();
    for (let step = 0; step < 100; step++) subject.step();
    const edge = subject.store.edges.find(one => one.mark === subject.store.mark)!;
    Object.defineProperty(edge, 'index', { configurable: true, get: () => raise('broken') });
    await expect(graph.view()).rejects.toThrow(/the graph could not be read: .*broken/);
    Object.defineProperty(edge, 'index', { value: subject.store.edges.indexOf(edge) });
    parts.length = 0;
    expect(comparable(await viewWhile(subject, () => graph.view()))).toEqual(comparable(subject.direct!));
    expect(parts[0]).toMatchObject({ type: 'begin', full: true });
  });
});

function raise(message: string): never {
  throw new Error(message);
}
