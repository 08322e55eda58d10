/**
 * What was fetched of a partition → its intake, group by group, with turns for others in between. When there is no
 * room, it waits and tries again, which fetches nothing more. A group that did not become durable is read again.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { RetryableError } from '../../contract/errors.ts';
import { EARLIEST_TIME } from '../../contract/observation.ts';
import { SchemaUnavailableError } from '../../encodings/avro/schemas.ts';
import type { FetchedPartition } from './client.ts';
import type { Counters } from './counters.ts';
import { chunkOf, type Intake, nextAfter, type Taken } from './intake.ts';
import type { Partition } from './partition.ts';
import type { Poison } from './poison.ts';
import type { Problems } from './problems.ts';
import type { Route } from './subscriptions.ts';

/** The journal may say that it has room again in seconds; it is asked more often. */
const LONGEST_WAIT_MS = 1000;

export interface ReaderParts {
  readonly problems: Problems;
  readonly counters: Counters;
  readonly poison: Poison;
  intakeOf(route: Route): Intake;
  /** Aborts when the receiver stops. */
  readonly signal: AbortSignal;
}

/** Of a producer without a clock nothing is believed. */
function believable(timestampMs: number | undefined): number | undefined {
  return timestampMs === undefined || timestampMs < EARLIEST_TIME / 1000 ? undefined : timestampMs;
}

export class Reader {
  private readonly parts: ReaderParts;

  constructor(parts: ReaderParts) {
    this.parts = parts;
  }

  /** Resolves when all of it is taken, or was given up because the partition is read on elsewhere. */
  async take(at: Partition, fetched: FetchedPartition): Promise<void> {
    const { counters, poison, signal } = this.parts;
    const { records, next, broken } = fetched;
    // It was asked for before reading went back.
    if (fetched.from !== at.next) return;
    at.logStart = fetched.logStart;
    at.logEnd = fetched.logEnd;
    for (const { offset, count, message } of broken) poison.count(at, offset, count, 'unreadable_batch', message);
    counters.of(at.topic).bytes += fetched.bytes;
    const { generation } = at;
    for (let from = 0; from < records.length || at.next < next; ) {
      const taken = await this.takeOrWait(at, fetched, from);
      if (taken === undefined || at.generation !== generation) return;
      counters.of(at.topic).records += taken.until - from;
      from = taken.until;
      at.timeMs = believable(records[from - 1]?.timestampMs) ?? at.timeMs;
      at.next = nextAfter({ at, records, from, until: from, next }, from);
      this.settle(at, taken);
      if (from < records.length) await new Promise(resolve => setImmediate(resolve));
      if (signal.aborted || at.generation !== generation) return;
    }
  }

  /** Undefined: the receiver stops, or the next record waits for its schema, and other partitions do not wait with it. */
  private async takeOrWait(
    at: Partition,
    { records, next }: FetchedPartition,
    from: number,
  ): Promise<Taken | undefined> {
    const { problems, counters, signal, intakeOf } = this.parts;
    const { generation } = at;
    while (!signal.aborted && at.generation === generation) {
      try {
        const taken = intakeOf(at.route).take(chunkOf(at, records, from, next));
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

  private settle(at: Partition, { committed }: Taken): void {
    const { next, generation } = at;
    if (committed === undefined) {
      at.settle(next, generation);
      return;
    }
    committed.then(
      () => at.settle(next, generation),
      error => {
        if (at.generation === generation) this.parts.counters.rewinds += 1;
        at.goBack(generation);
        this.parts.problems.begin('no_room', '', `reading waits: ${(error as Error).message}`);
      },
    );
  }
}
