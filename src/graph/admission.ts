/**
 * Which names have a node of their own. A name is in, or out (its interactions count at the `(other)` of its kind), or
 * changed places with another one: then the time of an interaction decides, so that its reversal finds it where it was
 * counted. How often each name is used is kept for all of them.
 */

import type { ImageReader, ImageWriter, Kept } from '../contract/image.ts';

/** The name was not met before. */
export const UNKNOWN = -1;
/** It counts at the `(other)` of its kind. */
export const OUTSIDE = -2;

const OUT = -1;
const CHANGED = -2;

/** Numbers of a gap in an image: identity, node, from, to. */
const GAP_NUMBERS = 4;

/** From here on (excluded) to there (included) the name is out, in µs. */
interface Gap {
  readonly node: number;
  from: number;
  to: number;
}

export class Admission implements Kept {
  /** By identity: node + 1, 0, OUT or CHANGED. */
  private places = new Int32Array(1024);
  private readonly gaps = new Map<number, Gap>();
  /** By identity: interactions since they were last halved. */
  private uses = new Float64Array(1024);
  /** Identities met are below it. */
  private end = 0;

  /** The node of a name at this time. */
  find(identity: number, time: number): number {
    const place = identity < this.end ? this.places[identity]! : 0;
    if (place > 0) return place - 1;
    if (place === 0) return UNKNOWN;
    if (place === OUT) return OUTSIDE;
    const { node, from, to } = this.gaps.get(identity)!;
    return time > from && time <= to ? OUTSIDE : node;
  }

  /** The name is in, as this node, or out (`OUTSIDE`). */
  admit(identity: number, node: number): void {
    if (identity >= this.end) this.grow(identity);
    this.places[identity] = node === OUTSIDE ? OUT : node + 1;
  }

  use(identity: number, times: number): void {
    if (identity < this.end) this.uses[identity]! += times;
  }

  usesOf(identity: number): number {
    return this.uses[identity]!;
  }

  /** Names that are in, or out, now. */
  *now(isIn: boolean): Generator<number> {
    for (let identity = 0; identity < this.end; identity++) {
      const place = this.places[identity]!;
      if (place === 0) continue;
      const within = place > 0 || (place === CHANGED && this.gaps.get(identity)!.to !== Number.POSITIVE_INFINITY);
      if (within === isIn) yield identity;
    }
  }

  /** The node that a name which is out had before; UNKNOWN when it never had one. */
  formerNode(identity: number): number {
    return this.gaps.get(identity)?.node ?? UNKNOWN;
  }

  /** After this time the name is in, as this node. */
  enter(identity: number, node: number, time: number): void {
    const gap = this.gaps.get(identity);
    if (gap === undefined) this.gaps.set(identity, { node, from: Number.NEGATIVE_INFINITY, to: time });
    else gap.to = time;
    this.places[identity] = CHANGED;
  }

  /** After this time the name is out. */
  leave(identity: number, time: number): void {
    const node = this.find(identity, Number.POSITIVE_INFINITY);
    this.gaps.set(identity, { node, from: time, to: Number.POSITIVE_INFINITY });
    this.places[identity] = CHANGED;
  }

  /** What was long ago counts less and less. */
  halveUses(): void {
    for (let identity = 0; identity < this.end; identity++) this.uses[identity] = Math.floor(this.uses[identity]! / 2);
  }

  *save(out: ImageWriter): Iterable<void> {
    const { end } = this;
    out.value('admission', { end, gaps: this.gaps.size });
    yield* out.memory('admission/places', this.places.subarray(0, end));
    yield* out.memory('admission/uses', this.uses.subarray(0, end));
    const gaps = [...this.gaps].flatMap(([identity, { node, from, to }]) => [identity, node, from, to]);
    yield* out.memory('admission/gaps', Float64Array.from(gaps));
  }

  *load(from: ImageReader): Iterable<void> {
    const { end, gaps } = from.value('admission') as { end: number; gaps: number };
    if (end > 0) this.grow(end - 1);
    from.memory('admission/places', this.places);
    from.memory('admission/uses', this.uses);
    yield;
    const numbers = new Float64Array(gaps * GAP_NUMBERS);
    from.memory('admission/gaps', numbers);
    for (let at = 0; at < numbers.length; at += GAP_NUMBERS) {
      const [identity, node, begin, to] = numbers.subarray(at, at + GAP_NUMBERS) as unknown as [
        number,
        number,
        number,
        number,
      ];
      this.gaps.set(identity, { node, from: begin, to });
    }
  }

  private grow(identity: number): void {
    if (identity >= this.places.length) {
      const size = Math.max(this.places.length * 2, identity + 1);
      const [places, uses] = [new Int32Array(size), new Float64Array(size)];
      places.set(this.places);
      uses.set(this.uses);
      this.places = places;
      this.uses = uses;
    }
    this.end = identity + 1;
  }
}
