import { expect, it } from 'vitest';
import { Counters } from '../../../src/receivers/kafka/counters.ts';
import { Partition } from '../../../src/receivers/kafka/partition.ts';
import { KAFKA_CONNECTED, KAFKA_METRICS } from '../../../src/telemetry/metrics/kafka.ts';

it('a receiver that has read gives each metric of the list, with its labels', () => {
  const counters = new Counters('kafka');
  const counts = counters.of('orders');
  counts.poison.set('malformed', 1);
  const route = {} as Partition['route'];
  const partition = new Partition({ topic: 'orders', incarnation: '', partition: 0, route, next: 5 });
  const shown = new Map(
    counters.collect([partition]).map(({ name, values }) => [name, Object.keys(values[0]!.labels).sort()]),
  );
  const listed = KAFKA_METRICS.filter(metric => metric !== KAFKA_CONNECTED);
  expect(shown).toEqual(new Map(listed.map(({ name, labels }) => [name, [...labels].sort()])));
});
