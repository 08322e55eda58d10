/**
 * What saving and loading a graph costs: `node benchmarks/micro/kept-graph.ts`. 100,000 edges, young ones and ones that
 * were used for a day, 100,000 paths and 200,000 names; into memory, so that no disk has a say.
 */
import type { Kept } from '../../src/contract/image.ts';
import { Interaction } from '../../src/contract/interaction.ts';
import { PathTree } from '../../src/graph/path-tree.ts';
import { GraphStore } from '../../src/graph/store.ts';
import { Identities } from '../../src/lib/identities.ts';
import { Plans } from '../../src/lib/plans.ts';
import { ConsumerGroups } from '../../src/normalize/consumer-groups.ts';
import { keptTables } from '../../src/storage/kept-table.ts';
import { measureKept } from './kept.ts';

const EDGES = 100_000;
const NODES = 10_000;
const NAMES = 200_000;
const PATHS = 100_000;
const LIMITS = { maxNodes: NODES, maxEdges: EDGES };
const BEGIN_US = Date.UTC(2026, 7, 1) * 1000;
const MINUTE_US = 60e6;
const VERBS = ['GET', 'POST', 'select', 'insert', 'update', 'delete', 'send', 'process'];

/** One interaction on an edge. What no time is given for is settled. */
function use(store: GraphStore, identities: readonly number[], edge: number, n: number, timeUs: number): void {
  const call = new Interaction();
  const [source, target] = [identities[edge % NODES]!, identities[(edge * 7 + Math.floor(edge / NODES)) % NODES]!];
  call.begin(n % 3 === 0 ? 2 : 0, source, target, timeUs, 7);
  call.served = 1;
  call.messages = 1;
  call.lane = n % 2 === 0 ? 2 : 1;
  call.group = n % 4;
  call.clientDuration = 900 + ((edge * 31 + n * 7919) % 99_991);
  call.serverDuration = 800 + ((edge * 17 + n * 104_729) % 49_999);
  call.lag = 10 + ((edge + n * 1299) % 9973);
  call.verbs = [VERBS[(edge + n) % VERBS.length]!];
  call.traces = Int32Array.of(edge * 2654435761, n * 40503, edge * 97 + n * 2246822519, n * 3266489917 + edge);
  call.span0 = edge * 668265263;
  call.span1 = n * 374761393;
  store.apply(call);
  if (n % 5 === 0) store.settle(call.kind, source, target, timeUs, call.traces, 0, call.span0, call.span1);
}

function* graphs(): Generator<readonly [name: string, part: Kept, empty: () => Kept, count: number]> {
  const identities = new Identities(NAMES);
  const names = Array.from({ length: NODES }, (_, n) => identities.intern(0, 'prod', ['shop', `service-${n}`]));
  const empty = () => new GraphStore(identities, LIMITS);
  const young = empty();
  for (let edge = 0; edge < EDGES; edge++) use(young, names, edge, 1, BEGIN_US + edge * 1000);
  yield ['young edges', young, empty, EDGES];
  const few = EDGES / 10;
  const used = empty();
  for (let n = 0; n < 400; n++) {
    const minute = n < 150 ? n * 8.5 : 1400 + (n % 120);
    used.epoch = Math.floor(n / 20);
    for (let edge = 0; edge < few; edge++) use(used, names, edge, n * 3, BEGIN_US + minute * MINUTE_US);
  }
  yield ['fully used edges', used, empty, used.edges.length];
  const paths = new PathTree(young, PATHS);
  for (let n = 0; n < PATHS; n++)
    paths.visit(paths.extend(paths.begin(names[n % 100]!, false), names[Math.floor(n / 100)]!));
  yield ['paths', paths, () => new PathTree(young, PATHS), paths.size];
  for (let n = identities.size; n < NAMES; n++) {
    identities.intern(2, 'prod', ['postgresql', 'db-1:5432', 'shop', 'public', `a_table_${n}`]);
  }
  const [kept] = keptTables(identities, new Plans(), new ConsumerGroups());
  const another = () => keptTables(new Identities(NAMES), new Plans(), new ConsumerGroups())[0]!;
  yield ['identities', kept!, another, identities.size];
}

for (const kept of graphs()) measureKept(...kept);
