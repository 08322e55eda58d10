/**
 * Counts of the series of one chunk, added up, and as bytes: columns of only those series and counters that have any.
 * Bytes inflated are numbers: how many series, and their places as differences; a mask of counters; of each of these the
 * values of all series, adjusted units only as far as they differ from the count; 1 and three more columns for what is
 * known up to a time (decayed counts in 1/1024, last minutes); then names: how many, and place, word and count of each.
 */
import { ADJUSTED_UNITS, ADJUSTED_UNITS_PROCESS, COUNT, COUNT_PROCESS, COUNTERS } from '../../contract/counters.ts';
import type { NumberSource } from '../../lib/number-records.ts';
import { PackedWriter } from '../../lib/packed-numbers.ts';
import { blobOf, readBlob } from './blob.ts';

/** Series of a chunk. */
export const CHUNK_BITS = 9;
export const CHUNK = 1 << CHUNK_BITS;
/** Words are told apart up to here; twice, as groups have two counts of each. */
export const WORDS_END = 2 ** 19;
const NAMES_OF_ONE = WORDS_END * 2;
const UNIT = 2 ** 20;
const DECAY_UNIT = 1024;

/** What a blob counts for when it is added. */
export interface Share {
  /** Of the rate: what of its counts is left by then, 0 to 1. */
  readonly left: number;
  /** End of its time, minutes. */
  readonly end: number;
}

const packed = new PackedWriter();
const places = new Uint16Array(CHUNK);
const NO_SHARE: Share = { left: 0, end: 0 };

export class CountSums {
  readonly counters: Float64Array;
  /** Counts that fall by half in each half-life: of all, and of those that process. */
  readonly decayed: Float64Array;
  /** End of the last minutes in which something was counted; 0: none. */
  readonly lasts: Float64Array;
  /** Place, word and which of its counts, as one number → count. */
  readonly names = new Map<number, number>();

  constructor(
    counters = new Float64Array(CHUNK * COUNTERS),
    decayed = new Float64Array(CHUNK * 2),
    lasts = new Float64Array(CHUNK),
  ) {
    this.counters = counters;
    this.decayed = decayed;
    this.lasts = lasts;
  }

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

  /** @param share of increments; what was known up to a time: left of that. */
  add(bytes: Uint8Array, share = NO_SHARE): void {
    const from = readBlob(bytes);
    const series = readPlaces(from);
    const mask = from.take();
    for (let k = 0, rest = mask; rest > 0; k++, rest = Math.floor(rest / 2)) {
      if (rest % 2 === 1) this.addColumn(from, series, k, share);
    }
    if (from.take() === 1) this.addKnown(from, series, share.left);
    let place = 0;
    for (let n = from.take(); n > 0; n--) {
      place += from.take();
      const key = place * NAMES_OF_ONE + from.take();
      this.names.set(key, (this.names.get(key) ?? 0) + from.take());
    }
  }

  /** Takes away what another one counted, decayed as far as is left of it. */
  subtract(other: CountSums, left: number): void {
    for (let i = 0; i < this.counters.length; i++) this.counters[i]! -= other.counters[i] ?? 0;
    for (let i = 0; i < this.decayed.length; i++) this.decayed[i]! -= (other.decayed[i] ?? 0) * left;
    for (const [key, count] of other.names) this.names.set(key, (this.names.get(key) ?? 0) - count);
  }

  /** Undefined when there is nothing. @param isKnown with what is known up to a time. */
  encode(isKnown: boolean): Uint8Array | undefined {
    const series = this.used(isKnown);
    const names = [...this.names].filter(([, count]) => count !== 0).sort(([a], [b]) => a - b);
    if (series.length === 0 && names.length === 0) return undefined;
    packed.clear();
    packed.put(series.length);
    series.forEach((place, i) => {
      packed.put(place - (series[i - 1] ?? 0));
    });
    this.putCounters(series);
    packed.put(isKnown ? 1 : 0);
    if (isKnown) this.putKnown(series);
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

  private addColumn(from: NumberSource, series: number, k: number, { left, end }: Share): void {
    const { counters, decayed, lasts } = this;
    const units = k === COUNT ? ADJUSTED_UNITS : k === COUNT_PROCESS ? ADJUSTED_UNITS_PROCESS : -1;
    for (let i = 0; i < series; i++) {
      const place = places[i]!;
      const value = from.take();
      counters[place * COUNTERS + k]! += value;
      if (units < 0) continue;
      counters[place * COUNTERS + units]! += value * UNIT;
      if (end === 0) continue;
      decayed[place * 2 + k]! += value * left;
      if (k === COUNT && value > 0 && end > lasts[place]!) lasts[place] = end;
    }
  }

  private addKnown(from: NumberSource, series: number, left: number): void {
    const { decayed, lasts } = this;
    for (let i = 0; i < series; i++) decayed[places[i]! * 2]! += (from.take() * left) / DECAY_UNIT;
    for (let i = 0; i < series; i++) decayed[places[i]! * 2 + 1]! += (from.take() * left) / DECAY_UNIT;
    for (let i = 0; i < series; i++) lasts[places[i]!] = Math.max(lasts[places[i]!]!, from.take());
  }

  private used(isKnown: boolean): number[] {
    const used: number[] = [];
    for (let place = 0; place < CHUNK; place++) {
      let is = isKnown && this.lasts[place] !== 0;
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

  private putKnown(series: readonly number[]): void {
    for (const which of [0, 1]) {
      for (const place of series) packed.put(Math.round(this.decayed[place * 2 + which]! * DECAY_UNIT));
    }
    for (const place of series) packed.put(this.lasts[place]!);
  }
}

/** Into `places`; how many. */
function readPlaces(from: NumberSource): number {
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
