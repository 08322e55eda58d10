/** What a broker does not tell for a moment is not gone; what another topic has the name of is. */
import { afterEach, expect, test, vi } from 'vitest';
import type { TopicView } from '../../../src/receivers/kafka/client.ts';
import { Counters } from '../../../src/receivers/kafka/counters.ts';
import { Discovery } from '../../../src/receivers/kafka/discovery.ts';
import type { KafkaOptions } from '../../../src/receivers/kafka/options.ts';
import type { Partition } from '../../../src/receivers/kafka/partition.ts';
import { Problems } from '../../../src/receivers/kafka/problems.ts';
import { subscription } from '../../../src/receivers/kafka/subscriptions.ts';
import { memoryClient } from '../../kits/kafka/memory-client.ts';

const SPANS: TopicView = {
  ...{ name: 'spans', id: 'one', error: '', isInternal: false },
  partitions: [{ partition: 0, leader: 0 }],
};
const UNKNOWN: TopicView = { ...SPANS, id: '', error: 'UNKNOWN_TOPIC_OR_PARTITION', partitions: [] };
const LEADERLESS: TopicView = { ...SPANS, partitions: [{ partition: 0, leader: -1 }] };
const FORBIDDEN: TopicView = { ...SPANS, id: '', error: 'TOPIC_AUTHORIZATION_FAILED', partitions: [] };

afterEach(() => void vi.useRealTimers());

function subject() {
  vi.useFakeTimers();
  const memory = memoryClient({ topic: 'spans', partitions: [[]], nodes: 1, maxRecords: 1 });
  let view = SPANS;
  const client = { ...memory, topics: async () => ({ clusterId: 'memory', topics: [view] }) };
  const logger = { debug() {}, info() {}, warn() {}, error() {} };
  const problems = new Problems(logger, () => 0);
  const partitions = new Map<string, Partition>();
  const subscriptions = [subscription(['spans'], { signal: 'traces', encoding: 'otlp_proto' })];
  const options = { subscriptions, initialOffset: 'earliest' } as unknown as KafkaOptions;
  const discovery = new Discovery({
    ...{ options, problems, counters: new Counters('kafka'), client, group: client.group(''), partitions },
    ...{ isUnused: () => false, stored: () => [], changed() {} },
  });
  return {
    partitions,
    problems,
    discovery,
    look: (next: TopicView) => {
      view = next;
      return discovery.refresh();
    },
  };
}

const codes = (problems: Problems): readonly string[] => problems.list().map(({ code }) => code);

test('a topic that is unknown for a moment stays, one that is unknown for longer is gone', async () => {
  const { look, partitions, problems, discovery } = subject();
  await look(SPANS);
  await look(UNKNOWN);
  expect([partitions.size, discovery.misses, codes(problems)]).toEqual([1, true, ['unknown_topic']]);
  await look(SPANS);
  expect([partitions.size, discovery.misses, codes(problems)]).toEqual([1, false, []]);
  await look(UNKNOWN);
  vi.advanceTimersByTime(10_000);
  await look(UNKNOWN);
  expect([partitions.size, discovery.misses, codes(problems)]).toEqual([0, false, ['unknown_topic', 'topic_gone']]);
});

test.each([
  ['without a leader', LEADERLESS, []],
  ['not to be read', FORBIDDEN, ['authorization']],
])('a topic that is %s stays, however long', async (_, state, told) => {
  const { look, partitions, problems } = subject();
  await look(SPANS);
  await look(state);
  vi.advanceTimersByTime(60_000);
  await look(state);
  expect([partitions.size, codes(problems)]).toEqual([1, told]);
});

test('a topic that was made anew is another one at once', async () => {
  const { look, partitions, problems } = subject();
  await look(SPANS);
  await look({ ...SPANS, id: 'two' });
  expect([...partitions.values()].map(({ incarnation }) => incarnation)).toEqual(['two']);
  expect(codes(problems)).toEqual(['topic_recreated']);
});
