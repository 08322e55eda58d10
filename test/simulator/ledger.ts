/**
 * What the journal is to hold, told by the frames that were applied: every one that had been durable is there after a
 * restart, as it was, and every request that was acknowledged is in one. The same frames, applied in one go by a
 * topology that was never stopped, give the state that all the others must have come to.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../../src/contract/clock.ts';
import type { Frame, FrameSettings } from '../../src/contract/frame.ts';
import { ObservationBatch } from '../../src/contract/observation.ts';
import type { TopologyOptions } from '../../src/service/topology/config.ts';
import { Topology } from '../../src/service/topology/topology.ts';
import { FrameDecoder } from '../../src/storage/frames/decoder.ts';
import type { FrameEncoder } from '../../src/storage/frames/encoder.ts';
import type { UninterruptedPast } from './past.ts';
import { requestsIn } from './traffic.ts';

interface Entry {
  readonly number: number;
  readonly arrivalMs: number;
  readonly payload?: Uint8Array;
  readonly settings?: FrameSettings;
  readonly requests: readonly number[];
}

export class Ledger {
  readonly problems: string[] = [];
  /** Numbers of requests that were answered with success. */
  readonly acknowledged = new Set<number>();
  private entries: Entry[] = [];
  private options: TopologyOptions | undefined;

  /** A process begins, and may apply frames of before again. */
  begin(options: TopologyOptions): void {
    if (this.entries.length === 0) this.options = options;
  }

  applied({ number, arrivalMs, batch, settings }: Frame, encoder: FrameEncoder): void {
    const before = this.entries[number - 1];
    const entry: Entry = {
      number,
      arrivalMs,
      ...(settings === undefined ? {} : { settings }),
      ...(batch === undefined ? {} : { payload: encoder.encode(batch).slice() }),
      requests: batch === undefined ? [] : requestsIn(batch),
    };
    if (number > this.entries.length + 1) this.problems.push(`frame ${number} follows ${this.entries.length}`);
    if (before !== undefined && !isTick(before)) this.compare(before, entry);
    this.entries[number - 1] = entry;
  }

  /** What was durable is applied again; frames behind were never durable. */
  recovered(last: number): void {
    const lost = this.entries.slice(last).filter(entry => !isTick(entry));
    for (const { number } of lost) this.problems.push(`frame ${number} was applied, and is lost`);
    if (this.entries.length < last)
      this.problems.push(`frame ${this.entries.length + 1} is in no checkpoint and no journal`);
    this.entries.length = Math.min(this.entries.length, last);
    const kept = new Set(this.requests);
    const missing = [...this.acknowledged].filter(number => !kept.has(number));
    if (missing.length > 0) this.problems.push(`acknowledged, and lost: requests ${missing.join(', ')}`);
  }

  /** Numbers of the requests that are counted, once for each time. */
  get requests(): readonly number[] {
    return this.entries.flatMap(entry => entry.requests);
  }

  /** Never stopped. */
  async uninterrupted(clock: Clock, past: UninterruptedPast): Promise<Topology> {
    const topology = new Topology(this.options!, clock, false);
    await past.keep(topology);
    const { identities, normalizer } = topology;
    const decoder = new FrameDecoder({
      identities,
      planNumber: plan => normalizer.databases.planOf(plan),
      groupNumber: name => normalizer.messaging.groups.numberOf(name),
    });
    const batch = new ObservationBatch();
    for (const { number, arrivalMs, payload, settings } of this.entries) {
      if (payload !== undefined) decoder.decode(payload, batch);
      topology.apply({ number, arrivalMs, settings, batch: payload === undefined ? undefined : batch });
    }
    return topology;
  }

  private compare(before: Entry, again: Entry): void {
    const { number } = before;
    if (!isDeepStrictEqual(again.requests, before.requests) || !isDeepStrictEqual(again.settings, before.settings)) {
      this.problems.push(`frame ${number} is another one`);
    } else if (again.arrivalMs !== before.arrivalMs) {
      this.problems.push(`frame ${number} arrived at ${before.arrivalMs}, and now at ${again.arrivalMs}`);
    }
  }
}

function isTick({ payload, settings }: Entry): boolean {
  return payload === undefined && settings === undefined;
}
