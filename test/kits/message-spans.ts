/** Spans of messages without context: only positions and ids say which producer a consumer's message is from. */
import { consumer, producer, topic } from '../oracle/cases.ts';
import type { Random } from '../oracle/random.ts';
import type { Attributes, Span } from '../oracle/span.ts';

/** Few offsets, so that they meet; each span in a trace of its own. */
export function messageSpans(random: Random, count: number): Span[] {
  return Array.from({ length: count }, (_, i) => {
    const offset = random.below(Math.ceil(count / 4));
    const ids: Attributes = random.chance(0.4) ? { 'messaging.message.id': `message-${random.below(count)}` } : {};
    const attributes: Attributes = {
      'messaging.kafka.cluster.id': 'eu-1',
      'messaging.destination.partition.id': String(random.below(2)),
      ...(random.chance(0.9) ? { 'messaging.kafka.offset': offset } : {}),
      ...ids,
    };
    const name = random.pick(['orders', 'orders', 'mails']);
    const traceId = random.hex(32);
    if (random.chance(0.45))
      return producer(random.pick(['shop', 'post']), i + 1, 0, { ...topic(name, attributes), traceId });
    const group = random.pick(['g', 'h']);
    const received = { ...attributes, 'messaging.operation.type': 'process', 'messaging.consumer.group.name': group };
    return consumer(random.pick(['mail', 'bill']), i + 1, 0, { ...topic(name, received), traceId });
  });
}
