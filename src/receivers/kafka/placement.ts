/**
 * Where a partition that was found is begun: at the position in the journal, else at what the group committed, else at
 * `initial_offset`; one that came later than its topic, or a topic that came later than the receiver, at its first
 * record. What the log has no more is counted as lost.
 */
import type { Progress } from '../../contract/record.ts';
import type { GroupPlace, KafkaClient, PartitionOffset, TopicPartition, TopicView } from './client.ts';
import type { Counters } from './counters.ts';
import type { KafkaOptions } from './options.ts';
import { Partition } from './partition.ts';
import type { Problems } from './problems.ts';
import { isNamed, type Route } from './subscriptions.ts';

export interface Found {
  readonly topic: TopicView;
  readonly partition: number;
  readonly route: Route;
}

export interface PlacementParts {
  readonly options: KafkaOptions;
  readonly problems: Problems;
  readonly counters: Counters;
  readonly client: KafkaClient;
  readonly group: GroupPlace;
  /** What the journal holds for this receiver. */
  readonly stored: readonly Progress[];
  /** A topic that is new now is new altogether. */
  readonly isLater: boolean;
}

type Start = number | 'earliest' | 'initial' | 'committed';

/** Those whose place cannot be told now (no leader) are left out. */
export async function place(found: readonly Found[], parts: PlacementParts): Promise<readonly Partition[]> {
  const starts = new Map(found.map(one => [one, startOf(one, parts)]));
  const asked = found.filter(one => starts.get(one) === 'committed');
  const committed = asked.length === 0 ? [] : await committedOf(asked, parts);
  for (const one of asked) starts.set(one, offsetIn(committed, at(one)) ?? 'initial');
  const [first, last, initial] = await Promise.all([
    offsets(found, 'earliest', parts),
    offsets(found, 'latest', parts),
    parts.options.initialOffset === 'earliest' || parts.options.initialOffset === 'latest'
      ? []
      : offsets(
          found.filter(one => starts.get(one) === 'initial'),
          parts.options.initialOffset,
          parts,
        ),
  ]);
  return found.flatMap(one => {
    const [logStart, logEnd] = [offsetIn(first, at(one)), offsetIn(last, at(one))];
    if (logStart === undefined || logEnd === undefined) return [];
    const start = starts.get(one)!;
    const { initialOffset } = parts.options;
    const wanted =
      start === 'earliest' || (start === 'initial' && initialOffset === 'earliest')
        ? logStart
        : start === 'initial'
          ? (offsetIn(initial, at(one)) ?? logEnd)
          : (start as number);
    const next = within(one, wanted, logStart, logEnd, parts);
    const { topic, partition, route } = one;
    const placed = new Partition({ topic: topic.name, incarnation: topic.id, partition, route, next });
    placed.leader = topic.partitions.find(own => own.partition === partition)!.leader;
    placed.logStart = logStart;
    placed.logEnd = logEnd;
    return [placed];
  });
}

/** As far as it is known without asking the cluster. */
function startOf({ topic, partition }: Found, { stored, options, isLater, problems }: PlacementParts): Start {
  const own = stored.filter(one => one.topic === topic.name);
  const ofThis = own.filter(one => one.incarnation === topic.id);
  const position = ofThis.find(one => one.partition === partition);
  if (position !== undefined) return position.next;
  if (ofThis.length > 0) return 'earliest';
  if (own.length > 0) {
    const message = `topic ${topic.name} is not the one that was read before: it was deleted and made anew, and is read from its first record`;
    problems.event('topic_recreated', topic.name, message);
    return 'earliest';
  }
  // One that fits an expression came while nobody looked.
  if (isLater || (stored.length > 0 && !isNamed(topic.name, options.subscriptions))) return 'earliest';
  return 'committed';
}

/** A position that the log does not have (any more) → the nearest that it has. */
export function within(
  { topic, partition }: Found,
  wanted: number,
  logStart: number,
  logEnd: number,
  { problems, counters }: Pick<PlacementParts, 'problems' | 'counters'>,
): number {
  const where = `${topic.name}/${partition}`;
  if (wanted < logStart) {
    const lost = logStart - wanted;
    counters.of(topic.name).lost += lost;
    const message = `${lost} records of ${where} were deleted by the broker before they were read (offsets ${wanted} to ${logStart - 1}); raise the retention of the topic`;
    problems.event('records_lost', topic.name, message, { topic: topic.name, partition, lost });
    return logStart;
  }
  if (wanted > logEnd) {
    const message = `${where} ends at ${logEnd}, before position ${wanted} that was read: its brokers have lost records; reading goes on at its end`;
    problems.event('log_shortened', topic.name, message, { topic: topic.name, partition });
    return logEnd;
  }
  return wanted;
}

function offsets(found: readonly Found[], offset: 'earliest' | 'latest' | number, { client }: PlacementParts) {
  return found.length === 0 ? [] : client.offsets(found.map(at), offset);
}

async function committedOf(
  found: readonly Found[],
  { group, problems }: PlacementParts,
): Promise<readonly PartitionOffset[]> {
  for (let tries = 0; ; tries++) {
    try {
      return await group.committed(found.map(at));
    } catch (error) {
      // A new cluster has no coordinator for a moment.
      if (tries >= 20) {
        problems.event('group_unavailable', '', `what the group committed is not known: ${(error as Error).message}`);
        return [];
      }
      await new Promise(resolve => setTimeout(resolve, 250));
    }
  }
}

function at({ topic, partition }: Found): TopicPartition {
  return { topic: topic.name, partition };
}

function offsetIn(all: readonly PartitionOffset[], { topic, partition }: TopicPartition): number | undefined {
  return all.find(one => one.topic === topic && one.partition === partition)?.offset;
}
