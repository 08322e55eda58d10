/**
 * The receiver's place in its group: beats, commits what is in the journal, and looks who else is there. Reading does
 * not depend on any of it, so nothing here throws: what goes wrong is told and tried again.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { type GroupPlace, KafkaError } from './client.ts';
import type { Counters } from './counters.ts';
import type { Partition } from './partition.ts';
import type { Problems } from './problems.ts';

const TURN_MS = 1000;
const BEAT_MS = 3000;
const LOOK_MS = 15_000;
const FAREWELL_MS = 1000;
/** A new group has no coordinator for a moment; only then is it a problem. */
const PATIENT_TRIES = 5;

export interface MembershipParts {
  readonly group: GroupPlace;
  readonly groupId: string;
  readonly problems: Problems;
  readonly counters: Counters;
  readonly partitions: ReadonlyMap<string, Partition>;
}

export class Membership {
  others: readonly string[] = [];
  private readonly parts: MembershipParts;
  private timer: NodeJS.Timeout | undefined;
  private turn: Promise<void> = Promise.resolve();
  private isBusy = false;
  private isJoined = false;
  private failures = 0;
  private lastBeat = 0;
  private lastLook = 0;

  constructor(parts: MembershipParts) {
    this.parts = parts;
  }

  get memberId(): string {
    return this.parts.group.memberId;
  }

  start(): void {
    this.timer = setInterval(() => this.takeTurn(), TURN_MS);
    this.takeTurn();
  }

  /** What it reads has changed. */
  partitionsChanged(): void {
    this.isJoined = false;
  }

  /** Commits what is left, and leaves. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    // Joining may take longer than anybody wants to wait for it.
    await Promise.race([this.turn, delay(FAREWELL_MS)]);
    try {
      if (!this.isJoined || this.isBusy) return;
      await this.commit();
      await this.parts.group.leave();
    } catch {
      // Its session ends by itself, and the journal has the positions.
    }
  }

  /** The cluster is not reached any more. */
  abandon(): void {
    clearInterval(this.timer);
  }

  private takeTurn(): void {
    if (this.isBusy) return;
    this.isBusy = true;
    this.turn = this.work().finally(() => {
      this.isBusy = false;
    });
  }

  private async work(): Promise<void> {
    const { problems, groupId } = this.parts;
    try {
      if (!this.isJoined) await this.join();
      const now = performance.now();
      if (now - this.lastBeat >= BEAT_MS) {
        await this.parts.group.heartbeat();
        this.lastBeat = now;
      }
      await this.commit();
      if (now - this.lastLook >= LOOK_MS) await this.look(now);
      this.failures = 0;
      problems.end('group_unavailable', groupId);
      problems.end('group_taken', groupId);
    } catch (error) {
      this.failed(error as Error);
    }
  }

  private async join(): Promise<void> {
    const { group, partitions, counters } = this.parts;
    await group.join([...partitions.values()]);
    counters.joins += 1;
    this.isJoined = true;
    this.lastBeat = performance.now();
    // Who made us join again may be another member.
    this.lastLook = 0;
  }

  private async commit(): Promise<void> {
    const moved = [...this.parts.partitions.values()].filter(one => one.durable !== one.committed);
    if (moved.length === 0) return;
    const positions = moved.map(({ topic, partition, durable }) => ({ topic, partition, offset: durable }));
    await this.parts.group.commit(positions);
    for (const [i, { offset }] of positions.entries()) moved[i]!.committed = offset;
  }

  private async look(now: number): Promise<void> {
    const { group, groupId, problems } = this.parts;
    const members = await group.members();
    this.lastLook = now;
    const others = members.filter(({ memberId }) => memberId !== group.memberId);
    this.others = others.map(({ clientId, host }) => `${clientId} (${host.replace(/^\//, '')})`);
    if (others.length === 0) problems.end('foreign_member', groupId);
    else {
      const message = `group ${groupId} has other members: ${this.others.join(', ')}; each receiver reads everything and commits over the other, so give each a group_id of its own`;
      problems.begin('foreign_member', groupId, message);
    }
  }

  private failed(error: Error): void {
    const { problems, groupId } = this.parts;
    const code = error instanceof KafkaError ? error.code : '';
    if (code === 'INCONSISTENT_GROUP_PROTOCOL') {
      const message = `group ${groupId} is in use by another program; reading goes on without committing, so give the receiver a group_id of its own`;
      problems.begin('group_taken', groupId, message);
      return;
    }
    this.isJoined = false;
    // A rebalance, or a coordinator that moved: joining again is the answer.
    if (/^(REBALANCE_IN_PROGRESS|UNKNOWN_MEMBER_ID|ILLEGAL_GENERATION)$/.test(code)) return;
    this.failures += 1;
    if (this.failures < PATIENT_TRIES) return;
    problems.begin('group_unavailable', groupId, `positions cannot be committed to group ${groupId}: ${error.message}`);
  }
}
