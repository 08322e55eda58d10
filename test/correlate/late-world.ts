import { client, consumer, linkTo, postgres, producer, server, topic } from '../oracle/cases.ts';
import { Random } from '../oracle/random.ts';
import type { Span } from '../oracle/span.ts';

const SERVICES = ['shop', 'bank', 'mail', 'stock'];
const STATEMENTS = ['SELECT id FROM orders WHERE id = $1', 'INSERT INTO archive SELECT * FROM orders WHERE done'];

/** Grows traces of calls and messages in which every change of service is a direct parent or a link. */
export class World {
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
