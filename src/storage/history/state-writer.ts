/** States as they were told, of all batches in their order → rows of transitions. To be called within one transaction. */
import type { IncrementPart } from '../../contract/increments.ts';
import { MINUTE_MS } from '../../lib/units.ts';
import { ChunkStates, encodeTransitions, type Transition } from './chunk-states.ts';
import { CHUNK, CHUNK_BITS } from './count-sums.ts';
import { chunkOfNode } from './names.ts';
import { BASE, keyOf, placeOfKey, STATES_PART, writeBase } from './rows.ts';
import type { SenderNumbers } from './sender-numbers.ts';
import { sumStates } from './sum.ts';
import type { HistoryTables } from './tables.ts';

const NUMBERS = 3;

export class StateWriter {
  private readonly tables: HistoryTables;
  /** As they are by now, of chunks that were asked for. */
  private readonly newest = new Map<number, ChunkStates>();

  constructor(tables: HistoryTables) {
    this.tables = tables;
  }

  /** What is written may be something else than was thought. */
  forget(): void {
    this.newest.clear();
  }

  /** Notes the earliest minute of each chunk. */
  write(parts: readonly IncrementPart[], sender: SenderNumbers, earliest: Map<number, number>): void {
    for (const [chunk, transitions] of this.byChunk(parts, sender)) {
      const minute = Math.floor(transitions[0]!.time / MINUTE_MS);
      earliest.set(chunk, Math.min(earliest.get(chunk) ?? minute, minute));
      this.writeRows(chunk, transitions);
    }
  }

  /** Only what becomes another state by it: after a start all are told again. */
  private byChunk(parts: readonly IncrementPart[], sender: SenderNumbers): ReadonlyMap<number, Transition[]> {
    const chunks = new Map<number, Transition[]>();
    for (const { states } of parts) {
      for (let at = 0; at < states.length; at += NUMBERS) {
        const [subject, time, state] = [states[at]!, states[at + 1]!, states[at + 2]!];
        const number = subject < 0 ? sender.node(-1 - subject) : sender.edge(subject);
        const chunk = subject < 0 ? chunkOfNode(number) : number >> CHUNK_BITS;
        const transition = { time, place: number & (CHUNK - 1), state };
        const newest = this.statesOf(chunk);
        if (newest.states[transition.place] === state) continue;
        newest.set(transition);
        const known = chunks.get(chunk);
        if (known === undefined) chunks.set(chunk, [transition]);
        else known.push(transition);
      }
    }
    return chunks;
  }

  private statesOf(chunk: number): ChunkStates {
    let known = this.newest.get(chunk);
    if (known === undefined) {
      known = new ChunkStates();
      sumStates(this.tables, known, chunk, Number.MAX_SAFE_INTEGER);
      this.newest.set(chunk, known);
    }
    return known;
  }

  private writeRows(chunk: number, transitions: readonly Transition[]): void {
    const { marks } = this.tables;
    const keys = Map.groupBy(transitions, ({ time }) => keyOf(STATES_PART, Math.floor(time / MINUTE_MS), marks));
    for (const [key, same] of keys) {
      const { level, bucket } = placeOfKey(key);
      if (level === BASE) this.addToBase(chunk, bucket, same);
      else {
        const data = encodeTransitions(same, bucket)!;
        this.tables.run('INSERT INTO inc VALUES (?, ?, ?, ?, ?)', STATES_PART, level, bucket, chunk, data);
      }
    }
  }

  private addToBase(chunk: number, bucket: number, transitions: readonly Transition[]): void {
    const base = new ChunkStates();
    sumStates(this.tables, base, chunk, bucket);
    for (const transition of transitions) base.set(transition);
    writeBase(this.tables, STATES_PART, chunk, bucket, base.encode());
  }
}
