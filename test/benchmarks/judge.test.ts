import { describe, expect, it } from 'vitest';
import { judgeGraph } from '../../benchmarks/pipeline/judge.ts';
import { buildMesh } from '../../benchmarks/pipeline/mesh.ts';
import type { TrueEdge } from '../../benchmarks/pipeline/truth.ts';
import type { Edge, GraphDocument, Node } from '../../src/contract/graph-document.ts';

const disorder = { duplicates: 0.5, shuffle: 0, late: 0 };
const { truth } = buildMesh({ seed: 1, traces: 50, bodySpans: 50, encoding: 'protobuf', rate: 0, ...disorder });
const RECEIVED = truth.spans + truth.duplicates;

type Draft = {
  nodes: Record<string, unknown>[];
  edges: Record<string, unknown>[];
  stats: { spans: Record<string, number> };
};

/** The document that holds exactly the truth. */
function trueGraph(): Draft {
  const nodes = new Map<string, Record<string, unknown>>();
  const node = (name: string): string => {
    const [database, table] = name.split('.');
    const known = table === undefined ? { name } : { kind: 'table', database, name: table };
    const entry = truth.entries[name];
    nodes.set(name, {
      id: name,
      kind: 'service',
      ...known,
      ...(entry === undefined ? {} : { entry: { count: entry } }),
    });
    return name;
  };
  const toEdge = (edge: TrueEdge): Record<string, unknown> => ({
    ...edge,
    id: `${edge.source}#${edge.kind}#${edge.target}`,
    source: node(edge.source),
    target: node(edge.target),
    // The order of names says nothing.
    evidence: Object.fromEntries(Object.entries(edge.evidence).reverse()),
  });
  const edges = truth.edges.map(toEdge);
  const spans = { received: RECEIVED, duplicates: truth.duplicates, paired: truth.spans - 7, inferred: 7 };
  return { nodes: [...nodes.values()], edges, stats: { spans } };
}

const judge = (draft: Draft, ignored?: string) =>
  judgeGraph(draft as unknown as GraphDocument & { nodes: Node[]; edges: Edge[] }, truth, RECEIVED, ignored);

describe('the judge', () => {
  it('finds the truth right', () => {
    const judgement = judge(trueGraph());
    expect(judgement.problems).toEqual([]);
    expect(judgement).toMatchObject({ right: true, exact: truth.edges.length, unexpected: 0, missing: 0 });
  });

  it.each([
    ['count', { counts: 1 }],
    ['clientErrors', { errors: 1 }],
    ['serverErrors', { errors: 1 }],
    ['errors', { errors: 1 }],
  ] as const)('sees a wrong %s', (part, wrong) => {
    const graph = trueGraph();
    graph.edges[3]![part] = Number(graph.edges[3]![part]) + 1;
    const judgement = judge(graph);
    expect(judgement.right).toBe(false);
    expect(judgement.exact).toBe(truth.edges.length - 1);
    for (const key of Object.keys(wrong) as 'counts'[]) expect(judgement[key]).toBe(truth.edges.length - 1);
    expect(judgement.problems).toHaveLength(1);
  });

  it('sees wrong messages, and evidence too much, too little or of another kind', () => {
    const graph = trueGraph();
    const [first, second, third, fourth] = graph.edges.filter(edge => edge.messages !== undefined);
    first!.messages = 0;
    second!.evidence = { ...(second!.evidence as object), log: 1 };
    third!.evidence = {};
    fourth!.evidence = { paired: fourth!.count };
    expect(judge(graph)).toMatchObject({ messages: truth.edges.length - 1, evidence: truth.edges.length - 3 });
  });

  it('sees edges that are missing, twice, or should not be', () => {
    const graph = trueGraph();
    const [gone, twice] = graph.edges.splice(0, 2);
    graph.edges.push(twice!, { ...twice, id: 'again' }, { ...gone, kind: 'messages' });
    expect(judge(graph)).toMatchObject({ missing: 2, unexpected: 1, right: false });
  });

  it('sees spans without a fate, spans not received, unknown duplicates and wrong entries', () => {
    const graph = trueGraph();
    graph.stats.spans.received! += 1;
    graph.stats.spans.duplicates! -= 1;
    graph.nodes.find(node => node.entry !== undefined)!.entry = { count: 1e6 };
    const wrong = { accounted: false, receivedExact: false, duplicatesExact: false, entriesExact: false };
    expect(judge(graph)).toMatchObject({ ...wrong, right: false, exact: truth.edges.length });
  });

  it('does not look at nodes of the namespace it is told to ignore', () => {
    const graph = trueGraph();
    graph.nodes.push({ id: 'p', kind: 'service', name: 'p', namespace: 'probe', entry: { count: 1 } });
    graph.edges.push({ ...graph.edges[0], source: 'p', target: 'p' });
    expect(judge(graph, 'probe').right).toBe(true);
    expect(judge(graph).right).toBe(false);
  });
});
