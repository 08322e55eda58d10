/**
 * The parts of a batch of increments → rows: each increment to the finest level that its minute still has, and what was
 * before history to its first base. To be called within one transaction.
 */
import { COUNT, COUNT_PROCESS, COUNTERS } from '../../contract/counters.ts';
import type { IncrementPart } from '../../contract/increments.ts';
import { NumberReader } from '../../lib/number-records.ts';
import { MINUTE_US } from '../../lib/units.ts';
import { CHUNK, CHUNK_BITS, CountSums } from './count-sums.ts';
import { DurationSums, HISTOGRAMS } from './duration-sums.ts';
import { chunkOfNode, type HistoryNames } from './names.ts';
import { BASE, COUNTS, decayOf, keyOf, LATENCY, MINUTE, placeOfKey, writeBase } from './rows.ts';
import type { SenderNumbers } from './sender-numbers.ts';
import { StateWriter } from './state-writer.ts';
import { shareOf } from './sum.ts';
import type { HistoryTables } from './tables.ts';

type CountedPart = typeof COUNTS | typeof LATENCY;

/** Where an increment stands. */
interface Found {
  readonly numbers: Float64Array;
  readonly at: number;
  readonly place: number;
  readonly minute: number;
  /** Where its histograms begin; 0: it is a node's. */
  histogramsAt: number;
}

export class BatchWriter {
  private readonly tables: HistoryTables;
  private readonly names: HistoryNames;
  private readonly states: StateWriter;
  private readonly from = new NumberReader();
  private readonly counts = new CountSums();
  private readonly durations = new DurationSums();
  /** Of a chunk, while its row is made. */
  private readonly firsts = new Float64Array(CHUNK).fill(Number.POSITIVE_INFINITY);

  constructor(tables: HistoryTables, names: HistoryNames) {
    this.tables = tables;
    this.names = names;
    this.states = new StateWriter(tables);
  }

  /** What is written may be something else than was thought. */
  forget(): void {
    this.states.forget();
  }

  /** Returns the earliest minute of each chunk. */
  write(parts: readonly IncrementPart[], sender: SenderNumbers): ReadonlyMap<number, number> {
    const chunks = this.byChunk(parts, sender);
    const earliest = new Map<number, number>();
    for (const [chunk, all] of chunks) {
      this.writeRows(COUNTS, chunk, all, sender);
      this.writeRows(LATENCY, chunk, all, sender);
      earliest.set(
        chunk,
        all.reduce((least, { minute }) => Math.min(least, minute), Number.POSITIVE_INFINITY),
      );
    }
    this.states.write(parts, sender, earliest);
    this.names.writeFirsts();
    return earliest;
  }

  private byChunk(parts: readonly IncrementPart[], sender: SenderNumbers): ReadonlyMap<number, Found[]> {
    const chunks = new Map<number, Found[]>();
    for (const { numbers, length } of parts) {
      for (let at = 0; at < length; at += numbers[at]!) {
        const subject = numbers[at + 1]!;
        const number = subject < 0 ? sender.node(-1 - subject) : sender.edge(subject);
        const chunk = subject < 0 ? chunkOfNode(number) : number >> CHUNK_BITS;
        const place = number & (CHUNK - 1);
        const found = { numbers, at, place, minute: numbers[at + 2]!, histogramsAt: 0 };
        const known = chunks.get(chunk);
        if (known === undefined) chunks.set(chunk, [found]);
        else known.push(found);
      }
    }
    return chunks;
  }

  private writeRows(part: CountedPart, chunk: number, all: readonly Found[], sender: SenderNumbers): void {
    const { marks } = this.tables;
    const placed = all.map(found => ({ found, key: keyOf(part, found.minute, marks) }));
    placed.sort((a, b) => a.key - b.key);
    for (let i = 0; i < placed.length; ) {
      const { key } = placed[i]!;
      this.counts.clear();
      this.durations.clear();
      const { level, bucket } = placeOfKey(key);
      const end = bucket + level;
      const same: Found[] = [];
      for (; i < placed.length && placed[i]!.key === key; i++) {
        same.push(placed[i]!.found);
        this.add(part, placed[i]!.found, end, sender);
      }
      if (part === COUNTS) this.see(chunk, same);
      this.writeRow(part, chunk, key);
    }
  }

  private add(part: CountedPart, found: Found, end: number, sender: SenderNumbers): void {
    if (part === COUNTS) this.addCounts(found, end, sender);
    else if (found.histogramsAt > 0) this.addDurations(found);
  }

  private addCounts(found: Found, end: number, sender: SenderNumbers): void {
    const { from, counts } = this;
    const { place, minute } = found;
    const { left, sinceMiddle } = shareOf(minute, MINUTE, end, this.tables.marks.halfLifeMs);
    from.data = found.numbers;
    from.at = found.at + 5;
    const mask = from.take();
    for (let k = 0, rest = mask; rest > 0; k++, rest = Math.floor(rest / 2)) {
      if (rest % 2 === 0) continue;
      const value = from.take();
      counts.counters[place * COUNTERS + k]! += value;
      if (k === COUNT || k === COUNT_PROCESS) counts.decayed[place * 2 + k]! += value * left * sinceMiddle;
    }
    if (found.numbers[found.at + 1]! < 0) return;
    for (let n = from.take(); n > 0; n--) counts.addName(place, sender.word(from.take()), 0, from.take());
    for (let n = from.take(); n > 0; n--) {
      const word = sender.word(from.take());
      counts.addName(place, word, 0, from.take());
      counts.addName(place, word, 1, from.take());
    }
    found.histogramsAt = from.at;
  }

  /** Only where anything is left of it: what was taken back at once was not seen. */
  private see(chunk: number, all: readonly Found[]): void {
    const { counts, firsts, names } = this;
    for (const { numbers, at, place, minute } of all) {
      const first = numbers[at + 3]!;
      firsts[place] = Math.min(firsts[place]!, Number.isFinite(first) ? first : minute * MINUTE_US);
      counts.lasts[place] = Math.max(counts.lasts[place]!, Math.floor(numbers[at + 4]! / 1000));
    }
    for (const { place } of all) {
      if (chunk < 0 || counts.counters[place * COUNTERS + COUNT]! > 0) names.see(chunk, place, firsts[place]!);
      else counts.lasts[place] = 0;
    }
    for (const { place } of all) firsts[place] = Number.POSITIVE_INFINITY;
  }

  private addDurations({ numbers, histogramsAt, place }: Found): void {
    const { from, durations } = this;
    from.data = numbers;
    from.at = histogramsAt;
    for (let which = 0; which < HISTOGRAMS; which++) {
      const length = from.take();
      if (length >= 0) durations.addWritten(place * HISTOGRAMS + which, from, length);
    }
  }

  private writeRow(part: CountedPart, chunk: number, key: number): void {
    const { level, bucket } = placeOfKey(key);
    if (level === BASE) return this.addToBase(part, chunk, bucket);
    const { marks } = this.tables;
    const data = part === COUNTS ? this.counts.encode(bucket + level, decayOf(level, marks)) : this.durations.encode();
    if (data !== undefined) this.tables.run('INSERT INTO inc VALUES (?, ?, ?, ?, ?)', part, level, bucket, chunk, data);
  }

  private addToBase(part: CountedPart, chunk: number, bucket: number): void {
    const known = this.tables.get(
      'SELECT data FROM base WHERE part = ? AND chunk = ? AND bucket = ?',
      ...[part, chunk, bucket],
    ) as { data: Uint8Array } | undefined;
    if (known !== undefined && part === COUNTS)
      this.counts.add(known.data, shareOf(bucket, BASE, bucket, this.tables.marks.halfLifeMs));
    if (known !== undefined && part === LATENCY) this.durations.add(known.data);
    const { marks } = this.tables;
    const data = part === COUNTS ? this.counts.encode(bucket, decayOf(BASE, marks)) : this.durations.encode();
    writeBase(this.tables, part, chunk, bucket, data);
  }
}
