/** The state of the graph and its names, made of what a stream of spans told it, so that it can be told again. */
import { COUNTERS } from '../../src/contract/counters.ts';
import type { ImageReader, ImageWriter, Kept } from '../../src/contract/image.ts';
import { Interaction } from '../../src/contract/interaction.ts';
import { PathTree } from '../../src/graph/path-tree.ts';
import { GraphStore } from '../../src/graph/store.ts';
import { Identities } from '../../src/lib/identities.ts';
import { type Plan, Plans } from '../../src/lib/plans.ts';
import { ConsumerGroups } from '../../src/normalize/consumer-groups.ts';
import type { TopologyOptions } from '../../src/service/topology/config.ts';
import type { Topology } from '../../src/service/topology/topology.ts';
import { keptTables } from '../../src/storage/kept-table.ts';
import { LiveSubject } from '../kits/live-subject.ts';
import type { Exceptions } from '../kits/same-state.ts';
import { SMALL } from '../kits/subject.ts';
import { generateTraceSet } from '../oracle/generate.ts';
import { Random } from '../oracle/random.ts';
import { disorder } from '../oracle/requests.ts';

export type Limits = Pick<TopologyOptions, 'maxNodes' | 'maxEdges' | 'maxPaths'>;

export class KeptGraph implements Kept {
  readonly identities: Identities;
  readonly plans = new Plans();
  readonly groups = new ConsumerGroups();
  readonly store: GraphStore;
  readonly paths: PathTree;

  /** @param slabShift see `GraphStore`. */
  constructor(limits: Limits, slabShift?: number) {
    this.identities = new Identities(limits.maxNodes * 10, limits.maxNodes * 4096);
    this.plans.setLimit(limits.maxNodes * 4, limits.maxNodes * 2048);
    this.store = new GraphStore(this.identities, limits, slabShift);
    this.paths = new PathTree(this.store, limits.maxPaths);
  }

  private get parts(): readonly Kept[] {
    return [...keptTables(this.identities, this.plans, this.groups), this.store, this.paths];
  }

  *ahead(out: ImageWriter, round: number): Iterable<void> {
    for (const part of this.parts) yield* part.ahead?.(out, round) ?? [];
  }

  *save(out: ImageWriter): Iterable<void> {
    for (const part of this.parts) yield* part.save(out);
  }

  *load(from: ImageReader): Iterable<void> {
    for (const part of this.parts) yield* part.load(from);
  }
}

/** Of a histogram, an edge and sightings, where they have their numbers is no state. */
interface EdgeFields {
  readonly numbers: Float64Array;
  readonly begin: number;
  readonly batch: number;
  readonly minute: number;
  readonly base: unknown;
  readonly mark: number;
}

interface SightingsFields {
  readonly times: Float64Array;
  readonly at: number;
  readonly words: Int32Array;
  readonly begin: number;
  readonly size: number;
}

/** What a restored graph need not have of the one that was saved. */
export const NOT_KEPT: Exceptions = {
  fields: {
    'ChangedLines.sections': 'of the image being written',
    'GraphStore.mark': 'who reads deltas begins with the whole graph',
    'GraphStore.watcher': 'who reads deltas is no state',
    'GraphStore.recorder': 'history is cut where an image is taken',
    'PathTree.changed': 'who reads deltas begins with all paths',
    'PathTree.marks': 'who reads deltas begins with all paths',
    'PathTree.latest': 'tells where to look first',
    'PathTree.nodeHashes': 'made of ids when they are needed',
    'Room.numbers': 'where numbers stand, not what they are',
    'Room.words': 'where words stand, not what they are',
  },
  insteadOf: {
    // The batch, its minute and the base belong to the recorder; who reads deltas, by marks, begins with the whole graph.
    EdgeAggregate: ({ numbers, begin, batch, minute, base, mark, ...rest }: EdgeFields) => ({
      ...rest,
      counters: numbers.subarray(begin, begin + COUNTERS),
    }),
    Histogram: ({ numbers, begin, end, ...rest }: { numbers: Float64Array; begin: number; end: number }) => ({
      ...rest,
      numbers: numbers.subarray(begin, end),
    }),
    // Words of examples that were taken out stay behind those that are there.
    Sightings: ({ times, at, words, begin, ...rest }: SightingsFields) => ({
      ...rest,
      times: times.subarray(at, at + 2),
      words: words.subarray(begin, begin + rest.size * 6),
    }),
  },
};

export type Step = (graph: KeptGraph) => void;

const AS_TOLD = [
  ['store', 'seen'],
  ['store', 'entry'],
  ['store', 'unresolved'],
  ['store', 'compact'],
  ['paths', 'begin'],
  ['paths', 'extend'],
  ['paths', 'visit'],
  ['paths', 'visitReceived'],
] as const;

/** Everything that trace sets of the oracle told the graph, in order, with repeated spans and times that go by. */
export function recordSteps(seed: number, sets: number, limits: Limits): readonly Step[] {
  const random = new Random(seed);
  const subject = new LiveSubject({ ...SMALL, ...limits, lateMs: 20_000 });
  const steps = listen(subject.topology);
  let atMs = 0;
  for (let set = 0; set < sets; set++) {
    const spans = disorder(generateTraceSet(seed * sets + set), seed + set);
    for (let from = 0; from < spans.length; from += 7) {
      subject.send(spans.slice(from, from + 7), atMs);
      atMs += random.below(4) === 0 ? random.below(9000) : 100;
    }
    subject.tick(atMs);
  }
  subject.idle(atMs, atMs + 60_000, 5000);
  return steps;
}

function listen(topology: Topology): readonly Step[] {
  const steps: Step[] = [];
  const parts = topology as unknown as KeptGraph;
  const { store, identities, plans } = parts;
  const { groups } = (topology as unknown as { normalizer: { messaging: { groups: ConsumerGroups } } }).normalizer
    .messaging;
  const note = (step: Step) => {
    const { epoch } = store;
    steps.push(graph => {
      graph.store.epoch = epoch;
      step(graph);
    });
  };
  const apply = store.apply.bind(store);
  store.apply = i => {
    const copy = Object.assign(new Interaction(), i, { traces: i.traces.slice(i.traceAt, i.traceAt + 4), traceAt: 0 });
    note(graph => graph.store.apply(copy));
    apply(i);
  };
  const settle = store.settle.bind(store);
  store.settle = (kind, source, target, time, traces, at, span0, span1) => {
    const trace = traces.slice(at, at + 4);
    note(graph => graph.store.settle(kind, source, target, time, trace, 0, span0, span1));
    settle(kind, source, target, time, traces, at, span0, span1);
  };
  const intern = identities.intern.bind(identities);
  identities.intern = (kind, environment, names) => {
    note(graph => graph.identities.intern(kind, environment, names));
    return intern(kind, environment, names);
  };
  const internPlan = plans.intern.bind(plans);
  plans.intern = (plan: Plan) => {
    note(graph => graph.plans.intern(plan));
    return internPlan(plan);
  };
  const groupNumber = groups.numberOf.bind(groups);
  groups.numberOf = name => {
    note(graph => graph.groups.numberOf(name));
    return groupNumber(name);
  };
  for (const [part, method] of AS_TOLD) {
    const target = parts[part] as unknown as Record<string, (...values: unknown[]) => unknown>;
    const original = target[method]!.bind(target);
    target[method] = (...values) => {
      note(graph => (graph[part] as unknown as typeof target)[method]!(...values));
      return original(...values);
    };
  }
  return steps;
}
