/** What the recorder tells adds up to what the store holds, however steps, batches and cuts follow each other. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { COUNT, COUNTERS } from '../../src/contract/counters.ts';
import { BEFORE_HISTORY, EDGE_NUMBERS, type IncrementPart } from '../../src/contract/increments.ts';
import { ADD, CALLS, Interaction, REVERSE } from '../../src/contract/interaction.ts';
import type { EdgeAggregate } from '../../src/graph/edge-aggregate.ts';
import { Histogram } from '../../src/graph/histogram.ts';
import { IncrementRecorder } from '../../src/graph/increment-recorder.ts';
import { SERVICE } from '../../src/lib/identities.ts';
import { NumberReader } from '../../src/lib/number-records.ts';
import { ChangingGraph } from '../kits/changing-graph.ts';

class Sums {
  readonly counters = new Float64Array(COUNTERS);
  readonly words = new Map<string, readonly number[]>();
  readonly histograms = [new Histogram(), new Histogram(), new Histogram()];

  addWord(word: string, counts: readonly number[]): void {
    const known = this.words.get(word) ?? counts.map(() => 0);
    this.words.set(
      word,
      counts.map((count, i) => count + known[i]!),
    );
  }
}

type Named = readonly [word: string, counts: readonly number[]];

/** Takes whole batches only, as a history does. */
class Receiver {
  readonly edges = new Map<number, Sums>();
  readonly entries = new Map<number, number>();
  readonly minutes = new Map<number, number>();
  readonly through: number[] = [];
  records = 0;
  private words: string[] = [];
  private known = new Set<number>();
  private waiting: IncrementPart[] = [];

  take(part: IncrementPart): void {
    if (part.isFirst) {
      this.words = [];
      this.known = new Set();
      this.waiting = [];
    }
    this.words.push(...part.words);
    for (let at = 0; at < part.edges.length; at += EDGE_NUMBERS) this.known.add(part.edges[at]!);
    this.waiting.push(part);
    if (part.through === undefined) return;
    for (const one of this.waiting.filter(({ batch }) => batch === part.batch)) this.add(one);
    this.waiting = this.waiting.filter(({ batch }) => batch !== part.batch);
    this.through.push(part.through);
  }

  private add({ numbers, length }: IncrementPart): void {
    const from = new NumberReader();
    from.data = numbers;
    for (let at = 0; at < length; at += numbers[at]!) {
      this.records++;
      from.at = at + 1;
      const subject = from.take();
      const minute = from.take();
      from.at += 2;
      const mask = from.take();
      const counts = Array.from({ length: COUNTERS }, (_, k) =>
        Math.floor(mask / 2 ** k) % 2 === 1 ? from.take() : 0,
      );
      if (subject < 0) this.entries.set(-1 - subject, (this.entries.get(-1 - subject) ?? 0) + counts[0]!);
      else this.addEdge(subject, minute, counts, from);
      expect(from.at).toBe(at + numbers[at]!);
    }
  }

  private addEdge(edge: number, minute: number, counts: readonly number[], from: NumberReader): void {
    expect(this.known.has(edge)).toBe(true);
    const sums = this.edges.get(edge) ?? new Sums();
    this.edges.set(edge, sums);
    counts.forEach((count, k) => {
      sums.counters[k]! += count;
    });
    this.minutes.set(minute, (this.minutes.get(minute) ?? 0) + counts[COUNT]!);
    for (let n = from.take(); n > 0; n--) sums.addWord(this.words[from.take()]!, [from.take()]);
    for (let n = from.take(); n > 0; n--) sums.addWord(this.words[from.take()]!, [from.take(), from.take()]);
    for (const histogram of sums.histograms) {
      const length = from.take();
      if (length < 0) continue;
      const more = new Histogram();
      more.read(from, length);
      histogram.merge(more);
    }
  }
}

const GROUPS = new Proxy([] as string[], { get: (_, number) => `group ${String(number)}` });

function subjectOf(seed: number) {
  const graph = new ChangingGraph(seed);
  const receiver = new Receiver();
  const recorder = new IncrementRecorder(
    graph.store,
    () => GROUPS,
    part => receiver.take(part),
  );
  const counted = new Map<number, number>();
  const { store } = graph;
  const apply = store.apply.bind(store);
  store.apply = i => {
    const minute = Math.floor(i.time / 60e6);
    if (i.count !== 0) counted.set(minute, (counted.get(minute) ?? 0) + i.sign);
    apply(i);
  };
  return { graph, store, receiver, recorder, counted };
}

function expectSame({ edges }: Receiver, all: readonly EdgeAggregate[]): void {
  for (const edge of all) {
    const sums = edges.get(edge.index) ?? new Sums();
    expect([...sums.counters]).toEqual([...edge.counters()]);
    const words = [...sums.words].filter(([, counts]) => counts.some(count => count !== 0));
    const verbs: Named[] = edge.verbs.map((verb, v) => [`v${verb}`, [edge.verbCounts[v]!]]);
    const groups: Named[] = [...(edge.groups ?? [])].map(([group, counts]) => [`ggroup ${group}`, [...counts]]);
    const held = [...verbs, ...groups].filter(([, counts]) => counts.some(count => count !== 0));
    expect(new Map(words)).toEqual(new Map(held));
    [edge.client, edge.server, edge.lag].forEach((histogram, h) => {
      const sum = sums.histograms[h]!;
      expect([sum.count, sum.sum]).toEqual([histogram?.count ?? 0, histogram?.sum ?? 0]);
      for (const q of [0.1, 0.5, 0.9]) expect(sum.quantile(q)).toBe(histogram?.quantile(q) ?? 0);
    });
  }
}

const without0 = (counts: ReadonlyMap<number, number>) => new Map([...counts].filter(([, count]) => count !== 0));

describe('increments', () => {
  it('add up to the store, by edge, name, duration and minute', () => {
    fc.assert(
      fc.property(fc.nat(), fc.array(fc.nat({ max: 60 }), { minLength: 1, maxLength: 20 }), (seed, frames) => {
        const { graph, store, receiver, recorder, counted } = subjectOf(seed);
        store.recorder = recorder;
        let frame = 0;
        for (const steps of frames) {
          for (let step = 0; step < steps; step++) graph.step();
          if (steps === 30) recorder.cut(++frame);
          else recorder.advance(++frame, graph.nowMs + frame * 20_000, steps % 2 === 0);
        }
        recorder.cut(++frame);
        expectSame(receiver, store.edges);
        expect(without0(receiver.minutes)).toEqual(without0(counted));
        expect(receiver.through.at(-1)).toBe(frame);
        expect(receiver.through).toEqual([...receiver.through].sort((a, b) => a - b));
        store.nodes.forEach(({ entries }, node) => {
          expect(receiver.entries.get(node) ?? 0).toBe(entries);
        });
      }),
      { numRuns: 60 },
    );
  });

  it('are few where minutes come by turns: one for each edge and minute', () => {
    const { graph, store, receiver, recorder } = subjectOf(11);
    store.recorder = recorder;
    const [source, target] = ['a', 'b'].map(name => graph.identities.intern(SERVICE, '', ['', name])) as [
      number,
      number,
    ];
    const MINUTES = 5;
    for (let n = 0; n < 1000; n++) {
      const i = new Interaction();
      i.begin(CALLS, source, target, (graph.nowMs - (n % MINUTES) * 60_000) * 1000, 0);
      i.sign = n % 100 === 99 ? REVERSE : ADD;
      i.count = 1;
      i.serverDuration = 100 + n;
      store.apply(i);
    }
    recorder.cut(1);
    expectSame(receiver, store.edges);
    expect(receiver.records).toBe(MINUTES);
    expect([...receiver.minutes.values()].sort()).toEqual([180, 200, 200, 200, 200]);
  });

  it('are those up to the frame of their batch, while frames go on', () => {
    const { graph, store, receiver, recorder } = subjectOf(7);
    store.recorder = recorder;
    // More than one frame closes.
    for (let step = 0; step < 300; step++) graph.step();
    const close = Reflect.get(recorder, 'close') as (most: number) => void;
    Reflect.set(recorder, 'close', (most: number) => close.call(recorder, Math.min(most, 5)));
    recorder.advance(1, graph.nowMs, true);
    const then = store.edges.map(edge => [...edge.counters()]);
    for (let frame = 2; receiver.through.length === 0; frame++) {
      graph.step();
      recorder.advance(frame, graph.nowMs, false);
    }
    expect(receiver.through).toEqual([1]);
    const told = then.map((counters, e) => receiver.edges.get(e)?.counters ?? new Float64Array(counters.length));
    expect(told.map(counters => [...counters])).toEqual(then);
  });

  it('begin with all that there is', () => {
    const { graph, store, receiver, recorder } = subjectOf(3);
    for (let step = 0; step < 500; step++) graph.step();
    recorder.reset(0);
    for (const _ of recorder.everything());
    store.recorder = recorder;
    recorder.cut(1);
    expectSame(receiver, store.edges);
    expect([...receiver.minutes.keys()]).toEqual([BEFORE_HISTORY]);
    for (let step = 0; step < 200; step++) graph.step();
    recorder.cut(2);
    expectSame(receiver, store.edges);
  });

  it('are not told of what was before a reset', () => {
    const { graph, store, receiver, recorder } = subjectOf(5);
    store.recorder = recorder;
    for (let step = 0; step < 200; step++) graph.step();
    const then = store.edges.map(({ count }) => count);
    recorder.reset(0);
    for (let step = 0; step < 200; step++) graph.step();
    recorder.cut(1);
    store.edges.forEach(({ index, count }) => {
      expect(receiver.edges.get(index)?.counters[COUNT] ?? 0).toBe(count - (then[index] ?? 0));
    });
  });
});
