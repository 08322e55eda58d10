/** What an edge was when it was last looked at: the difference to what it is now is what was counted since. */

import { COUNTERS } from '../contract/counters.ts';
import { OTHER_GROUP, OTHER_VERB } from '../contract/interaction.ts';
import type { NumberSink } from '../lib/number-records.ts';
import { EdgeAggregate } from './edge-aggregate.ts';
import { Histogram } from './histogram.ts';

const NONE = -1;
const BITS = Array.from({ length: COUNTERS }, (_, i) => 2 ** i);

/** What words are called in what is written. */
export interface WordNumbers {
  verb(verb: string): number;
  group(group: number): number;
}

export class EdgeBase {
  /** Whose it is: of the edges that are open, or of those that are to be closed. */
  batch = 0;
  /** Into which the difference is counted, but for what stands aside. */
  minute = 0;
  /** What was counted of earlier minutes since then, by minute: it is a part of the difference as well. */
  aside: { readonly minute: number; readonly sum: EdgeAggregate }[] = [];
  private readonly counters = new Float64Array(COUNTERS);
  private readonly verbCounts: number[] = [];
  private groups: Map<number, [number, number]> | undefined;
  private client: Histogram | undefined;
  private server: Histogram | undefined;
  private lag: Histogram | undefined;

  /** Numbers that a difference takes at most, without those before its mask. */
  static room(edge: EdgeAggregate): number {
    const { client, server, lag, verbs, groups } = edge;
    const histograms = (client?.room ?? 1) + (server?.room ?? 1) + (lag?.room ?? 1);
    return 1 + COUNTERS + 1 + 2 * verbs.length + 1 + 3 * (groups?.size ?? 0) + histograms;
  }

  copy(edge: EdgeAggregate): void {
    for (let k = 0; k < COUNTERS; k++) this.counters[k] = edge.counter(k);
    this.copyNames(edge);
    this.client = copied(this.client, edge.client);
    this.server = copied(this.server, edge.server);
    this.lag = copied(this.lag, edge.lag);
  }

  /** Where an edge counts what is of an earlier minute than its own. */
  sideOf({ kind, source, target, index }: EdgeAggregate, minute: number): EdgeAggregate {
    const known = this.aside.find(side => side.minute === minute);
    if (known !== undefined) return known.sum;
    const sum = new EdgeAggregate(index, kind, source, target);
    this.aside.push({ minute, sum });
    return sum;
  }

  /** As if a part of what the edge counted since had been there before. Its names become those that the edge has for them. */
  include(edge: EdgeAggregate, part: EdgeAggregate): void {
    for (let k = 0; k < COUNTERS; k++) this.counters[k]! += part.counter(k);
    part.verbs.forEach((verb, v) => {
      if (!edge.verbs.includes(verb)) part.verbs = part.verbs.with(v, OTHER_VERB);
      const at = edge.verbs.indexOf(part.verbs[v]!);
      this.verbCounts[at] = (this.verbCounts[at] ?? 0) + part.verbCounts[v]!;
    });
    if (part.groups !== undefined) part.groups = this.includeGroups(edge, part.groups);
    this.client = including(this.client, part.client);
    this.server = including(this.server, part.server);
    this.lag = including(this.lag, part.lag);
  }

  private includeGroups(edge: EdgeAggregate, groups: NonNullable<EdgeAggregate['groups']>) {
    this.groups ??= new Map();
    const told: NonNullable<EdgeAggregate['groups']> = new Map();
    for (const [group, counts] of groups) {
      const name = edge.groups!.has(group) ? group : OTHER_GROUP;
      for (const sums of [this.groups, told]) {
        const [received, processed] = sums.get(name) ?? [0, 0];
        sums.set(name, [received + counts[0], processed + counts[1]]);
      }
    }
    return told;
  }

  /** From the mask on, see `contract/increments.ts`. */
  writeDifference(edge: EdgeAggregate, out: NumberSink, words: WordNumbers): void {
    const { counters } = this;
    let mask = 0;
    for (let k = 0; k < COUNTERS; k++) if (edge.counter(k) !== counters[k]) mask += BITS[k]!;
    out.put(mask);
    for (let k = 0; k < COUNTERS; k++) {
      if (edge.counter(k) !== counters[k]) out.put(edge.counter(k) - counters[k]!);
    }
    this.writeVerbs(edge, out, words);
    this.writeGroups(edge, out, words);
    writeHistogram(edge.client, this.client, out);
    writeHistogram(edge.server, this.server, out);
    writeHistogram(edge.lag, this.lag, out);
  }

  private copyNames({ verbCounts, groups }: EdgeAggregate): void {
    this.verbCounts.length = 0;
    for (let v = 0; v < verbCounts.length; v++) this.verbCounts.push(verbCounts[v]!);
    this.groups = undefined;
    if (groups === undefined) return;
    this.groups = new Map();
    for (const [group, [received, processed]] of groups) this.groups.set(group, [received, processed]);
  }

  private writeVerbs({ verbs, verbCounts }: EdgeAggregate, out: NumberSink, words: WordNumbers): void {
    const since = (v: number) => verbCounts[v]! - (this.verbCounts[v] ?? 0);
    let changed = 0;
    for (let v = 0; v < verbs.length; v++) if (since(v) !== 0) changed++;
    out.put(changed);
    for (let v = 0; v < verbs.length; v++) {
      if (since(v) === 0) continue;
      out.put(words.verb(verbs[v]!));
      out.put(since(v));
    }
  }

  private writeGroups({ groups }: EdgeAggregate, out: NumberSink, words: WordNumbers): void {
    const changed: number[] = [];
    for (const [group, [received, processed]] of groups ?? []) {
      const [receivedThen, processedThen] = this.groups?.get(group) ?? [0, 0];
      if (received === receivedThen && processed === processedThen) continue;
      changed.push(words.group(group), received - receivedThen, processed - processedThen);
    }
    out.put(changed.length / 3);
    for (const number of changed) out.put(number);
  }
}

function copied(into: Histogram | undefined, from: Histogram | undefined): Histogram | undefined {
  if (from === undefined) return undefined;
  const copy = into ?? new Histogram();
  copy.copy(from);
  return copy;
}

function including(into: Histogram | undefined, part: Histogram | undefined): Histogram | undefined {
  if (part === undefined) return into;
  const sum = into ?? new Histogram();
  sum.merge(part);
  return sum;
}

function writeHistogram(now: Histogram | undefined, then: Histogram | undefined, out: NumberSink): void {
  if (now === undefined) out.put(NONE);
  else now.writeSince(then, out);
}
