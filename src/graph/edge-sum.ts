/** Edges added up: what a view shows for several between the same two nodes. In any order they give the same sum. */
import { COUNTERS } from '../contract/counters.ts';
import { EdgeAggregate } from './edge-aggregate.ts';
import type { EdgeSource } from './graph-source.ts';
import { Histogram } from './histogram.ts';
import { TimeBuckets } from './time-buckets.ts';

export class EdgeSum implements EdgeSource {
  readonly kind: number;
  readonly source: number;
  readonly target: number;
  private readonly members: readonly EdgeSource[];

  /** @param members at least one, all of one kind. */
  constructor(members: readonly EdgeSource[]) {
    const [{ kind, source, target }] = members as [EdgeSource];
    this.kind = kind;
    this.source = source;
    this.target = target;
    this.members = members;
  }

  get count(): number {
    return this.members.reduce((sum, one) => sum + one.count, 0);
  }

  /** Versions of members only grow. */
  get version(): number {
    return this.members.reduce((sum, one) => sum + one.version, 0);
  }

  counter(index: number): number {
    return this.members.reduce((sum, one) => sum + one.counter(index), 0);
  }

  weights(): EdgeAggregate {
    if (this.members.length === 1) return this.members[0]!.weights();
    const sum = new EdgeAggregate(0, this.kind, this.source, this.target);
    for (const member of this.members) addEdge(sum, member.weights());
    return sum;
  }
}

/** Adds what one edge counted to another of its kind. */
export function addEdge(sum: EdgeAggregate, edge: EdgeAggregate): void {
  for (let k = 0; k < COUNTERS; k++) sum.addCounter(k, edge.counter(k));
  sum.client = added(sum.client, edge.client);
  sum.server = added(sum.server, edge.server);
  sum.lag = added(sum.lag, edge.lag);
  sum.buckets.merge(edge.buckets);
  if (edge.processBuckets !== undefined) {
    sum.processBuckets ??= new TimeBuckets();
    sum.processBuckets.merge(edge.processBuckets);
  }
  addNames(sum, edge);
  sum.settled.merge(edge.settled);
  addProvisional(sum, edge);
}

function added(sum: Histogram | undefined, more: Histogram | undefined): Histogram | undefined {
  if (more === undefined) return sum;
  const both = sum ?? new Histogram();
  both.merge(more);
  return both;
}

function addNames(sum: EdgeAggregate, { verbs, verbCounts, groups }: EdgeAggregate): void {
  verbs.forEach((verb, i) => {
    let at = sum.verbs.indexOf(verb);
    if (at < 0) {
      sum.verbs = [...sum.verbs, verb];
      at = sum.verbCounts.push(0) - 1;
    }
    sum.verbCounts[at]! += verbCounts[i]!;
  });
  if (groups === undefined) return;
  sum.groups ??= new Map();
  for (const [group, [received, processed]] of groups) {
    const known = sum.groups.get(group);
    sum.groups.set(group, [received + (known?.[0] ?? 0), processed + (known?.[1] ?? 0)]);
  }
}

/** What is provisional belongs to an epoch: both are brought to the newer one first. */
function addProvisional(sum: EdgeAggregate, edge: EdgeAggregate): void {
  sum.turnTo(edge.epoch);
  const age = sum.epoch - edge.epoch;
  if (age === 0) {
    sum.current.merge(edge.current);
    sum.previous.merge(edge.previous);
  } else if (age === 1) sum.previous.merge(edge.current);
}
