/** Where a partition is begun: by the journal, by the group, by the configuration; and what its log has no more. */
import { describe, expect, test } from 'vitest';
import type { Progress } from '../../../src/contract/record.ts';
import type { ClientRecord, KafkaClient, PartitionOffset } from '../../../src/receivers/kafka/client.ts';
import { Counters } from '../../../src/receivers/kafka/counters.ts';
import type { KafkaOptions } from '../../../src/receivers/kafka/options.ts';
import { place } from '../../../src/receivers/kafka/placement.ts';
import { Problems } from '../../../src/receivers/kafka/problems.ts';
import { subscription } from '../../../src/receivers/kafka/subscriptions.ts';
import { memoryClient } from '../../kits/kafka/memory-client.ts';

const [FIRST, LAST] = [40, 100];
const BEGIN = Date.UTC(2026, 2, 1);
const QUIET = { debug() {}, info() {}, warn() {}, error() {} };
const route = { signal: 'traces', encoding: 'otlp_proto' } as const;

/** A log of which the first records are deleted: one record a second from `BEGIN` on. */
function client(): KafkaClient {
  const record = (_: unknown, offset: number): ClientRecord => {
    return { offset, timestampMs: BEGIN + offset * 1000, key: null, value: null, headers: [] };
  };
  const log = Array.from({ length: LAST }, record);
  const memory = memoryClient({ topic: 'spans', partitions: [log, log], nodes: 1, maxRecords: 1 });
  const offsets: KafkaClient['offsets'] = async (asked, at) =>
    (await memory.offsets(asked, at)).map(one => ({ ...one, offset: Math.max(FIRST, one.offset) }));
  return { ...memory, offsets };
}

interface Known {
  readonly stored?: readonly Partial<Progress>[];
  readonly committed?: number;
  readonly initial?: 'earliest' | 'latest' | number;
  readonly topics?: readonly string[];
  readonly isLater?: boolean;
}

async function placed({ stored = [], committed, initial = 'latest', topics = ['spans'], isLater = false }: Known) {
  const memory = client();
  const told: PartitionOffset[] = committed === undefined ? [] : [{ topic: 'spans', partition: 0, offset: committed }];
  const problems = new Problems(QUIET, () => 0);
  const counters = new Counters('kafka');
  const position = { receiver: 'kafka', cluster: 'memory', topic: 'spans', incarnation: 'one', partition: 0, next: 0 };
  const { topics: views } = await memory.topics(undefined);
  const [one] = await place([{ topic: views[0]!, partition: 0, route }], {
    options: { subscriptions: [subscription(topics, route)], initialOffset: initial } as unknown as KafkaOptions,
    group: { ...memory.group(''), committed: async () => told },
    stored: stored.map(own => ({ ...position, ...own })),
    ...{ problems, counters, client: memory, isLater },
  });
  const codes = problems.list().map(({ code }) => code);
  return { next: one!.next, lag: one!.lag, codes, lost: counters.of('spans').lost };
}

describe('a partition is begun', () => {
  test.each<[string, Known, number]>([
    ['where the journal was, whatever the group says', { stored: [{ next: 70 }], committed: 80 }, 70],
    ['where the group was, whatever the configuration says', { committed: 80, initial: 'earliest' }, 80],
    ['at the first record there is', { initial: 'earliest' }, FIRST],
    ['at the end', { initial: 'latest' }, LAST],
    ['at a time', { initial: BEGIN + 59_500 }, 60],
    ['at a time before the first record', { initial: BEGIN }, FIRST],
    ['at the end, when nothing was written since a time', { initial: BEGIN + 3_600_000 }, LAST],
    ['at its first record, when others of its topic were read', { stored: [{ partition: 1, next: 70 }] }, FIRST],
    ['at its first record, when it was found while running', { isLater: true, committed: 80 }, FIRST],
    [
      'at its first record, when it fits an expression and came since the last run',
      { topics: ['^sp'], stored: [{ topic: 'others' }] },
      FIRST,
    ],
    ['as the configuration says, when it was named since the last run', { stored: [{ topic: 'others' }] }, LAST],
  ])('%s', async (_, known, next) => {
    expect(await placed(known)).toEqual({ next, lag: LAST - next, codes: [], lost: 0 });
  });
});

test('what the log has no more is counted and told, and what it never had is told', async () => {
  expect(await placed({ stored: [{ next: 10 }] })).toEqual({ next: FIRST, lag: 60, codes: ['records_lost'], lost: 30 });
  expect(await placed({ committed: 10 })).toMatchObject({ next: FIRST, codes: ['records_lost'], lost: 30 });
  expect(await placed({ stored: [{ next: 130 }] })).toEqual({ next: LAST, lag: 0, codes: ['log_shortened'], lost: 0 });
});

test('a topic that was made anew is begun at its first record, whatever was read of the one before', async () => {
  for (const next of [10, 70, 130]) {
    const stored = [{ incarnation: 'none', next }];
    expect(await placed({ stored, committed: 80 })).toEqual({
      next: FIRST,
      lag: 60,
      codes: ['topic_recreated'],
      lost: 0,
    });
  }
});
