/** The topics a receiver reads, as `/v1/status` tells them. */
import type { TopicStatus } from '../../contract/receiver-status.ts';
import type { Counters } from './counters.ts';
import type { Partition } from './partition.ts';

const MAX_TOPICS = 1000;

export function topicStatuses(partitions: Iterable<Partition>, counters: Counters): readonly TopicStatus[] {
  const nowMs = performance.now();
  const topics = Map.groupBy(partitions, ({ topic }) => topic);
  return [...topics].slice(0, MAX_TOPICS).map(([topic, own]) => {
    const { records, bytes, lost, rate, poison } = counters.of(topic);
    return {
      topic,
      incarnation: own[0]!.incarnation,
      encoding: own[0]!.route.encoding,
      partitions: own.length,
      records,
      rate: rate.perSecond(nowMs),
      bytes,
      poison: [...poison.values()].reduce((sum, one) => sum + one, 0),
      lost,
      lag: own.reduce((sum, one) => sum + one.lag, 0),
    };
  });
}
