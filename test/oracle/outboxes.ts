/** Outboxes by seed, grown onto the spans of a set: who writes them, events that a connector reads there, who takes those. */
import type { RecordView, SpanContext } from '../../src/contract/record.ts';
import { contextOf, recordOf } from '../kits/records.ts';
import { postgres } from './cases.ts';
import { Random } from './random.ts';
import { type Attributes, CLIENT, CONSUMER, isSpanId, isTraceId, type Link, PRODUCER, type Span } from './span.ts';

/** Tables that are outboxes in these sets; other spans by seed write them, too. */
export const OUTBOXES: readonly string[] = ['orders', 'archive'];

const WRITES = [
  'INSERT INTO orders (id, total) VALUES ($1, $2)',
  'INSERT INTO orders (id, total) VALUES ($1, $2)',
  'INSERT INTO orders (id, total) VALUES ($1, $2)',
  'INSERT INTO archive SELECT * FROM orders WHERE done',
  'UPDATE stock SET n = n - 1 WHERE id = $1',
];
const TOPIC = 'events';
const CLUSTER = { 'messaging.kafka.cluster.id': 'eu-1' };

interface Stage {
  readonly random: Random;
  readonly set: readonly Span[];
  /** The set, and what is grown onto it. */
  readonly spans: Span[];
  readonly writes: Span[];
}

/** Few ids and offsets, so that several events, producers and consumers have the same. */
export function generateOutboxes(
  seed: number,
  set: readonly Span[],
): { readonly spans: readonly Span[]; readonly records: readonly RecordView[] } {
  const random = new Random(seed ^ 0x51ed270b);
  const spans = set.filter(span => isTraceId(span.traceId) && isSpanId(span.spanId));
  if (spans.length === 0 || random.chance(0.3)) return { spans: set, records: [] };
  const stage: Stage = { random, set: [...spans], spans, writes: [] };
  const grown = spans.length;
  for (let steps = 2 + random.below(6); steps > 0; steps--) grow(stage);
  const records = Array.from({ length: 1 + random.below(3) }, (_, i) => makeEvent(stage, i));
  return {
    spans: [...set, ...spans.slice(grown)],
    records: random.chance(0.2) ? [...records, { ...records[0]! }] : records,
  };
}

function grow(stage: Stage): void {
  const { random, set, spans, writes } = stage;
  switch (random.weighted({ write: 40, consumer: 45, batch: 8, producer: 7 })) {
    case 'write': {
      const attributes = postgres({ 'db.query.text': random.pick(WRITES) }).attributes;
      writes.push(under(stage, random.pick(spans), { kind: CLIENT, attributes }));
      spans.push(writes.at(-1)!);
      return;
    }
    case 'consumer':
      spans.push(
        take(stage, { attributes: say(stage, random.pick(['process', 'process', 'receive']), placeOf(stage)) }),
      );
      return;
    case 'batch':
      spans.push(take(stage, { attributes: say(stage, 'process', {}), links: [linkOf(stage), linkOf(stage)] }));
      return;
    case 'producer':
      spans.push(under(stage, random.pick(set), { kind: PRODUCER, attributes: say(stage, 'send', placeOf(stage)) }));
  }
}

/** In a trace of its own, or beneath any span. */
function take(stage: Stage, more: Partial<Span>): Span {
  const { random, spans } = stage;
  const span = under(stage, random.pick(spans), { kind: CONSUMER, ...more });
  return random.chance(0.8) ? { ...span, traceId: random.hex(32), parentSpanId: '' } : span;
}

/** A span of the same service, or of that of another. */
function under({ random, spans }: Stage, above: Span, more: Partial<Span>): Span {
  const startUs = above.startUs + random.below(40);
  return {
    ...above,
    resource: random.chance(0.7) ? above.resource : random.pick(spans).resource,
    spanId: random.hex(16),
    parentSpanId: above.spanId,
    name: 'grown',
    startUs,
    endUs: startUs + random.below(40),
    links: [],
    droppedLinks: 0,
    ...more,
  };
}

const say = ({ random }: Stage, operation: string, more: Attributes): Attributes => ({
  'messaging.system': 'kafka',
  'messaging.destination.name': TOPIC,
  'messaging.operation.type': operation,
  ...(random.chance(0.9) ? CLUSTER : {}),
  ...more,
});

function placeOf({ random }: Stage): Attributes {
  const id = { 'messaging.message.id': `event-${random.below(3)}` };
  const place = { 'messaging.destination.partition.id': '0', 'messaging.kafka.offset': random.below(3) };
  return random.pick<Attributes>([id, id, place, { ...id, ...place }]);
}

/** To a span that nobody sends. */
const linkOf = (stage: Stage): Link => ({
  traceId: stage.random.hex(32),
  spanId: stage.random.hex(16),
  attributes: placeOf(stage),
});

/** Of a trace that wrote, mostly. */
function makeEvent(stage: Stage, offset: number): RecordView {
  const { random } = stage;
  return recordOf({
    cluster: 'eu-1',
    topic: TOPIC,
    partition: 0,
    offset: random.chance(0.9) ? offset : -1,
    timestampMs: Date.UTC(2024, 0, 15, 12) + random.below(5),
    messageId: random.chance(0.9) ? `event-${random.below(3)}` : '',
    isOutbox: random.chance(0.95),
    context: contextIn(stage),
  });
}

function contextIn({ random, spans, writes }: Stage): SpanContext {
  const { traceId } = random.pick(writes.length > 0 && random.chance(0.9) ? writes : spans);
  return contextOf(traceId, random.pick(spans.filter(span => span.traceId === traceId)).spanId);
}
