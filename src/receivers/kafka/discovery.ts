/**
 * Which partitions there are to read, looked up again and again: topics that fit, partitions that came, topics that are
 * gone or were made anew under the same name (a topic has an id), logs that begin later than where we are.
 */
import type { Progress } from '../../contract/record.ts';
import type { ClusterView, GroupPlace, KafkaClient, TopicView } from './client.ts';
import type { Counters } from './counters.ts';
import type { KafkaOptions } from './options.ts';
import { keyOf, type Partition } from './partition.ts';
import { type Found, place, within } from './placement.ts';
import type { Problems } from './problems.ts';
import { namesAsked, type Route, routeOf } from './subscriptions.ts';

export interface DiscoveryParts {
  readonly options: KafkaOptions;
  readonly problems: Problems;
  readonly counters: Counters;
  readonly client: KafkaClient;
  readonly group: GroupPlace;
  /** By key; kept up to date here. */
  readonly partitions: Map<string, Partition>;
  /** Nothing is read for it: no pipeline takes it. */
  isUnused(route: Route): boolean;
  /** What the journal holds for this receiver. */
  stored(clusterId: string): readonly Progress[];
  /** Partitions came or went. */
  changed(added: readonly Partition[]): void;
}

/** A broker that has just started may not know its topics yet: one that was there is gone when it is missing for so long. */
const GONE_MS = 10_000;
const UNKNOWN_TOPIC = 'UNKNOWN_TOPIC_OR_PARTITION';

export class Discovery {
  clusterId = '';
  private readonly parts: DiscoveryParts;
  private readonly isFirstLife: boolean;
  private isLater = false;
  /** Partitions that were there and are not, by key: since when, by `performance.now()`. */
  private readonly missing = new Map<string, number>();

  constructor(parts: DiscoveryParts) {
    this.parts = parts;
    this.isFirstLife = parts.partitions.size === 0;
  }

  /** Something is missing that may only not be known yet: another look should follow soon. */
  get misses(): boolean {
    return this.missing.size > 0;
  }

  async refresh(): Promise<void> {
    const { client, options, partitions } = this.parts;
    const view = await client.topics(namesAsked(options.subscriptions));
    this.clusterId = view.clusterId;
    const read = this.read(view);
    const there = new Map(read.flatMap(ledOf).map(one => [keyOfFound(one), one]));
    const gone = this.dropGone(there, read);
    await this.moveDoubtful(there);
    for (const [key, one] of there) {
      const known = partitions.get(key);
      if (known === undefined) continue;
      known.leader = one.topic.partitions.find(own => own.partition === one.partition)!.leader;
      there.delete(key);
    }
    const added = await this.placeNew([...there.values()]);
    this.isLater = true;
    if (gone || added.length > 0) this.parts.changed(added);
  }

  /** Topics that fit, each with its route. */
  private read(view: ClusterView): readonly Read[] {
    const { options, problems, isUnused } = this.parts;
    return view.topics.flatMap(topic => {
      const route = routeOf(topic, options.subscriptions, options.deadLetterTopic);
      if (route === undefined || isUnused(route)) return [];
      const problem = problemOf(topic);
      if (problem === undefined) {
        for (const code of ['unknown_topic', 'authorization', 'topic_unavailable']) problems.end(code, topic.name);
      } else problems.begin(problem.code, topic.name, problem.message);
      return [{ topic, route }];
    });
  }

  /** Of topics that are not there any more, or are another one's by now. */
  private dropGone(there: ReadonlyMap<string, Found>, read: readonly Read[]): boolean {
    const { partitions, problems } = this.parts;
    const topics = new Map(read.map(({ topic }) => [topic.name, topic]));
    let isDropped = false;
    for (const [key, { topic, incarnation, lag }] of partitions) {
      if (there.has(key)) {
        this.missing.delete(key);
        continue;
      }
      const view = topics.get(topic);
      const now = view === undefined || view.error === UNKNOWN_TOPIC ? undefined : view;
      // Without a leader just now, or not to be read.
      if (now !== undefined && (now.error !== '' || now.id === incarnation)) continue;
      if (now === undefined && !this.isGone(key)) continue;
      this.missing.delete(key);
      partitions.delete(key);
      isDropped = true;
      const left = lag > 0 ? `; ${lag} of its records or fewer were not read` : '';
      if (now === undefined) problems.event('topic_gone', topic, `topic ${topic} is gone${left}`);
      else {
        const message = `topic ${topic} was deleted and made anew, and is read from its first record${left}`;
        problems.event('topic_recreated', topic, message);
      }
    }
    return isDropped;
  }

  private isGone(key: string): boolean {
    const nowMs = performance.now();
    const sinceMs = this.missing.get(key) ?? nowMs;
    this.missing.set(key, sinceMs);
    return nowMs - sinceMs >= GONE_MS;
  }

  /** Partitions that could not be read where they were: still there, so perhaps their log begins later now. */
  private async moveDoubtful(there: ReadonlyMap<string, Found>): Promise<void> {
    const { client, partitions } = this.parts;
    const doubtful = [...partitions].filter(([key, one]) => one.isDoubtful && there.has(key));
    if (doubtful.length === 0) return;
    const asked = doubtful.map(([, { topic, partition }]) => ({ topic, partition }));
    const [first, last] = await Promise.all([client.offsets(asked, 'earliest'), client.offsets(asked, 'latest')]);
    for (const [key, one] of doubtful) {
      const isSame = (other: { readonly topic: string; readonly partition: number }) =>
        other.topic === one.topic && other.partition === one.partition;
      const [logStart, logEnd] = [first.find(isSame)?.offset, last.find(isSame)?.offset];
      if (logStart === undefined || logEnd === undefined) continue;
      const next = within(there.get(key)!, one.next, logStart, logEnd, this.parts);
      if (next !== one.next) one.moveTo(next);
      one.logStart = logStart;
      one.logEnd = logEnd;
      one.isDoubtful = false;
    }
  }

  private async placeNew(found: readonly Found[]): Promise<readonly Partition[]> {
    if (found.length === 0) return [];
    const { partitions } = this.parts;
    const isLater = this.isLater || !this.isFirstLife;
    const added = await place(found, { ...this.parts, stored: this.parts.stored(this.clusterId), isLater });
    for (const one of added) partitions.set(keyOf(one), one);
    return added;
  }
}

interface Read {
  readonly topic: TopicView;
  readonly route: Route;
}

function ledOf({ topic, route }: Read): Found[] {
  const led = topic.partitions.filter(({ leader }) => leader >= 0);
  return led.map(({ partition }) => ({ topic, partition, route }));
}

function keyOfFound({ topic, partition }: Found): string {
  return keyOf({ topic: topic.name, incarnation: topic.id, partition });
}

function problemOf({ name, error }: TopicView): { readonly code: string; readonly message: string } | undefined {
  if (error === '') return undefined;
  if (error === UNKNOWN_TOPIC) {
    return { code: 'unknown_topic', message: `topic ${name} does not exist; it is read as soon as it does` };
  }
  if (error === 'TOPIC_AUTHORIZATION_FAILED') {
    return { code: 'authorization', message: `topic ${name} may not be read; allow READ and DESCRIBE on it` };
  }
  return { code: 'topic_unavailable', message: `topic ${name} cannot be read now: ${error}` };
}
