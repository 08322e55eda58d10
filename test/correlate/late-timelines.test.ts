/**
 * Any set of calls and messages whose halves arrive in different epochs, further apart than the wait but within `late`:
 * once all is in, the oracle's graph. Only an edge that lost an interaction may still tell its times and examples, and
 * a route those and the sampling of the first of several messages that came.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GraphDocument } from '../../src/contract/graph-document.ts';
import { LiveSubject, WAIT_MS } from '../kits/live-subject.ts';
import { client, consumer, linkTo, postgres, producer, server, topic } from '../oracle/cases.ts';
import { compareDocuments } from '../oracle/compare.ts';
import type { OracleDocument } from '../oracle/document.ts';
import { analyzeSpans } from '../oracle/model.ts';
import { Random } from '../oracle/random.ts';
import type { Span } from '../oracle/span.ts';
import type { OracleEdge } from '../oracle/weights.ts';

const EPOCHS_MS = [0, 2.5 * WAIT_MS, 6 * WAIT_MS];
const SERVICES = ['shop', 'bank', 'mail', 'stock'];
const STATEMENTS = ['SELECT id FROM orders WHERE id = $1', 'INSERT INTO archive SELECT * FROM orders WHERE done'];
const RUNS = Number(process.env.TACIT_PROPERTY_RUNS ?? 300);

/** Grows traces of calls and messages in which every change of service is a direct parent or a link. */
class World {
  readonly spans: Span[] = [];
  private readonly random: Random;
  private readonly producers: Span[] = [];
  private traceId = '';
  private ids = 0;

  constructor(seed: number) {
    this.random = new Random(seed);
    for (let i = 0; i <= this.random.below(3); i++) this.trace();
  }

  private trace(): void {
    this.traceId = this.random.hex(32);
    const service = this.random.pick(SERVICES);
    const root = this.random.chance(0.2) ? this.linkedConsumer(service) : this.add(server(service, this.id(), 0));
    this.grow(service, root, 3);
  }

  private grow(service: string, parent: number, depth: number): void {
    for (let i = 0; i <= this.random.below(3); i++) {
      switch (this.random.weighted({ call: 5, table: 2, message: 3, alone: 1 })) {
        case 'call':
          this.answer(this.add(client(service, this.id(), parent, this.peer())), depth);
          break;
        case 'table': {
          const query = postgres({ 'db.query.text': this.random.pick(STATEMENTS) });
          const span = this.add(client(service, this.id(), parent, query));
          if (this.random.chance(0.3)) this.answer(span, depth);
          break;
        }
        case 'message':
          this.message(service, parent, depth);
          break;
        case 'alone':
          this.add(client(service, this.id(), parent, this.peer()));
      }
    }
  }

  private peer(): Partial<Span> {
    return this.random.chance(0.7) ? { attributes: { 'peer.service': 'elsewhere' } } : {};
  }

  /** One server, or the two of a retry. */
  private answer(caller: number, depth: number): void {
    for (let i = 0; i <= this.random.below(2); i++) {
      const service = this.random.pick(SERVICES);
      const span = this.add(server(service, this.id(), caller));
      if (depth > 0) this.grow(service, span, depth - 1);
    }
  }

  private message(service: string, parent: number, depth: number): void {
    const isNamed = this.random.chance(0.8);
    const named = isNamed ? topic(this.random.pick(['in', 'out'])) : {};
    const sent = this.add(producer(service, this.id(), parent, named));
    if (isNamed) this.producers.push(this.spans.at(-1)!);
    if (this.random.chance(0.3)) return;
    const receiver = this.random.pick(SERVICES);
    const known = this.random.chance(0.7) ? topic(this.random.pick(['in', 'out'])) : {};
    const span = this.add(consumer(receiver, this.id(), sent, known));
    if (depth > 0) this.grow(receiver, span, depth - 1);
  }

  /** A consumer without a parent that links to messages of any trace. */
  private linkedConsumer(service: string): number {
    const linked = this.random.shuffle(this.producers).slice(0, this.random.below(4));
    const links = linked.map(one => linkTo(Number.parseInt(one.spanId, 16), one.traceId));
    return this.add(consumer(service, this.id(), 0, { ...topic(this.random.pick(['in', 'out'])), links }));
  }

  private id(): number {
    return ++this.ids;
  }

  private add(span: Span): number {
    const { random } = this;
    const traceState = random.chance(0.2) ? random.pick(['ot=th:8', 'ot=th:c']) : '';
    const endUs = span.startUs + random.pick([0, 7, 100, 4000]);
    this.spans.push({ ...span, traceId: this.traceId, status: random.chance(0.2) ? 2 : 0, traceState, endUs });
    return this.ids;
  }
}

/** Sends each span in an epoch of its own choice. */
function play(spans: readonly Span[], seed: number): LiveSubject {
  const random = new Random(seed);
  const epochs = spans.map(() => random.below(EPOCHS_MS.length));
  const subject = new LiveSubject();
  EPOCHS_MS.forEach((beginMs, epoch) => {
    const part = random.shuffle(spans.filter((_, i) => epochs[i] === epoch));
    subject.send(part.slice(0, part.length / 2), beginMs).send(part.slice(part.length / 2), beginMs + 1500);
    subject.idle(beginMs + 1500, beginMs + 2.4 * WAIT_MS);
  });
  return subject.idle(EPOCHS_MS.at(-1)! + 3 * WAIT_MS, EPOCHS_MS.at(-1)! + 6 * WAIT_MS);
}

/** A late entry does not keep its span id: the example may be the partner's span, of the same trace. */
function withExampleTraces(graph: OracleDocument): OracleDocument {
  const traces = (edge: OracleEdge) => edge.exemplars.map(({ traceId }) => ({ traceId, spanId: '' }));
  return { ...graph, edges: graph.edges.map(edge => ({ ...edge, exemplars: traces(edge) })) };
}

/** Differences that are not about times and examples of an edge that may have lost an interaction. */
function differences(spans: readonly Span[], got: GraphDocument): string[] {
  const expected = withExampleTraces(analyzeSpans(spans).document);
  return compareDocuments(expected, withExampleTraces(got)).filter(
    line =>
      !/(external|table|database):.*: (exemplars|firstSeen|lastSeen) /.test(line) &&
      !/#routes#.*: (exemplars|firstSeen|lastSeen|estimated) /.test(line),
  );
}

describe('halves that arrive after the wait', () => {
  it('are one interaction in the end', () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.nat(1_000_000), (seed, timeline) => {
        const { spans } = new World(seed);
        expect(differences(spans, play(spans, timeline).graph())).toEqual([]);
      }),
      { numRuns: RUNS, seed: 20240115 },
    );
  }, 300_000);
});
