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
      if (p[position + GROUP_KEY + 1] === 0 || p[position + GROUP_ENTRY] !== 0) continue;
      const [a, b] = [p[position + GROUP_KEY]!, p[position + GROUP_KEY + 1]!];
      describeSide(this.side, this.rows, row, PROCESSED_AT, this.rows.words[row + TARGET]!);
      this.side.a = a;
      this.side.b = b;
      const entry = this.ledger.first(PROCESSED_AT, a, b);
      if (entry < 0) p[position + GROUP_ENTRY] = this.ledger.post(this.side) + 1;
      else if (this.isOf(entry, row)) p[position + GROUP_ENTRY] = entry + 1;
      else if (this.takesOver(row, entry, a, b, party)) {
        this.ledger.replace(entry, this.side);
        p[position + GROUP_ENTRY] = entry + 1;
      } else {
        p[position + GROUP_ENTRY] = entry + 1;
        party.recount(row, () => {
          p[position + FOUND]! |= REDELIVERED;
        });
      }
    }
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
      if (p[position + GROUP_KEY] !== a || p[position + GROUP_KEY + 1] !== b) continue;
      party.recount(other, () => {
        p[position + FOUND]! |= REDELIVERED;
      });
    }
    return true;
  }
}
