/** From spans to answers: what traces took is observed, what only pairs of edges suggest is composed. */
import { describe, expect, it } from 'vitest';
import type { GraphView } from '../../src/contract/graph-view.ts';
import { findCouplings } from '../../src/query/couplings.ts';
import { viewOfDocument } from '../../src/query/document-view.ts';
import { pathColumns } from '../../src/query/path-columns.ts';
import { findPaths, type Path } from '../../src/query/paths.ts';
import { LiveSubject, WAIT_MS } from '../kits/live-subject.ts';
import { client, consumer, linkTo, postgres, producer, server, topic } from '../oracle/cases.ts';
import type { Span } from '../oracle/span.ts';

/** Each of the trace's spans in so many traces. */
const times = (count: number, first: number, trace: readonly Span[]) =>
  Array.from({ length: count }, (_, i) => {
    const traceId = (first + i).toString(16).padStart(32, '0');
    return trace.map(span => ({ ...span, traceId, links: span.links.map(link => ({ ...link, traceId })) }));
  }).flat();

function viewsOf(spans: readonly Span[]): readonly GraphView[] {
  const subject = new LiveSubject().send(spans, 0).idle(1000, 3 * WAIT_MS);
  const view = subject.topology.view();
  return [view, viewOfDocument({ ...subject.graph(), paths: pathColumns(view) })];
}

function ask(view: GraphView, from: string, to: string): readonly Path[] {
  const place = (id: string) => view.nodeIndex(id);
  const rules = { k: 5, maxHops: 8, via: [], avoid: [], filter: {} };
  return findPaths(view, { from: place(`service:${from}`), to: place(`service:${to}`), ...rules }).paths;
}

const call = (service: string, at: number, from: string, id: number): Span[] => [
  client(from, id, at),
  server(service, id + 1, id),
];

describe('paths of traces', () => {
  const through = (first: string, last: string) => [
    server(first, 1, 0),
    ...call('b', 1, first, 2),
    ...call(last, 3, 'b', 4),
  ];
  const crossed = [...times(6, 100, through('a1', 'd')), ...times(6, 200, through('a2', 'e'))];

  it('never say of a way that it was seen when only its edges were', () => {
    for (const view of viewsOf(crossed)) {
      expect(ask(view, 'a1', 'd')).toMatchObject([{ observed: true, count: 6, probability: 1, strength: 0.5 }]);
      expect(ask(view, 'a1', 'e')).toMatchObject([{ observed: false, count: 0, probability: 0.5 }]);
      expect(ask(view, 'a2', 'd')).toMatchObject([{ observed: false, count: 0 }]);
      expect(ask(view, 'a2', 'e')).toMatchObject([{ observed: true, count: 6 }]);
    }
  });

  it('say how a message couples two services that never call each other', () => {
    const order = [
      server('order-service', 1, 0),
      producer('order-service', 2, 1, topic('order-events')),
      consumer('user-service', 3, 0, { ...topic('order-events'), links: [linkTo(2)] }),
    ];
    const silent = [server('order-service', 1, 0)];
    for (const view of viewsOf([...times(3, 100, order), ...times(1, 200, silent)])) {
      const text = 'order-service → Kafka topic order-events → user-service, implicitly, observed 3 times';
      expect(ask(view, 'order-service', 'user-service')).toMatchObject([{ text, probability: 0.75, implicit: true }]);
      const { couplings } = findCouplings(view, { filter: {}, minStrength: 0, limit: 10, implicit: true });
      expect(couplings).toMatchObject([
        { type: 'event', count: 3, observed: true, strength: 0.75, via: ['topic:kafka/~/order-events'] },
      ]);
    }
  });

  it('count a delivery once that a poll and its framework tell', () => {
    const poll = { ...topic('t', { 'messaging.operation.type': 'receive' }), links: [linkTo(2)] };
    const trace = [
      server('a', 1, 0),
      producer('a', 2, 1, topic('t')),
      consumer('b', 3, 0, poll),
      consumer('b', 4, 3, { ...topic('t'), links: [linkTo(2)] }),
    ];
    for (const view of viewsOf(times(4, 100, trace))) {
      expect(ask(view, 'a', 'b')).toMatchObject([{ count: 4, probability: 1, strength: 1 }]);
    }
  });

  it('count a delivery once that a client library and a framework tell', () => {
    const trace = [
      server('a', 1, 0),
      producer('a', 2, 1, topic('t')),
      consumer('b', 3, 2, { ...topic('t'), scope: 'kafka-client' }),
      consumer('b', 4, 2, { ...topic('t'), scope: 'framework' }),
    ];
    for (const view of viewsOf(times(4, 100, trace))) {
      expect(ask(view, 'a', 'b')).toMatchObject([{ count: 4, probability: 1, strength: 1 }]);
    }
  });

  it('compose what goes through a table: no trace proves whose row was read', () => {
    const sql = (text: string) => postgres({ 'db.query.text': text });
    const write = [server('a', 1, 0), client('a', 2, 1, sql('INSERT INTO stock VALUES (1)'))];
    const read = [server('b', 1, 0), client('b', 2, 1, sql('SELECT * FROM stock'))];
    for (const view of viewsOf([
      ...times(2, 100, write),
      ...times(2, 200, read),
      ...times(2, 300, [server('a', 1, 0)]),
    ])) {
      expect(ask(view, 'a', 'b')).toMatchObject([{ observed: false, hops: 2, probability: 0.5, implicit: true }]);
      const { couplings } = findCouplings(view, { filter: {}, minStrength: 0, limit: 10 });
      expect(couplings).toMatchObject([{ type: 'shared_table', observed: false, count: 2, implicit: true }]);
    }
  });
});
