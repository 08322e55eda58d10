import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { Static } from 'typebox';
import { describe, expect, expectTypeOf, it } from 'vitest';
import type { Diagnostic, Edge, Node, Stats } from '../../src/contract/graph-document.ts';
import { graphDocument, graphDocumentPieces } from '../../src/query/document.ts';
import { DanglingEdgeError, viewOfDocument } from '../../src/query/document-view.ts';
import { graphJsonSchema } from '../../src/query/schemas/graph-json-schema.ts';
import type { DiagnosticSchema, EdgeSchema, NodeSchema, StatsSchema } from '../../src/query/schemas/graph-schema.ts';
import { selectGraph } from '../../src/query/select.ts';
import { documentOf, edgeOf, nodeOf, viewOf } from '../kits/view.ts';

type Mutable<T> = T extends object ? { -readonly [K in keyof T]: Mutable<T[K]> } : T;

const a = nodeOf('service', 'a', { entry: { count: 2 }, unresolved: 1 });
const b = nodeOf('topic', 'b');
const latency = { p50: 0.1, p95: 0.2, p99: 0.3, mean: 0.12, count: 7 };
const edge = edgeOf(a, 'publishes', b, {
  latency: { client: latency },
  lag: latency,
  groups: { g: 1 },
  operations: { send: 1 },
  exemplars: [{ traceId: '0'.repeat(31).concat('1'), spanId: '0'.repeat(15).concat('2') }],
});
const diagnostics = [{ code: 'x', message: 'y', nodes: [a.id] }];

describe('graphDocumentPieces', () => {
  it('join to the JSON of the document', () => {
    for (const view of [viewOf([a, b], [edge]), viewOf([], [])]) {
      const document = graphDocument(view, selectGraph(view, {}));
      expect([...graphDocumentPieces(document)].join('')).toBe(JSON.stringify(document));
    }
  });
});

describe('graphJsonSchema', () => {
  const isDocument = new Ajv2020({ formats: { 'date-time': true } }).compile(graphJsonSchema());

  it('takes documents and refuses others', () => {
    expect(isDocument(documentOf([a, b], [edge], { diagnostics })), JSON.stringify(isDocument.errors)).toBe(true);
    expect(isDocument(documentOf([{ ...a, kind: 'thing' as 'service' }], []))).toBe(false);
    expect(isDocument(documentOf([a, b], [{ ...edge, count: -1 }]))).toBe(false);
    expect(isDocument({ ...documentOf([], []), schema: 'tacit.graph/v2' })).toBe(false);
  });

  it('is the one in schemas/graph.schema.json', () => {
    const stored = readFileSync(new URL('../../schemas/graph.schema.json', import.meta.url), 'utf8');
    expect(JSON.parse(stored)).toEqual(graphJsonSchema());
  });

  it('agrees with the types of the contract', () => {
    expectTypeOf<Mutable<Node>>().toEqualTypeOf<Mutable<Static<typeof NodeSchema>>>();
    expectTypeOf<Mutable<Edge>>().toEqualTypeOf<Mutable<Static<typeof EdgeSchema>>>();
    expectTypeOf<Mutable<Stats>>().toEqualTypeOf<Mutable<Static<typeof StatsSchema>>>();
    expectTypeOf<Mutable<Diagnostic>>().toEqualTypeOf<Mutable<Static<typeof DiagnosticSchema>>>();
  });
});

describe('viewOfDocument', () => {
  it('fills the adjacency', () => {
    const view = viewOfDocument(documentOf([b, a], [edgeOf(b, 'consumes', a), edge]));
    const index = view.nodeIndex(a.key);
    const out = [...view.outEdges.subarray(view.outStart[index], view.outStart[index + 1])];
    const into = [...view.inEdges.subarray(view.inStart[index], view.inStart[index + 1])];
    expect(out.map(i => view.edges[i]!.kind)).toEqual(['publishes']);
    expect(into.map(i => view.edges[i]!.kind)).toEqual(['consumes']);
    expect(view.nodes[view.edgeTarget[view.edgeIndex(edge.id)]!]).toBe(b);
  });

  it('names an edge whose node is missing', () => {
    expect(() => viewOfDocument(documentOf([a], [edge]))).toThrow(DanglingEdgeError);
    expect(() => viewOfDocument(documentOf([a], [edge]))).toThrow(/topic:b/);
  });
});
