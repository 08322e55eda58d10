import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NODE_KINDS } from '../../src/contract/graph-document.ts';
import { dotLines } from '../../src/query/formats/dot.ts';
import { labelsOf, shortCount } from '../../src/query/formats/labels.ts';
import { mermaidLines } from '../../src/query/formats/mermaid.ts';
import type { GraphParts } from '../../src/query/select.ts';
import { edgeOf, nodeOf } from '../kits/view.ts';

const graphToDot = (graph: GraphParts): string => Array.from(dotLines(graph)).join('');
const graphToMermaid = (graph: GraphParts): string => Array.from(mermaidLines(graph)).join('');

const HOSTILE = [
  'end',
  'a"] --> evil["x',
  '%%{init: {"theme":"dark"}}%%',
  'x"]; click n1 "javascript:alert(1)"',
  '</script><b>&lt;',
  'back\\slash\\',
  'two\nlines\u0000\u001b[31m',
  '\u202egnp.exe',
  '`md` #quot; |pipe|',
  '__proto__',
  'style:x#y',
  '名前 😀 café',
  '',
];

const hostile = fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: 'binary' }));

/** Nodes of any name, each with an edge to the next. */
const graphs = fc
  .array(fc.tuple(fc.constantFrom(...NODE_KINDS), hostile), { minLength: 1, maxLength: 6 })
  .map(entries => {
    const nodes = entries.map(([kind, name], index) => nodeOf(kind, name, { id: `${kind}:${index}` }));
    return { nodes, edges: nodes.map((node, index) => edgeOf(node, 'calls', nodes[(index + 1) % nodes.length]!)) };
  });

describe('Mermaid', () => {
  it('draws shapes by kind, from left to right', () => {
    const service = nodeOf('service', 'billing');
    const topic = nodeOf('topic', 'shop.orders');
    const table = nodeOf('table', 'invoices');
    const peer = nodeOf('external', 'api.bank');
    const text = graphToMermaid({
      nodes: [service, topic, table, peer],
      edges: [edgeOf(topic, 'consumes', service, { count: 5300 }), edgeOf(service, 'calls', peer)],
    });
    expect(text).toBe(
      [
        'flowchart LR',
        '  n1["billing"]',
        '  n2(["shop.orders"])',
        '  n3[("invoices")]',
        '  n4["api.bank"]:::external',
        '  n2 -->|"consumes 5.3k"| n1',
        '  n1 -->|"calls 1"| n4',
        '  classDef external stroke-dasharray: 4 3',
        '',
      ].join('\n'),
    );
  });

  it('lets no name change the drawing', () => {
    fc.assert(
      fc.property(graphs, graph => {
        const lines = graphToMermaid(graph).trimEnd().split('\n');
        const label = String.raw`[\p{L}\p{M}\p{N}\p{So}\ufffd ._/-]|#\d+;`;
        const shape = new RegExp(`^  n\\d+(\\["|\\(\\["|\\[\\(")(${label})*("\\]|"\\]\\)|"\\)\\])(:::external)?$`, 'u');
        expect(lines[0]).toBe('flowchart LR');
        for (const line of lines.slice(1, 1 + graph.nodes.length)) expect(line).toMatch(shape);
        for (const line of lines.slice(1 + graph.nodes.length)) {
          expect(line).toMatch(/^ {2}(n\d+ -->\|"calls 1"\| n\d+|classDef external stroke-dasharray: 4 3)$/);
        }
      }),
    );
  });

  it('says when a drawing is larger than Mermaid allows by itself', () => {
    const node = nodeOf('service', 'a');
    const graph = { nodes: [node], edges: Array.from({ length: 501 }, () => edgeOf(node, 'calls', node)) };
    expect(graphToMermaid(graph)).toContain('%% 501 edges');
  });
});

describe('Graphviz', () => {
  it('draws shapes by kind, from left to right', () => {
    const text = graphToDot({
      nodes: NODE_KINDS.map(kind => nodeOf(kind, kind)),
      edges: [edgeOf(nodeOf('service', 'service'), 'publishes', nodeOf('topic', 'topic'), { count: 100, errors: 1 })],
    });
    expect(text).toContain('rankdir=LR');
    expect(text).toContain('"topic:topic" [label="topic",tooltip="topic:topic",shape=cds];');
    expect(text).toContain(
      '"external:external" [label="external",tooltip="external:external",shape=box,style=dashed];',
    );
    expect(text).toContain('"service:service" -> "topic:topic" [label="publishes 100",penwidth=2.0,color=red3];');
  });

  it('lets no name change the drawing', () => {
    fc.assert(
      fc.property(graphs, graph => {
        const lines = graphToDot(graph).trimEnd().split('\n').slice(4, -1);
        const string = String.raw`"(?:[^"\\\p{Cc}]|\\["\\])*"`;
        const node = new RegExp(`^  ${string} \\[label=${string},tooltip=${string},shape=[a-z0-9=,]+\\];$`, 'u');
        const edge = new RegExp(`^  ${string} -> ${string} \\[label=${string},penwidth=1.0\\];$`, 'u');
        expect(lines).toHaveLength(graph.nodes.length + graph.edges.length);
        for (const [index, line] of lines.entries()) expect(line).toMatch(index < graph.nodes.length ? node : edge);
      }),
    );
  });
});

describe('labels', () => {
  it('tell nodes of one kind and name apart', () => {
    const [a, b, c] = [
      nodeOf('service', 'cart', { environment: 'prod' }),
      nodeOf('service', 'cart', { environment: 'staging' }),
      nodeOf('topic', 'cart'),
    ];
    expect([...labelsOf([a!, b!, c!]).values()]).toEqual(['cart (cart@prod)', 'cart (cart@staging)', 'cart']);
  });

  it('shorten counts', () => {
    expect([0, 999, 1000, 5340, 999_999, 1e6, 2.5e9].map(shortCount)).toEqual([
      '0',
      '999',
      '1k',
      '5.34k',
      '1000k',
      '1M',
      '2.5G',
    ]);
  });
});
