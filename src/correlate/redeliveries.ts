/** Messages that a group processed before, as the ledger remembers: the earlier span is the first, the others redeliver. */
import { TARGET } from '../contract/observation.ts';
import { PROCESSED_AT, Rendezvous } from '../contract/rendezvous.ts';
import type { MeetingParty } from './meetings.ts';
import type { MessageLedger } from './message-ledger.ts';
import { FOUND, GROUP_ENTRY, GROUP_KEY, MORE, type Positions, REDELIVERED } from './positions.ts';
import { describeSide, isEarlierRow } from './row-side.ts';
import { EXTRA, type Rows } from './rows.ts';

export class Redeliveries {
  private readonly rows: Rows;
  private readonly positions: Positions;
  private readonly ledger: MessageLedger;
  private readonly side = new Rendezvous();

  constructor(rows: Rows, positions: Positions, ledger: MessageLedger) {
    this.rows = rows;
    this.positions = positions;
    this.ledger = ledger;
  }

  /** A process span is decided: which of its messages did its group process before? */
  compare(row: number, party: MeetingParty): void {
    const { positions } = this;
    const p = positions.words;
    for (
      let position = positions.at(this.rows.words[row + EXTRA]!);
      position >= 0;
      position = positions.at(p[position + MORE]!)
    ) {
      if (p[position + GROUP_KEY + 1] !== 0 && p[position + GROUP_ENTRY] === 0) this.compareAt(position, row, party);
    }
  }

  private compareAt(position: number, row: number, party: MeetingParty): void {
    const { side, ledger } = this;
    const p = this.positions.words;
    describeSide(side, this.rows, row, PROCESSED_AT, this.rows.words[row + TARGET]!);
    side.a = p[position + GROUP_KEY]!;
    side.b = p[position + GROUP_KEY + 1]!;
    const entry = ledger.first(PROCESSED_AT, side.a, side.b);
    this.positions.changed(position);
    p[position + GROUP_ENTRY] = (entry < 0 ? ledger.post(side) : entry) + 1;
    if (entry < 0 || this.isOf(entry, row)) return;
    if (this.takesOver(row, entry, side.a, side.b, party)) ledger.replace(entry, side);
    else this.redeliver(row, position, party);
  }

  private redeliver(row: number, position: number, party: MeetingParty): void {
    party.recount(row, () => {
      this.positions.changed(position);
      this.positions.words[position + FOUND]! |= REDELIVERED;
    });
  }

  private isOf(entry: number, row: number): boolean {
    return !this.ledger.hasLeft(entry) && this.ledger.row(entry) === this.rows.sequenceAt(row);
  }

  /** The row, and not the one that stands there, is the first of its group: earlier, or the other says nothing. */
  private takesOver(row: number, entry: number, a: number, b: number, party: MeetingParty): boolean {
    const { ledger, rows, positions } = this;
    if (ledger.hasLeft(entry) || !rows.alive(ledger.row(entry))) return false;
    const other = rows.base(ledger.row(entry));
    if (party.isSilent(other)) return true;
    if (party.isFinal(other) || !isEarlierRow(rows, row, other)) return false;
    const p = positions.words;
    for (
      let position = positions.at(rows.words[other + EXTRA]!);
      position >= 0;
      position = positions.at(p[position + MORE]!)
    ) {
      if (p[position + GROUP_KEY] === a && p[position + GROUP_KEY + 1] === b) this.redeliver(other, position, party);
    }
    return true;
  }
}
