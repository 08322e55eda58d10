/**
 * States of the places of one chunk, and how they became others, as bytes. A row of transitions is numbers: how many, and
 * of each the ms since the one before (the first: since the bucket began), its place and the state from then on. A base is
 * how many places have another state than the first, and place, as a difference, and state of each.
 */
import { PackedWriter } from '../../lib/packed-numbers.ts';
import { MINUTE_MS } from '../../lib/units.ts';
import { blobOf, readBlob } from './blob.ts';
import { CHUNK } from './count-sums.ts';

const packed = new PackedWriter();

export interface Transition {
  /** ms, of the frame with which it was so. */
  readonly time: number;
  readonly place: number;
  readonly state: number;
}

export function encodeTransitions(transitions: readonly Transition[], bucket: number): Uint8Array | undefined {
  if (transitions.length === 0) return undefined;
  packed.clear();
  packed.put(transitions.length);
  let before = bucket * MINUTE_MS;
  for (const { time, place, state } of transitions) {
    packed.put(time - before);
    packed.put(place);
    packed.put(state);
    before = time;
  }
  return blobOf(packed);
}

export function readTransitions(bytes: Uint8Array, bucket: number): readonly Transition[] {
  const from = readBlob(bytes);
  const transitions: Transition[] = [];
  let time = bucket * MINUTE_MS;
  for (let n = from.take(); n > 0; n--) {
    time += from.take();
    transitions.push({ time, place: from.take(), state: from.take() });
  }
  return transitions;
}

export class ChunkStates {
  /** Indexes into `STATES`, by place. */
  readonly states = new Uint8Array(CHUNK);
  /** Since when, ms. */
  private readonly since = new Float64Array(CHUNK);

  clear(): void {
    this.states.fill(0);
    this.since.fill(0);
  }

  set({ time, place, state }: Transition): void {
    if (time < this.since[place]!) return;
    this.states[place] = state;
    this.since[place] = time;
  }

  addBase(bytes: Uint8Array): void {
    const from = readBlob(bytes);
    let place = 0;
    for (let n = from.take(); n > 0; n--) {
      place += from.take();
      this.states[place] = from.take();
    }
  }

  encode(): Uint8Array | undefined {
    const used = [...this.states.keys()].filter(place => this.states[place] !== 0);
    if (used.length === 0) return undefined;
    packed.clear();
    packed.put(used.length);
    used.forEach((place, i) => {
      packed.put(place - (used[i - 1] ?? 0));
      packed.put(this.states[place]!);
    });
    return blobOf(packed);
  }
}
