/**
 * An edge as numbers, for readers in another thread: everything its document is derived from, raw, so that writing is
 * little more than copying. Names of verbs are numbers of a list that goes along.
 *
 * length, index, kind, source, target, counters, client, server, lag (a histogram, or -1), verbs (count, then number
 * and count of each), groups (count, then group, received, processed), buckets, process buckets (or -1), settled times
 * and examples, epoch, current and previous times and examples.
 */
import { NumberReader, type NumberWriter } from '../lib/number-records.ts';
import { COUNT, COUNTERS, EdgeAggregate, type Provisional } from './edge-aggregate.ts';
import { EXEMPLARS_ROOM } from './exemplars.ts';
import { Histogram } from './histogram.ts';
import { TimeBuckets } from './time-buckets.ts';

const NONE = -1;
const HEADER = 5;
const FIXED_ROOM = HEADER + COUNTERS + 16 + 3 * (2 + EXEMPLARS_ROOM);

/** Where the parts of a record stand that are read without the rest. */
export const RECORD_LENGTH = 0;
export const RECORD_INDEX = 1;
export const RECORD_KIND = 2;
export const RECORD_SOURCE = 3;
export const RECORD_TARGET = 4;
export const RECORD_COUNT = HEADER + COUNT;

/** Numbers a record of this edge takes at most. */
export function recordRoom(edge: EdgeAggregate): number {
  const { client, server, lag, processBuckets } = edge;
  return (
    FIXED_ROOM +
    (client?.room ?? 0) +
    (server?.room ?? 0) +
    (lag?.room ?? 0) +
    2 * edge.verbs.length +
    3 * (edge.groups?.size ?? 0) +
    edge.buckets.room +
    (processBuckets?.room ?? 0)
  );
}

export function writeRecord(edge: EdgeAggregate, out: NumberWriter, numberOf: (verb: string) => number): void {
  const start = out.length;
  out.put(0);
  out.put(edge.index);
  out.put(edge.kind);
  out.put(edge.source);
  out.put(edge.target);
  for (let i = 0; i < COUNTERS; i++) out.put(edge.counters[i]!);
  writeHistogram(edge.client, out);
  writeHistogram(edge.server, out);
  writeHistogram(edge.lag, out);
  out.put(edge.verbs.length);
  for (let i = 0; i < edge.verbs.length; i++) {
    out.put(numberOf(edge.verbs[i]!));
    out.put(edge.verbCounts[i]!);
  }
  writeGroups(edge.groups, out);
  edge.buckets.write(out);
  if (edge.processBuckets === undefined) out.put(NONE);
  else edge.processBuckets.write(out);
  writeSeen(edge, out);
  out.put(edge.epoch);
  writeSeen(edge.current, out);
  writeSeen(edge.previous, out);
  out.data[start] = out.length - start;
}

function writeHistogram(histogram: Histogram | undefined, out: NumberWriter): void {
  if (histogram === undefined) out.put(NONE);
  else histogram.write(out);
}

function writeGroups(groups: EdgeAggregate['groups'], out: NumberWriter): void {
  out.put(groups?.size ?? 0);
  if (groups === undefined) return;
  for (const [group, [received, processed]] of groups) {
    out.put(group);
    out.put(received);
    out.put(processed);
  }
}

function writeSeen({ first, last, exemplars }: EdgeAggregate | Provisional, out: NumberWriter): void {
  out.put(first);
  out.put(last);
  exemplars.write(out);
}

/** Reads records into one edge after the other, always the same object. */
export class RecordReader {
  private readonly from = new NumberReader();
  private readonly edge = new EdgeAggregate(0, 0, 0, 0);
  private readonly client = new Histogram();
  private readonly server = new Histogram();
  private readonly lag = new Histogram();
  private readonly processBuckets = new TimeBuckets();

  /** The edge whose record begins at `start`: valid until the next call. */
  read(data: Float64Array, start: number, names: readonly string[]): EdgeAggregate {
    const { from, edge } = this;
    from.data = data;
    from.at = start + RECORD_KIND;
    edge.kind = from.take();
    edge.source = from.take();
    edge.target = from.take();
    for (let i = 0; i < COUNTERS; i++) edge.counters[i] = from.take();
    edge.client = this.histogram(this.client);
    edge.server = this.histogram(this.server);
    edge.lag = this.histogram(this.lag);
    this.readVerbs(names);
    this.readGroups();
    edge.buckets.read(from);
    edge.processBuckets = this.isThere() ? this.processBuckets : undefined;
    edge.processBuckets?.read(from);
    this.readSeen(edge);
    edge.epoch = from.take();
    this.readSeen(edge.current);
    this.readSeen(edge.previous);
    return edge;
  }

  private histogram(histogram: Histogram): Histogram | undefined {
    if (!this.isThere()) return undefined;
    histogram.read(this.from);
    return histogram;
  }

  /** Goes past the number that says that there is none. */
  private isThere(): boolean {
    if (this.from.data[this.from.at] !== NONE) return true;
    this.from.at++;
    return false;
  }

  private readVerbs(names: readonly string[]): void {
    const { verbs, verbCounts } = this.edge;
    verbs.length = verbCounts.length = this.from.take();
    for (let i = 0; i < verbs.length; i++) {
      verbs[i] = names[this.from.take()]!;
      verbCounts[i] = this.from.take();
    }
  }

  private readGroups(): void {
    const { from, edge } = this;
    const count = from.take();
    edge.groups = count === 0 ? undefined : new Map();
    for (let i = 0; i < count; i++) edge.groups!.set(from.take(), [from.take(), from.take()]);
  }

  private readSeen(seen: EdgeAggregate | Provisional): void {
    seen.first = this.from.take();
    seen.last = this.from.take();
    seen.exemplars.read(this.from);
  }
}
