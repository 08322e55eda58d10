/** What an inbound span is joined with, as the kept rows and the ledger have it now: the best rank counts. */
import { CLASS_MASK, CONSUMER, SHAPE } from '../contract/observation.ts';
import { type Chains, found, MISSING } from './chains.ts';
import { isInsideLayer, mayTellInside } from './layers.ts';
import type { Links } from './links.ts';
import type { Meetings } from './meetings.ts';
import { AT_OFFSET } from './positions.ts';
import { EXTRA, type Rows } from './rows.ts';
import {
  BY_ID,
  BY_LINKS,
  BY_OFFSET,
  BY_PARENT,
  BY_SHARED_ID,
  ENTRY,
  INSIDE_LAYER,
  isReceive,
  LOCAL,
  MISSING_ABOVE_REMOTE,
  PARENT_CHILD,
  UNDECIDED,
} from './state.ts';

/** The choice made last. */
export const next = {
  decision: UNDECIDED,
  partner: -1,
  remote: 0,
  /** Sequence number of the receive row around that stands back; 0 none. */
  outer: 0,
  /** A late partner may be found: no context has, and nothing own stands above. */
  open: false,
  isRoot: false,
};

export class InboundChoice {
  private readonly rows: Rows;
  private readonly chains: Chains;
  private readonly links: Links;
  private readonly meetings: Meetings;

  constructor(rows: Rows, chains: Chains, links: Links, meetings: Meetings) {
    this.rows = rows;
    this.chains = chains;
    this.links = links;
    this.meetings = meetings;
  }

  decide(row: number): void {
    const { chains } = this;
    next.remote = next.outer = 0;
    next.open = next.isRoot = false;
    next.partner = chains.sharer(row);
    if (next.partner >= 0) {
      next.decision = BY_SHARED_ID;
      return;
    }
    chains.climb(row);
    this.rows.setAbove(row, found.named);
    next.partner = found.row;
    if (found.local && isReceive(this.rows.words[row + SHAPE]!)) this.findOuter(row, found.below);
    if (found.row >= 0) {
      next.decision = BY_PARENT;
      return;
    }
    if (isConsumer(this.rows.words[row + SHAPE]!) && this.links.joining(row).length > 0) {
      next.decision = BY_LINKS;
      if (this.rows.words[row + EXTRA] !== 0) this.meetings.seek(row);
      return;
    }
    this.decideAlone(row);
    next.open = isOpen(next.decision);
    next.isRoot = next.decision === ENTRY;
    if (isConsumer(this.rows.words[row + SHAPE]!) && this.rows.words[row + EXTRA] !== 0) this.decideByLedger(row);
  }

  /** A consumer that was decided so, without a partner of its context, has other senders now. */
  joinAnew(row: number, decision: number, remote: number, outer: number): void {
    next.decision = decision;
    next.partner = -1;
    next.remote = remote;
    next.outer = outer;
    if (decision !== BY_LINKS) this.decideByLedger(row);
  }

  private decideByLedger(row: number): void {
    const found = this.meetings.seek(row);
    const decision = found === AT_OFFSET ? BY_OFFSET : BY_ID;
    if (this.joinsByLinkPositions(row)) next.decision = BY_LINKS;
    else if (found !== 0) next.decision = decision;
    else return;
    next.remote = 0;
  }

  private joinsByLinkPositions(row: number): boolean {
    const { meetings } = this;
    for (let position = meetings.first(row); position >= 0; position = meetings.more(position)) {
      if (meetings.isOfLink(position) && meetings.joins(position)) return true;
    }
    return false;
  }

  private decideAlone(row: number): void {
    if (found.remote !== 0) {
      next.remote = found.remote;
      next.decision = found.row === MISSING ? MISSING_ABOVE_REMOTE : PARENT_CHILD;
    } else if (found.row === MISSING) next.decision = UNDECIDED;
    else if (found.local && isInsideLayer(this.rows, found.below, row)) next.decision = INSIDE_LAYER;
    else next.decision = found.local || found.passedOwn ? LOCAL : ENTRY;
  }

  private findOuter(row: number, above: number): void {
    const { rows } = this;
    // In a cycle of parents a span is above itself.
    if (above === row || !isReceive(rows.words[above + SHAPE]!)) return;
    if (mayTellInside(rows, above, row)) next.outer = rows.sequenceAt(above);
  }
}

const isConsumer = (shape: number): boolean => (shape & CLASS_MASK) === CONSUMER;

/** Nothing is known of who stands above; it may still come. */
export function isOpen(decision: number): boolean {
  return decision === UNDECIDED || decision === ENTRY || decision === MISSING_ABOVE_REMOTE;
}
