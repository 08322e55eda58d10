/**
 * What was fetched of a partition → its intake, up to a time, group by group, with turns for others in between. When
 * there is no room, it waits and tries again, which fetches nothing more. A group that did not become durable is read again.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { RetryableError } from '../../contract/errors.ts';
import { SchemaUnavailableError } from '../../encodings/avro/schemas.ts';
import type { FetchedPartition } from './client.ts';
import type { Counters } from './counters.ts';
import { chunkOf, type Intake, nextAfter, type Taken } from './intake.ts';
import type { Partition } from './partition.ts';
import type { Poison } from './poison.ts';
import type { Problems } from './problems.ts';
import { firstAfter, type Rest, restOf } from './rest.ts';
import type { Route } from './subscriptions.ts';

/** The journal may say that it has room again in seconds; it is asked more often. */
const LONGEST_WAIT_MS = 1000;

export interface ReaderParts {
  readonly problems: Problems;
  readonly counters: Counters;
  readonly poison: Poison;
  intakeOf(route: Route): Intake;
  /** The wall clock. */
  now(): number;
  /** Aborts when the receiver stops. */
  readonly signal: AbortSignal;
}

export class Reader {
  private readonly parts: ReaderParts;
  /** What was taken and is not in the journal yet. */
  private readonly open = new Set<Promise<unknown>>();

  constructor(parts: ReaderParts) {
    this.parts = parts;
  }

  /** What was fetched stands at the partition until it is taken. */
  keep(at: Partition, fetched: FetchedPartition): void {
    const { counters, poison } = this.parts;
    // It was asked for before reading went back.
    if (fetched.from !== at.next || at.rest !== undefined) return fetched.release();
    at.logStart = fetched.logStart;
    at.logEnd = fetched.logEnd;
    for (const { offset, count, message } of fetched.broken)
      poison.count(at, offset, count, 'unreadable_batch', message);
    counters.of(at.topic).bytes += fetched.bytes;
    if (fetched.next <= at.next) return fetched.release();
    at.rest = restOf(fetched, at.timeMs, this.parts.now());
    at.timeMs = at.rest.times[0] ?? at.timeMs;
  }

  /** Resolves when all that was fetched of it is taken, up to that time, or cannot be now. */
  async takeUntil(at: Partition, limitMs: number): Promise<void> {
    const { counters, signal } = this.parts;
    const { generation, rest } = at;
    if (rest === undefined) return;
    const { records, times, next } = rest;
    const end = firstAfter(rest, limitMs);
    while (rest.from < end || records.length === 0) {
      const taken = await this.takeOrWait(at, rest, end);
      if (taken === undefined || at.generation !== generation) return;
      const counts = counters.of(at.topic);
      counts.records += taken.until - rest.from;
      counts.rate.add(taken.until - rest.from, performance.now());
      rest.from = taken.until;
      at.next = nextAfter({ at, records, from: rest.from, until: rest.from, next }, rest.from);
      at.timeMs = times[Math.min(rest.from, times.length - 1)] ?? at.timeMs;
      if (rest.from >= records.length) at.dropRest();
      this.settle(at, taken);
      if (at.rest === undefined) return;
      if (rest.from < end) await new Promise(resolve => setImmediate(resolve));
      if (signal.aborted || at.generation !== generation) return;
    }
  }

  /** Undefined: the receiver stops, or the next record waits for its schema, and other partitions do not wait with it. */
  private async takeOrWait(at: Partition, rest: Rest, end: number): Promise<Taken | undefined> {
    const { problems, counters, signal, intakeOf } = this.parts;
    const { generation } = at;
    while (!signal.aborted && at.generation === generation) {
      try {
        const taken = intakeOf(at.route).take(chunkOf(at, rest, end));
        problems.end('no_room', '');
        return taken;
      } catch (error) {
        if (!(error instanceof RetryableError)) throw error;
        counters.waits += 1;
        const waitMs = Math.min(LONGEST_WAIT_MS, error.retryAfterSeconds * 1000);
        if (error instanceof SchemaUnavailableError) {
          at.waitsUntilMs = performance.now() + waitMs;
          return undefined;
        }
        problems.begin('no_room', '', `reading waits: ${error.message}`);
        await delay(waitMs, undefined, { signal }).catch(() => {});
      }
    }
    return undefined;
  }

  /** Resolves when what was taken by now is in the journal, or was refused. */
  taken(): Promise<unknown> {
    return Promise.allSettled(this.open);
  }

  private settle(at: Partition, { committed }: Taken): void {
    const { next, generation } = at;
    if (committed === undefined) {
      at.settle(next, generation);
      return;
    }
    this.open.add(committed);
    committed.then(
      () => {
        this.open.delete(committed);
        at.settle(next, generation);
      },
      error => {
        this.open.delete(committed);
        if (at.generation === generation) this.parts.counters.rewinds += 1;
        at.goBack(generation);
        this.parts.problems.begin('no_room', '', `reading waits: ${(error as Error).message}`);
      },
    );
  }
}
