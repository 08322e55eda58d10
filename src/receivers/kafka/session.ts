/**
 * One connected life of the receiver: finds topics and partitions again and again, and reads each partition from the
 * node that leads it. Ends with the error that makes the cluster unreachable; where partitions are read on outlives it.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { FetchedPartition, FetchLimits, KafkaClient } from './client.ts';
import { KafkaError } from './client.ts';
import { Discovery, type DiscoveryParts } from './discovery.ts';
import { hasMore, inStep, reachedOf, type Step, stepOf } from './pace.ts';
import type { Partition } from './partition.ts';
import type { Reader } from './reader.ts';

const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 1000;
const IDLE_MS = 20;
/** What is missing may only not be known yet. */
const LOOK_AGAIN_MS = 500;
/** So many fetches may wait to be taken in. */
const FETCHES_KEPT = 4;
const LEAST_FETCH_BYTES = 16 * 1024;

export interface SessionParts extends Omit<DiscoveryParts, 'client'> {
  readonly client: KafkaClient;
  readonly reader: Reader;
  /** The wall clock. */
  now(): number;
  /** Time that all partitions have reached of a backlog, ms; 0: there is none. */
  reached(ms: number): void;
  /** Aborts when the receiver stops. */
  readonly signal: AbortSignal;
}

export class Session {
  readonly discovery: Discovery;
  private readonly parts: SessionParts;
  private readonly loops = new Map<number, Promise<void>>();
  /** Nodes that could not be read from just now. */
  private readonly failing = new Set<number>();
  private refreshing: Promise<void> | undefined;
  /** Rejects when the session cannot go on. */
  private readonly end = Promise.withResolvers<never>();
  private isOver = false;
  private again: NodeJS.Timeout | undefined;
  /** Resolves when something was taken in: others may be in step now. */
  private moved = Promise.withResolvers<void>();

  constructor(parts: SessionParts) {
    this.parts = parts;
    this.discovery = new Discovery(parts);
  }

  /** Resolves when the signal aborts. */
  async run(ready: () => void): Promise<void> {
    const { client, signal, options } = this.parts;
    try {
      await client.connect();
      if (signal.aborted) return;
      await this.refresh();
      if (signal.aborted) return;
      ready();
      const stopped = new Promise<void>(resolve => signal.addEventListener('abort', () => resolve(), { once: true }));
      const timer = setInterval(() => this.refresh().catch(error => this.fail(error)), options.refreshMs);
      await Promise.race([stopped, this.end.promise]).finally(() => clearInterval(timer));
    } finally {
      this.isOver = true;
      clearTimeout(this.again);
      await Promise.allSettled([...this.loops.values(), this.refreshing]);
    }
  }

  private fail(error: unknown): void {
    this.isOver = true;
    this.end.promise.catch(() => {});
    this.end.reject(error);
  }

  /** One at a time; who asks meanwhile shares it. */
  private refresh(): Promise<void> {
    this.refreshing ??= this.discovery.refresh().then(
      () => {
        this.refreshing = undefined;
        for (const { leader } of this.parts.partitions.values()) this.readFrom(leader);
        this.lookAgain();
      },
      error => {
        this.refreshing = undefined;
        throw error;
      },
    );
    return this.refreshing;
  }

  private lookAgain(): void {
    if (!this.discovery.misses || this.isOver) return;
    this.again ??= setTimeout(() => {
      this.again = undefined;
      this.refresh().catch(error => this.fail(error));
    }, LOOK_AGAIN_MS);
  }

  private readFrom(node: number): void {
    if (node < 0 || this.isOver || this.loops.has(node)) return;
    const loop = this.readNode(node)
      .catch(error => this.fail(error))
      .finally(() => this.loops.delete(node));
    this.loops.set(node, loop);
  }

  /** Until no partition is led by the node any more. */
  private async readNode(node: number): Promise<void> {
    const { signal, problems } = this.parts;
    let retryMs = FIRST_RETRY_MS;
    for (let round = 0; !this.isOver && !signal.aborted; round++) {
      const own = [...this.parts.partitions.values()].filter(({ leader }) => leader === node);
      if (own.length === 0) return this.canBeRead(node);
      try {
        await this.readStep(node, own.filter(isOpen), round);
        retryMs = FIRST_RETRY_MS;
        this.canBeRead(node);
      } catch (error) {
        if (!(error instanceof KafkaError)) throw error;
        this.failing.add(node);
        problems.begin('node', String(node), `node ${node} cannot be read from: ${error.message}`);
        await delay(retryMs, undefined, { signal }).catch(() => {});
        retryMs = Math.min(LAST_RETRY_MS, retryMs * 2);
        // Another node may lead its partitions by now; when no node can be asked, the session is over.
        if (!this.isOver && !signal.aborted) await this.refresh();
      }
    }
  }

  /** Or need not be: others lead what it led. */
  private canBeRead(node: number): void {
    this.failing.delete(node);
    this.parts.problems.end('node', String(node));
  }

  /** Of all nodes that can be read from. */
  private readable(): readonly Partition[] {
    const all = [...this.parts.partitions.values()];
    return all.filter(one => isOpen(one) && one.leader >= 0 && !this.failing.has(one.leader));
  }

  /** Takes in what was fetched as far as it is due, and fetches more meanwhile of what is behind; else fetches more. */
  private async readStep(node: number, own: readonly Partition[], round: number): Promise<void> {
    const step = stepOf(this.readable());
    this.parts.reached(reachedOf(step, this.parts.now()));
    const open = inStep(own, step, this.parts.now());
    const fetched = open.filter(one => one.rest !== undefined);
    if (open.length === 0) await Promise.race([delay(IDLE_MS), this.moved.promise]);
    else if (fetched.length === 0) await this.fetch(node, rotate(open, round), this.limits());
    else {
      const behind = open.filter(one => one.rest === undefined && hasMore(one));
      // What there is comes at once: nobody waits for more while there is something to take.
      const limits = { ...this.limits(), maxWaitMs: 0 };
      const fetching = behind.length === 0 ? undefined : this.fetch(node, rotate(behind, round), limits);
      // When taking fails as well, that is told.
      fetching?.catch(() => {});
      await this.take(fetched, step);
      await fetching;
    }
  }

  private async take(fetched: readonly Partition[], step: Step): Promise<void> {
    const { now, reader, reached } = this.parts;
    // No two steps lie in one frame of the journal: what waits in the graph goes by the time of frames.
    if (reachedOf(step, now()) > 0) await reader.taken();
    for (const at of fetched.toSorted((a, b) => a.timeMs - b.timeMs)) await reader.takeUntil(at, step.limitMs);
    reached(reachedOf(stepOf(this.readable()), now()));
    this.moved.resolve();
    this.moved = Promise.withResolvers();
  }

  private async fetch(node: number, partitions: readonly Partition[], limits: FetchLimits): Promise<void> {
    const { client, reader } = this.parts;
    const from = partitions.map(({ topic, partition, next }) => ({ topic, partition, offset: next }));
    const fetched = await client.fetch(node, from, limits);
    const byPlace = new Map(partitions.map(one => [`${one.partition} ${one.topic}`, one]));
    let isDoubtful = false;
    for (const one of fetched) {
      const at = byPlace.get(`${one.partition} ${one.topic}`);
      const isWanted = at !== undefined && !this.isOver && !this.parts.signal.aborted;
      if (isWanted && one.error === '') {
        reader.keep(at, one);
        continue;
      }
      if (isWanted) isDoubtful = this.doubt(at, one) || isDoubtful;
      one.release();
    }
    if (isDoubtful) await this.refresh();
  }

  /** What all partitions together have fetched and not taken is bounded: many that are behind get less each. */
  private limits(): FetchLimits {
    const { partitions, options } = this.parts;
    const { maxBytes, maxPartitionBytes } = options.limits;
    const behind = [...partitions.values()].filter(({ next, logEnd }) => next < logEnd).length;
    const share = Math.floor((FETCHES_KEPT * maxBytes) / Math.max(1, behind));
    return { ...options.limits, maxPartitionBytes: Math.min(maxPartitionBytes, Math.max(LEAST_FETCH_BYTES, share)) };
  }

  /** The topic may be gone, made anew, led by another node, or its log begins later: all of it is looked up. */
  private doubt(at: Partition, { error, from }: FetchedPartition): boolean {
    if (from !== at.next) return false;
    at.isDoubtful = true;
    const about = `${at.topic}/${at.partition}`;
    if (error.endsWith('_AUTHORIZATION_FAILED')) {
      const message = `${about} may not be read; allow READ on topic ${at.topic}`;
      this.parts.problems.begin('authorization', at.topic, message);
    }
    return true;
  }
}

function isOpen({ isDoubtful, waitsUntilMs }: Partition): boolean {
  return !isDoubtful && waitsUntilMs <= performance.now();
}

/** Brokers fill an answer in the order of the question: each partition is first once in a while. */
function rotate<T>(all: readonly T[], by: number): readonly T[] {
  const at = by % all.length;
  return at === 0 ? all : [...all.slice(at), ...all.slice(0, at)];
}
