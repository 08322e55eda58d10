/**
 * An edge as numbers, for readers in another thread and for images: everything it holds, raw, so that writing is little
 * more than copying. Names of verbs are numbers of a list that goes along.
 *
 * Of a record length and index, then the content: kind, source, target, counters, client, server, lag (a histogram, or -1), verbs (count, then number
 * and count of each), groups (count, then group, received, processed), buckets, process buckets (or -1), settled times
 * and examples, epoch, current and previous times and examples.
 */

import { COUNT, COUNTERS } from '../contract/counters.ts';
import { numbersOf, textsOf } from '../lib/exact-arrays.ts';
import { NumberReader, type NumberSink, type NumberSource, type NumberWriter } from '../lib/number-records.ts';
import { EdgeAggregate } from './edge-aggregate.ts';
import { Histogram } from './histogram.ts';
import { SIGHTINGS_ROOM } from './sightings.ts';
import { TimeBuckets } from './time-buckets.ts';

const NONE = -1;
const HEADER = 5;
const FIXED_ROOM = HEADER + COUNTERS + 16 + 3 * SIGHTINGS_ROOM;

/** Where the parts of a record stand that are read without the rest. */
export const RECORD_LENGTH = 0;
export const RECORD_INDEX = 1;
export const RECORD_KIND = 2;
export const RECORD_SOURCE = 3;
export const RECORD_TARGET = 4;
export const RECORD_COUNTERS = HEADER;
export const RECORD_COUNT = RECORD_COUNTERS + COUNT;

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
  writeContent(edge, out, numberOf);
  out.data[start] = out.length - start;
}

export function writeContent(edge: EdgeAggregate, out: NumberSink, numberOf: (verb: string) => number): void {
  out.put(edge.kind);
  out.put(edge.source);
  out.put(edge.target);
  for (let i = 0; i < COUNTERS; i++) out.put(edge.counter(i));
  writeIfThere(edge.client, out);
  writeIfThere(edge.server, out);
  writeIfThere(edge.lag, out);
  out.put(edge.verbs.length);
  for (let i = 0; i < edge.verbs.length; i++) {
    out.put(numberOf(edge.verbs[i]!));
    out.put(edge.verbCounts[i]!);
  }
  writeGroups(edge.groups, out);
  edge.buckets.write(out);
  writeIfThere(edge.processBuckets, out);
  edge.settled.write(out);
  out.put(edge.epoch);
  edge.current.write(out);
  edge.previous.write(out);
}

/** Both begin with a length, never less than zero. */
function writeIfThere(part: Histogram | TimeBuckets | undefined, out: NumberSink): void {
  if (part === undefined) out.put(NONE);
  else part.write(out);
}

function writeGroups(groups: EdgeAggregate['groups'], out: NumberSink): void {
  out.put(groups?.size ?? 0);
  if (groups === undefined) return;
  for (const [group, [received, processed]] of groups) {
    out.put(group);
    out.put(received);
    out.put(processed);
  }
}

/** What an edge has only when something was counted in it; asked for as far as that was. */
export interface EdgeParts {
  readonly client: Histogram;
  readonly server: Histogram;
  readonly lag: Histogram;
  readonly processBuckets: TimeBuckets;
  /** This list or one that is the same. */
  verbs(list: readonly string[]): readonly string[];
}

type Optional = Exclude<keyof EdgeParts, 'verbs'>;

/** Reads into an edge what `writeContent` wrote; what it held before does not matter. */
export function readContent(edge: EdgeAggregate, from: NumberSource, names: readonly string[], parts: EdgeParts): void {
  edge.kind = from.take();
  edge.source = from.take();
  edge.target = from.take();
  for (let i = 0; i < COUNTERS; i++) edge.setCounter(i, from.take());
  edge.client = readIfThere(from, parts, 'client');
  edge.server = readIfThere(from, parts, 'server');
  edge.lag = readIfThere(from, parts, 'lag');
  readVerbs(edge, from, names, parts);
  readGroups(edge, from);
  edge.buckets.read(from, from.take());
  edge.processBuckets = readIfThere(from, parts, 'processBuckets');
  edge.settled.read(from);
  edge.epoch = from.take();
  edge.current.read(from);
  edge.previous.read(from);
}

function readIfThere<K extends Optional>(from: NumberSource, parts: EdgeParts, name: K): EdgeParts[K] | undefined {
  const length = from.take();
  if (length === NONE) return undefined;
  const part = parts[name];
  part.read(from, length);
  return part;
}

function readVerbs(edge: EdgeAggregate, from: NumberSource, names: readonly string[], parts: EdgeParts): void {
  const count = from.take();
  const verbs = textsOf(count);
  if (edge.verbCounts.length < count) edge.verbCounts = numbersOf(count);
  edge.verbCounts.length = count;
  for (let i = 0; i < count; i++) {
    verbs[i] = names[from.take()]!;
    edge.verbCounts[i] = from.take();
  }
  edge.verbs = parts.verbs(verbs);
}

function readGroups(edge: EdgeAggregate, from: NumberSource): void {
  const count = from.take();
  edge.groups = count === 0 ? undefined : new Map();
  for (let i = 0; i < count; i++) edge.groups!.set(from.take(), [from.take(), from.take()]);
}

/** Reads records into one edge after the other, always the same object. */
export class RecordReader {
  private readonly from = new NumberReader();
  private readonly edge = new EdgeAggregate(0, 0, 0, 0);
  private readonly parts: EdgeParts = {
    client: new Histogram(),
    server: new Histogram(),
    lag: new Histogram(),
    processBuckets: new TimeBuckets(),
    verbs: list => list,
  };

  /** The edge whose record begins at `start`: valid until the next call. */
  read(data: Float64Array, start: number, names: readonly string[]): EdgeAggregate {
    const { from, edge } = this;
    from.data = data;
    from.at = start + RECORD_KIND;
    readContent(edge, from, names, this.parts);
    return edge;
  }
}
