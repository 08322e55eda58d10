/**
 * What questions about ways cost on 10,000 nodes, 100,000 edges and 100,000 counted chains:
 * `node benchmarks/micro/paths.ts`. The first question of a structure pays for its tables; later
 * ones find them made. Times are the thread's own.
 */
import type { GraphDocument, PathColumns } from '../../src/contract/graph-document.ts';
import type { GraphView } from '../../src/contract/graph-view.ts';
import { findCouplings } from '../../src/query/couplings.ts';
import { viewOfDocument } from '../../src/query/document-view.ts';
import { findPaths } from '../../src/query/paths.ts';
import { edgeOf, nodeOf } from '../../test/kits/view.ts';
import { Random } from '../../test/oracle/random.ts';

const NODES = 10_000;
const EDGES = 100_000;
const CHAINS = 100_000;
const QUESTIONS = 500;
const VIEWS = 30;

const random = new Random(1);
const nodes = Array.from({ length: NODES }, (_, n) => {
  const kind = n % 10 < 6 ? 'service' : n % 10 < 8 ? 'topic' : 'table';
  return nodeOf(kind, `n${n}`, kind === 'service' ? { entry: { count: 1 + random.below(100) } } : {});
});
/** As hubs are: some nodes have many edges, most have few. */
const anyNode = () => nodes[Math.floor(random.next() ** 2 * NODES)]!;
const KINDS: Readonly<Record<string, 'calls' | 'publishes' | 'consumes' | 'writes' | 'reads'>> = {
  'service service': 'calls',
  'service topic': 'publishes',
  'topic service': 'consumes',
  'service table': 'writes',
  'table service': 'reads',
};
const edges = new Map<string, ReturnType<typeof edgeOf>>();
while (edges.size < EDGES) {
  const [source, target] = [anyNode(), anyNode()];
  const kind = KINDS[`${source.kind} ${target.kind}`];
  if (kind === undefined || source === target) continue;
  const edge = edgeOf(source, kind, target, { count: 1 + random.below(100) });
  edges.set(edge.id, edge);
}
const out = Map.groupBy([...edges.values()], edge => edge.source);
const placeOf = new Map(nodes.map((node, n) => [node.id, n]));
const paths = { parents: [] as number[], nodes: [] as number[], counts: [] as number[] };
while (paths.parents.length < CHAINS) {
  let node = random.below(NODES);
  for (let parent = -1, depth = 0; depth < 8; depth++) {
    parent = paths.parents.push(parent) - 1;
    paths.nodes.push(node);
    paths.counts.push(1 + random.below(50));
    const next = out.get(nodes[node]!.id);
    if (next === undefined) break;
    node = placeOf.get(random.pick(next).target)!;
  }
}
const document = { nodes, edges: [...edges.values()], paths: paths as PathColumns, asOf: nodes[0]!.lastSeen };
const freshView = (): GraphView => viewOfDocument(document as unknown as GraphDocument);

const view = freshView();
const services = view.nodes.flatMap((node, n) => (node.kind === 'service' ? [n] : []));

function time(
  what: string,
  times: number,
  ask: (view: GraphView) => unknown,
  viewOf: () => GraphView = () => view,
): void {
  const spent: number[] = [];
  for (let i = 0; i < times; i++) {
    const asked = viewOf();
    const began = process.threadCpuUsage();
    ask(asked);
    const { user, system } = process.threadCpuUsage(began);
    spent.push((user + system) / 1000);
  }
  spent.sort((a, b) => a - b);
  const of = (share: number) => spent[Math.floor(share * (spent.length - 1))]!.toFixed(1);
  console.log(`${what.padEnd(44)} p50 ${of(0.5)} ms, p99 ${of(0.99)} ms`);
}

let found = 0;
let cut = 0;
const askPaths = (asked: GraphView) => {
  const [from, to] = [random.below(NODES), random.below(NODES)];
  const answer = findPaths(asked, { from, to, k: 5, maxHops: 8, via: [], avoid: [], filter: {} });
  found += answer.paths.length;
  cut += Number(answer.truncated);
};
const askService = (asked: GraphView) =>
  findCouplings(asked, { filter: {}, service: random.pick(services), minStrength: 0, limit: 1000 });
time('paths, k = 5', QUESTIONS, askPaths);
console.log(`  ${found / QUESTIONS} paths a question, ${cut} cut`);
time('paths, k = 5, of a new structure', VIEWS, askPaths, freshView);
time('couplings of a service', QUESTIONS, askService);
time('couplings of a service, of a new structure', VIEWS, askService, freshView);
time('all couplings', 5, asked => findCouplings(asked, { filter: {}, minStrength: 0, limit: 1000 }));
