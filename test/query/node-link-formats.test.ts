/** GraphML, GEXF, Cytoscape and Grafana: read back by parsers that know nothing of tacit, whatever names hold. */
import fc from 'fast-check';
import { SaxesParser } from 'saxes';
import { describe, expect, it } from 'vitest';
import { NODE_KINDS } from '../../src/contract/graph-document.ts';
import { DRAWINGS, type DrawingFormat } from '../../src/query/formats/drawings.ts';
import type { GraphParts } from '../../src/query/select.ts';
import { edgeOf, nodeOf } from '../kits/view.ts';

const textOf = (graph: GraphParts, format: DrawingFormat): string =>
  Array.from(DRAWINGS[format].pieces(graph)).join('');

interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  text: string;
}

/** Every element in order of its beginning. Throws where the text is no well-formed XML 1.0. */
function parseXml(xml: string): Element[] {
  const parser = new SaxesParser({ xmlns: false });
  const elements: Element[] = [];
  const open: Element[] = [];
  parser.on('error', error => {
    throw error;
  });
  parser.on('opentag', ({ name, attributes }) => {
    const element = { name, attributes, text: '' };
    elements.push(element);
    open.push(element);
  });
  parser.on('text', text => {
    if (open.length > 0) open.at(-1)!.text += text;
  });
  parser.on('closetag', () => void open.pop());
  parser.write(xml).close();
  return elements;
}

const named = (elements: readonly Element[], name: string): Element[] => elements.filter(one => one.name === name);

const HOSTILE = [
  '<node id="x"/>',
  '"><script>alert(1)</script>',
  "']]>&amp;&#0;",
  'two\nlines\u0000\u001b[31m\ufffe\uffff',
  '\u202egnp.exe',
  '\ud800',
  '__proto__',
  '名前 😀',
  '',
];
const hostile = fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: 'binary' }));

/** Nodes of any name and id, each with an edge to the next. */
const graphs = fc
  .array(fc.tuple(fc.constantFrom(...NODE_KINDS), hostile, hostile), { minLength: 1, maxLength: 6 })
  .map(entries => {
    const nodes = entries.map(([kind, name, environment], i) =>
      nodeOf(kind, name, { environment, id: `${kind}:${i}${name.toWellFormed()}` }),
    );
    const edges = nodes.map((node, i) =>
      edgeOf(node, 'calls', nodes[(i + 1) % nodes.length]!, { operations: { [node.name]: i }, errors: i, count: 5 }),
    );
    return { nodes, edges };
  });

const shop = nodeOf('service', 'shop', { environment: 'prod', entry: { count: 7 } });
const topic = nodeOf('topic', 'orders', { system: 'kafka' });
const graph = {
  nodes: [shop, topic],
  edges: [
    edgeOf(shop, 'publishes', topic, { count: 53, messages: 60, operations: { send: 53 }, errors: 3, rate: 0.25 }),
    edgeOf(topic, 'consumes', shop, { count: 40, serverErrors: 10, errors: 10 }),
  ],
};

describe('GraphML', () => {
  it('declares its keys before the graph, and gives nodes and edges their data', () => {
    const elements = parseXml(textOf(graph, 'graphml'));
    expect(elements[0]).toMatchObject({
      name: 'graphml',
      attributes: { xmlns: 'http://graphml.graphdrawing.org/xmlns' },
    });
    const keys = new Map(named(elements, 'key').map(({ attributes }) => [attributes.id, attributes]));
    expect(keys.get('edge-rate')).toEqual({ id: 'edge-rate', for: 'edge', 'attr.name': 'rate', 'attr.type': 'double' });
    expect(named(elements, 'graph')[0]?.attributes).toEqual({ id: 'tacit', edgedefault: 'directed' });
    for (const { attributes } of named(elements, 'data')) expect(keys.has(attributes.key)).toBe(true);
    expect(elements.findIndex(({ name }) => name === 'graph')).toBeGreaterThan(
      elements.findLastIndex(({ name }) => name === 'key'),
    );
    const data = named(elements, 'data').map(({ attributes, text }) => [attributes.key, text]);
    expect(data).toContainEqual(['node-environment', 'prod']);
    expect(data).toContainEqual(['node-entries', '7']);
    expect(data).toContainEqual(['edge-messages', '60']);
    expect(data).toContainEqual(['edge-operations', 'send 53']);
    expect(named(elements, 'edge')[0]?.attributes).toEqual({
      id: 'service:shop@prod#publishes#topic:orders',
      source: 'service:shop@prod',
      target: 'topic:orders',
    });
  });
});

describe('GEXF', () => {
  it('declares its attributes, and weighs edges by how often they were used', () => {
    const elements = parseXml(textOf(graph, 'gexf'));
    expect(elements[0]).toMatchObject({ name: 'gexf', attributes: { xmlns: 'http://gexf.net/1.3', version: '1.3' } });
    const ids = new Set(named(elements, 'attribute').map(({ attributes }) => attributes.id));
    for (const { attributes } of named(elements, 'attvalue')) expect(ids.has(attributes.for!)).toBe(true);
    expect(named(elements, 'node')[0]?.attributes).toEqual({ id: 'service:shop@prod', label: 'shop' });
    expect(named(elements, 'edge')[0]?.attributes).toMatchObject({ kind: 'publishes', weight: '53' });
  });
});

describe.each(['graphml', 'gexf'] as const)('%s', format => {
  it('is well-formed, with every node and edge once, and edges between nodes that are there', () => {
    fc.assert(
      fc.property(graphs, parts => {
        const elements = parseXml(textOf(parts, format));
        const ids = named(elements, 'node').map(({ attributes }) => attributes.id);
        expect(new Set(ids).size).toBe(parts.nodes.length);
        expect(named(elements, 'edge')).toHaveLength(parts.edges.length);
        for (const { attributes } of named(elements, 'edge')) {
          expect(ids).toContain(attributes.source);
          expect(ids).toContain(attributes.target);
        }
      }),
    );
  });

  it('of an empty graph is one', () => {
    expect(named(parseXml(textOf({ nodes: [], edges: [] }, format)), 'graph')).toHaveLength(1);
  });
});

describe('Cytoscape', () => {
  it('has elements with data and classes', () => {
    const { elements } = JSON.parse(textOf(graph, 'cytoscape'));
    expect(elements.nodes[0]).toMatchObject({
      data: { id: 'service:shop@prod', label: 'shop', kind: 'service', environment: 'prod', entries: 7 },
      classes: 'service',
    });
    expect(elements.edges[0]).toMatchObject({
      data: { source: 'service:shop@prod', target: 'topic:orders', kind: 'publishes', count: 53, rate: 0.25 },
      classes: 'publishes',
    });
  });

  it('is JSON whose edges lie between its nodes, whatever names hold', () => {
    fc.assert(
      fc.property(graphs, parts => {
        const { elements } = JSON.parse(textOf(parts, 'cytoscape'));
        const ids = elements.nodes.map(({ data }: { data: { id: string } }) => data.id);
        for (const { data } of elements.edges) expect(ids).toEqual(expect.arrayContaining([data.source, data.target]));
      }),
    );
    expect(JSON.parse(textOf({ nodes: [], edges: [] }, 'cytoscape'))).toEqual({ elements: { nodes: [], edges: [] } });
  });
});

describe('Grafana', () => {
  it('has rows for the frames of its node graph', () => {
    const { nodes, edges } = JSON.parse(textOf(graph, 'grafana'));
    expect(nodes[0]).toMatchObject({
      id: 'service:shop@prod',
      title: 'shop',
      subTitle: 'service in prod',
      mainStat: 40,
      secondaryStat: '25 % errors',
      arc__failed: 0.25,
      arc__passed: 0.75,
      detail__kind: 'service',
    });
    expect(nodes[1]).toMatchObject({ mainStat: 93, subTitle: 'topic' });
    expect(edges[0]).toMatchObject({
      source: 'service:shop@prod',
      target: 'topic:orders',
      mainStat: 53,
      secondaryStat: 'publishes',
      color: 'red',
      detail__operations: 'send 53',
    });
  });

  it('has texts and numbers only, arcs that sum to one, and edges between its nodes', () => {
    fc.assert(
      fc.property(graphs, parts => {
        const { nodes, edges } = JSON.parse(textOf(parts, 'grafana')) as Record<string, Record<string, unknown>[]>;
        for (const row of [...nodes!, ...edges!]) {
          for (const value of Object.values(row)) expect(['string', 'number']).toContain(typeof value);
        }
        for (const node of nodes!) expect(Number(node.arc__failed) + Number(node.arc__passed)).toBeCloseTo(1, 9);
        const ids = nodes!.map(({ id }) => id);
        for (const edge of edges!) expect(ids).toEqual(expect.arrayContaining([edge.source, edge.target]));
      }),
    );
  });
});
