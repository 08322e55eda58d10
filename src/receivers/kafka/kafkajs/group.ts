/**
 * A place in a consumer group for the sake of its displays: it joins with a protocol of its own, so that no consumer of
 * another program can share the group unseen, and takes for itself whatever it reads.
 */
import kafkajs from 'kafkajs';
import type { Broker } from 'kafkajs/src/broker/index.js';
import type Cluster from 'kafkajs/src/cluster/index.js';
import type { GroupMember, GroupPlace, PartitionOffset, TopicPartition } from '../client.ts';
import { toKafkaError } from './errors.ts';

const { AssignerProtocol } = kafkajs;
const PROTOCOL = 'tacit';
const SESSION_MS = 30_000;
/** So long a member that was killed keeps another from joining. */
const REBALANCE_MS = 6000;

export class KafkajsGroup implements GroupPlace {
  memberId = '';
  private readonly cluster: Cluster;
  private readonly groupId: string;
  private generationId = -1;

  constructor(cluster: Cluster, groupId: string) {
    this.cluster = cluster;
    this.groupId = groupId;
  }

  join(reads: readonly TopicPartition[]): Promise<void> {
    return this.ask(async coordinator => {
      const { groupId } = this;
      const topics = [...new Set(reads.map(({ topic }) => topic))];
      const metadata = AssignerProtocol.MemberMetadata.encode({ version: 0, topics, userData: Buffer.alloc(0) });
      const joined = await coordinator.joinGroup({
        groupId,
        sessionTimeout: SESSION_MS,
        rebalanceTimeout: REBALANCE_MS,
        memberId: this.memberId,
        groupProtocols: [{ name: PROTOCOL, metadata }],
      });
      this.memberId = joined.memberId;
      this.generationId = joined.generationId;
      const isLeader = joined.memberId === joined.leaderId;
      const groupAssignment = isLeader ? joined.members.map(({ memberId }) => assign(memberId, reads)) : [];
      const { memberId, generationId } = this;
      await coordinator.syncGroup({ groupId, memberId, generationId, groupAssignment });
    });
  }

  heartbeat(): Promise<void> {
    return this.ask(async coordinator => {
      const { groupId, memberId, generationId } = this;
      await coordinator.heartbeat({ groupId, memberId, groupGenerationId: generationId });
    });
  }

  members(): Promise<readonly GroupMember[]> {
    return this.ask(async coordinator => {
      const { groups } = await coordinator.describeGroups({ groupIds: [this.groupId] });
      return groups.flatMap(({ members }) =>
        members.map(({ memberId, clientId, clientHost }) => ({ memberId, clientId, host: clientHost })),
      );
    });
  }

  commit(positions: readonly PartitionOffset[]): Promise<void> {
    return this.ask(async coordinator => {
      const { groupId, memberId, generationId } = this;
      const topics = byTopic(positions, ({ partition, offset }) => ({ partition, offset: String(offset) }));
      await coordinator.offsetCommit({ groupId, memberId, groupGenerationId: generationId, topics });
    });
  }

  committed(partitions: readonly TopicPartition[]): Promise<readonly PartitionOffset[]> {
    return this.ask(async coordinator => {
      const topics = byTopic(partitions, ({ partition }) => ({ partition }));
      const { responses } = await coordinator.offsetFetch({ groupId: this.groupId, topics });
      const all = responses.flatMap(one => one.partitions.map(at => ({ topic: one.topic, ...at })));
      return all
        .map(({ topic, partition, offset }) => ({ topic, partition, offset: Number(offset) }))
        .filter(({ offset }) => offset >= 0);
    });
  }

  async leave(): Promise<void> {
    const { groupId, memberId } = this;
    if (memberId === '') return;
    this.memberId = '';
    await this.ask(coordinator => coordinator.leaveGroup({ groupId, memberId }));
  }

  private async ask<T>(question: (coordinator: Broker) => Promise<T>): Promise<T> {
    try {
      return await question(await this.cluster.findGroupCoordinator({ groupId: this.groupId }));
    } catch (thrown) {
      const error = toKafkaError(thrown);
      if (error.code === 'UNKNOWN_MEMBER_ID') this.memberId = '';
      throw error;
    }
  }
}

function assign(memberId: string, reads: readonly TopicPartition[]): object {
  const assignment: Record<string, number[]> = {};
  for (const { topic, partition } of reads) {
    assignment[topic] ??= [];
    assignment[topic].push(partition);
  }
  const userData = Buffer.alloc(0);
  return { memberId, memberAssignment: AssignerProtocol.MemberAssignment.encode({ version: 0, assignment, userData }) };
}

function byTopic<P extends TopicPartition>(all: readonly P[], toEntry: (one: P) => object): readonly object[] {
  const topics = new Map<string, object[]>();
  for (const one of all) topics.set(one.topic, [...(topics.get(one.topic) ?? []), toEntry(one)]);
  return [...topics].map(([topic, partitions]) => ({ topic, partitions }));
}
