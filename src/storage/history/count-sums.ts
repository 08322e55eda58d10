/**
 * Counts of the series of one chunk, added up, and as bytes: columns of only those series and counters that have any.
 * Bytes inflated are numbers: how many series, and their places as differences; a mask of counters; of each of these the
 * values of all series, adjusted units only as far as they differ from the count; the half-life that decayed counts are made
 * with, or 0 where there are none, their unit, and a column of all and of those that process; a column of last times, 0
 * where nothing was seen, before the end; then names: how many, and place, word and count of each.
 */
import { ADJUSTED_UNITS, ADJUSTED_UNITS_PROCESS, COUNT, COUNT_PROCESS, COUNTERS } from '../../contract/counters.ts';
import { type PackedReader, PackedWriter } from '../../lib/packed-numbers.ts';
import { MINUTE_MS } from '../../lib/units.ts';
import { blobOf, readBlob } from './blob.ts';

/** Series of a chunk. */
export const CHUNK_BITS = 9;
export const CHUNK = 1 << CHUNK_BITS;
/** Words are told apart up to here; twice, as groups have two counts of each. */
export const WORDS_END = 2 ** 19;
const NAMES_OF_ONE = WORDS_END * 2;
const UNIT = 2 ** 20;

/** What a blob counts for when it is added. */
export interface Share {
  /** End of its time, minutes. */
  readonly end: number;
  /** What is left then of what was counted in the middle of its time, and, when it is added, of what was left at its end. */
  readonly sinceMiddle: number;
  readonly left: number;
  /** By which that is so; 0: nobody asks for rates. */
  readonly halfLifeMs: number;
}

/** Decayed counts as they are written: those of an increment were counted lately, those of a base may be nearly gone. */
export interface Decay {
  readonly halfLifeMs: number;
  readonly unit: number;
}

export const DECAY_UNIT = 1024;
export const BASE_DECAY_UNIT = 2 ** 20;

const packed = new PackedWriter();
const places = new Uint16Array(CHUNK);
const column = new Float64Array(CHUNK);
const counted = [new Float64Array(CHUNK), new Float64Array(CHUNK)] as const;

export class CountSums {
  readonly counters = new Float64Array(CHUNK * COUNTERS);
  /** Counts that fall by half in each half-life: of all, and of those that process. */
  readonly decayed = new Float64Array(CHUNK * 2);
  /** When something was seen last, ms; 0: never. */
  readonly lasts = new Float64Array(CHUNK);
  /** Place, word and which of its counts, as one number → count. */
  readonly names = new Map<number, number>();

  clear(): void {
    this.counters.fill(0);
    this.decayed.fill(0);
    this.lasts.fill(0);
    this.names.clear();
  }

  addName(place: number, word: number, which: 0 | 1, count: number): void {
    const key = place * NAMES_OF_ONE + word * 2 + which;
    this.names.set(key, (this.names.get(key) ?? 0) + count);
  }

  add(bytes: Uint8Array, share: Share): void {
    const from = readBlob(bytes);
    const series = readPlaces(from);
    const mask = from.take();
    for (const values of counted) values.fill(0, 0, series);
    for (let k = 0, rest = mask; rest > 0; k++, rest = Math.floor(rest / 2)) {
      if (rest % 2 === 1) this.addColumn(from, series, k);
    }
    this.addDecayed(from, series, share);
    this.addLasts(from, series, share.end);
    let place = 0;
    for (let n = from.take(); n > 0; n--) {
      place += from.take();
      const key = place * NAMES_OF_ONE + from.take();
      this.names.set(key, (this.names.get(key) ?? 0) + from.take());
    }
  }

  /** Takes away what another one counted, decayed as far as is left of it. */
  subtract(other: CountSums, left: number): void {
    for (let i = 0; i < this.counters.length; i++) this.counters[i]! -= other.counters[i]!;
    for (let i = 0; i < this.decayed.length; i++) this.decayed[i]! -= other.decayed[i]! * left;
    for (const [key, count] of other.names) this.names.set(key, (this.names.get(key) ?? 0) - count);
  }

  /** Undefined when there is nothing. @param end of its time, minutes. @param decay where the counts themselves do not say how old they are. */
  encode(end: number, decay?: Decay): Uint8Array | undefined {
    const series = this.used();
    const names = [...this.names].filter(([, count]) => count !== 0).sort(([a], [b]) => a - b);
    if (series.length === 0 && names.length === 0) return undefined;
    packed.clear();
    packed.put(series.length);
    series.forEach((place, i) => {
      packed.put(place - (series[i - 1] ?? 0));
    });
    this.putCounters(series);
    this.putDecayed(series, decay);
    for (const place of series) packed.put(agoOf(this.lasts[place]!, end));
    packed.put(names.length);
    let before = 0;
    for (const [key, count] of names) {
      const place = Math.floor(key / NAMES_OF_ONE);
      packed.put(place - before);
      packed.put(key % NAMES_OF_ONE);
      packed.put(count);
      before = place;
    }
    return blobOf(packed);
  }

  private addColumn(from: PackedReader, series: number, k: number): void {
    const { counters } = this;
    const values = k === COUNT ? counted[0] : k === COUNT_PROCESS ? counted[1] : column;
    from.takeInto(values, series);
    for (let i = 0; i < series; i++) counters[places[i]! * COUNTERS + k]! += values[i]!;
    const units = k === COUNT ? ADJUSTED_UNITS : k === COUNT_PROCESS ? ADJUSTED_UNITS_PROCESS : -1;
    if (units < 0) return;
    for (let i = 0; i < series; i++) counters[places[i]! * COUNTERS + units]! += values[i]! * UNIT;
  }

  /** What was written with another half-life is taken for counted in the middle. */
  private addDecayed(from: PackedReader, series: number, { left, sinceMiddle, halfLifeMs }: Share): void {
    const { decayed } = this;
    const written = from.take();
    const unit = written === 0 ? 1 : from.take();
    const isKnown = written !== 0 && written === halfLifeMs;
    const times = isKnown ? left / unit : left * sinceMiddle;
    counted.forEach((counts, which) => {
      if (written !== 0) from.takeInto(column, series);
      const values = isKnown ? column : counts;
      for (let i = 0; i < series; i++) decayed[places[i]! * 2 + which]! += values[i]! * times;
    });
  }

  private addLasts(from: PackedReader, series: number, end: number): void {
    const { lasts } = this;
    from.takeInto(column, series);
    for (let i = 0; i < series; i++) {
      const ago = column[i]!;
      if (ago === 0) continue;
      const last = end * MINUTE_MS - (ago > 0 ? ago - 1 : ago);
      if (last > lasts[places[i]!]!) lasts[places[i]!] = last;
    }
  }

  private used(): number[] {
    const used: number[] = [];
    for (let place = 0; place < CHUNK; place++) {
      let is = this.lasts[place] !== 0;
      for (let k = place * COUNTERS; !is && k < (place + 1) * COUNTERS; k++) is = this.counters[k] !== 0;
      if (is) used.push(place);
    }
    return used;
  }

  private putCounters(series: readonly number[]): void {
    let mask = 0;
    for (let k = 0; k < COUNTERS; k++) if (series.some(place => this.stored(place, k) !== 0)) mask += 2 ** k;
    packed.put(mask);
    for (let k = 0; k < COUNTERS; k++) {
      if (Math.floor(mask / 2 ** k) % 2 === 1) for (const place of series) packed.put(this.stored(place, k));
    }
  }

  private stored(place: number, k: number): number {
    const { counters } = this;
    const at = place * COUNTERS;
    if (k === ADJUSTED_UNITS) return counters[at + k]! - counters[at + COUNT]! * UNIT;
    if (k === ADJUSTED_UNITS_PROCESS) return counters[at + k]! - counters[at + COUNT_PROCESS]! * UNIT;
    return counters[at + k]!;
  }

  private putDecayed(series: readonly number[], decay: Decay | undefined): void {
    packed.put(decay?.halfLifeMs ?? 0);
    if (decay === undefined || decay.halfLifeMs === 0) return;
    packed.put(decay.unit);
    for (const which of [0, 1]) {
      for (const place of series) packed.put(Math.round(this.decayed[place * 2 + which]! * decay.unit));
    }
  }
}

/** ms from then to the end, one more, so that 0 says never; what lies behind it is below zero. */
function agoOf(last: number, end: number): number {
  if (last === 0) return 0;
  const ago = end * MINUTE_MS - last;
  return ago >= 0 ? ago + 1 : ago;
}

/** Into `places`; how many. */
function readPlaces(from: PackedReader): number {
  const series = from.take();
  let place = 0;
  for (let i = 0; i < series; i++) {
    place += from.take();
    places[i] = place;
  }
  return series;
}

/** Place, word and which of its counts. */
export function nameOf(key: number): { readonly place: number; readonly word: number; readonly which: number } {
  const rest = key % NAMES_OF_ONE;
  return { place: Math.floor(key / NAMES_OF_ONE), word: rest >> 1, which: rest & 1 };
}
