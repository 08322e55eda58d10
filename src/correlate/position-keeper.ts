/**
 * Positions of messages as rows or records tell them → positions of kept rows, with their keys in the ledger: those of
 * topics that may meet there.
 */
import {
  GROUP,
  LINK,
  LINK_TOPIC,
  LINK_WORDS,
  type ObservationBatch,
  POSITION_ID,
  POSITION_LINK,
  POSITION_OFFSET,
  POSITION_OWNER,
  POSITION_WORDS,
  SERVICE,
  SHAPE,
  TARGET,
} from '../contract/observation.ts';
import { finalize } from '../lib/bytes.ts';
import { GROUP_KEY, ID_KEY, OFFSET_KEY, type Positions } from './positions.ts';
import { EXTRA, type Rows } from './rows.ts';
import { isProcess } from './state.ts';
import type { TopicKeys } from './topic-keys.ts';

export class PositionKeeper {
  private readonly rows: Rows;
  private readonly positions: Positions;
  private readonly keys: TopicKeys;

  constructor(rows: Rows, positions: Positions, keys: TopicKeys) {
    this.rows = rows;
    this.positions = positions;
    this.keys = keys;
  }

  /** Keeps the positions of an observed row. `from`: where they may begin in the batch; returns where they end. */
  keep(batch: ObservationBatch, from: number, offset: number, row: number, firstLink: number): number {
    let i = from;
    for (; i < batch.positions; i++) {
      const at = i * POSITION_WORDS;
      if (batch.positionWords[at + POSITION_OWNER] !== offset) break;
      this.keepOne(batch, at, row, firstLink);
    }
    return i;
  }

  private keepOne(batch: ObservationBatch, at: number, row: number, firstLink: number): void {
    const { rows, positions } = this;
    const w = rows.words;
    const words = batch.positionWords;
    const link = words[at + POSITION_LINK]!;
    const topic = (link > 0 && batch.linkWords[(link - 1) * LINK_WORDS + LINK_TOPIC]!) || w[row + TARGET]!;
    if (topic === 0) return;
    const salts = this.keys.of(topic);
    const ofLink = link === 0 ? 0 : (firstLink + (link - batch.words[words[at + POSITION_OWNER]! + LINK]!)) | 0;
    const kept = positions.push(rows.sequenceAt(row), ofLink, w[row + EXTRA]!);
    w[row + EXTRA] = positions.newest;
    rows.changed(row);
    const p = positions.words;
    const o0 = words[at + POSITION_OFFSET]!;
    const o1 = words[at + POSITION_OFFSET + 1]!;
    const i0 = words[at + POSITION_ID]!;
    const i1 = words[at + POSITION_ID + 1]!;
    if (o1 !== 0 && salts.offset !== 0) setKey(p, kept + OFFSET_KEY, o0, o1, salts.offset);
    if (i1 !== 0 && salts.id !== 0) setKey(p, kept + ID_KEY, i0, i1, salts.id);
    if (o1 === 0 || !isProcess(w[row + SHAPE]!)) return;
    const group = w[row + GROUP] !== 0 ? w[row + GROUP]! : ~w[row + SERVICE]!;
    setKey(p, kept + GROUP_KEY, o0, o1, finalize(Math.imul(topic, 0x9e3779b1) ^ Math.imul(group, 0x85ebca6b)));
  }

  /** Keeps a position of the row that a record tells (see `Meetings.tie`); false when it may meet nobody. */
  keepTold(row: number, topic: number, words: Int32Array, offset: number, id: number): boolean {
    const { rows, positions } = this;
    const salts = this.keys.of(topic);
    const hasOffset = words[offset + 1] !== 0 && salts.offset !== 0;
    const hasId = words[id + 1] !== 0 && salts.id !== 0;
    if (!hasOffset && !hasId) return false;
    const kept = positions.push(rows.sequenceAt(row), 0, rows.words[row + EXTRA]!);
    const p = positions.words;
    rows.words[row + EXTRA] = positions.newest;
    rows.changed(row);
    if (hasOffset) setKey(p, kept + OFFSET_KEY, words[offset]!, words[offset + 1]!, salts.offset);
    if (hasId) setKey(p, kept + ID_KEY, words[id]!, words[id + 1]!, salts.id);
    return true;
  }
}

/** Two words of a key, in the space that a salt tells. */
export function setKey(words: Int32Array, at: number, a: number, b: number, salt: number): void {
  words[at] = finalize(a ^ Math.imul(salt, 0x27d4eb2f));
  words[at + 1] = finalize(b ^ Math.imul(salt, 0x165667b1)) | 1;
}
