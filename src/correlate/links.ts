/** Span links of kept rows: what each points at, and which rows a consumer is joined with through them. */
import { CLASS_MASK, CLIENT, CONSUMER, LINK, SERVICE, SHAPE, SPAN, TARGET, TRACE } from '../contract/observation.ts';
import { type Chains, MAX_CANDIDATES } from './chains.ts';
import { LINK_STATE, LINK_TARGET } from './kept-links.ts';
import { mayTellInside } from './layers.ts';
import { joinsThrough, LINK_JOINS, LINK_LATE, LINK_LAYER, LINK_NO_MESSAGE, LINK_TOLD } from './link-state.ts';
import type { Rows } from './rows.ts';
import { isCaller, isReceive, isTransparent } from './state.ts';

export class Links {
  private readonly rows: Rows;
  private readonly chains: Chains;

  constructor(rows: Rows, chains: Chains) {
    this.rows = rows;
    this.chains = chains;
  }

  /** Looks at the rows a link points at. True when what it says of its owner would change; `next` holds the new state. */
  look(link: number, owner: number): boolean {
    const { links } = this.rows;
    if ((links[link + LINK_STATE]! & LINK_LATE) !== 0) return false;
    next.state = next.target = 0;
    const [s0, s1] = [links[link + SPAN]!, links[link + SPAN + 1]!];
    let best = -1;
    let message = false;
    let candidates = 0;
    for (
      let row = this.rows.firstRow(links, link, s0, s1);
      row >= 0 && candidates < MAX_CANDIDATES;
      row = this.rows.nextRow(row, links, link, s0, s1)
    ) {
      candidates++;
      if (row === owner) continue;
      const cls = this.rows.words[row + SHAPE]! & CLASS_MASK;
      const caller = isCaller(this.rows.words[row + SHAPE]!);
      if (caller && cls !== CLIENT) message = true;
      if (!caller && this.isLayer(owner, row)) next.state |= LINK_LAYER;
      if (caller && this.mayJoin(owner, row, cls) && (best < 0 || this.chains.isSmaller(row, best))) best = row;
    }
    if (candidates > 0 && !message) next.state |= LINK_NO_MESSAGE;
    if (best >= 0) {
      next.state |= LINK_JOINS;
      next.target = this.rows.sequenceAt(best);
    }
    next.state |= links[link + LINK_STATE]! & LINK_TOLD;
    return next.state !== links[link + LINK_STATE] || next.target !== links[link + LINK_TARGET];
  }

  /** Takes over what `look` found. */
  accept(link: number): void {
    this.rows.links[link + LINK_STATE] = next.state;
    this.rows.links[link + LINK_TARGET] = next.target;
    this.rows.changedLink(link);
  }

  /** A consumer joins producers, and clients of other services. */
  private mayJoin(owner: number, row: number, cls: number): boolean {
    const w = this.rows.words;
    if ((w[owner + SHAPE]! & CLASS_MASK) !== CONSUMER || isTransparent(w[owner + SHAPE]!)) return false;
    return cls !== CLIENT || w[row + SERVICE] !== w[owner + SERVICE];
  }

  private isLayer(owner: number, row: number): boolean {
    const { rows } = this;
    const w = rows.words;
    if (!isReceive(w[owner + SHAPE]!) || !isReceive(w[row + SHAPE]!)) return false;
    return w[owner + SERVICE] === w[row + SERVICE] && mayTellInside(rows, owner, row);
  }

  /** Topics of the messages that the owner's links are joined with, without one link's own; 0 where none is named. */
  joinedTopics(owner: number, without = -1): number[] {
    const { rows } = this;
    const topics: number[] = [];
    for (let link = rows.firstLink(rows.words[owner + LINK]!); link >= 0; link = rows.siblingLink(link)) {
      const state = rows.links[link + LINK_STATE]!;
      const target = rows.links[link + LINK_TARGET]!;
      if (link === without) continue;
      if ((state & LINK_LATE) !== 0) topics.push(target);
      else if (joinsThrough(state) && rows.intact(target)) topics.push(rows.words[rows.base(target) + TARGET]!);
    }
    return topics;
  }

  /**
   * The owner's links that join it with rows, in the order of (trace id, span id) of the link; rows overwritten are left
   * out, and with `alive` those that have left.
   */
  joining(owner: number, alive = false): readonly number[] {
    const { rows } = this;
    if (rows.words[owner + LINK] === 0) return NONE;
    const joined: number[] = [];
    for (let link = rows.firstLink(rows.words[owner + LINK]!); link >= 0; link = rows.siblingLink(link)) {
      if (!joinsThrough(rows.links[link + LINK_STATE]!)) continue;
      const target = rows.links[link + LINK_TARGET]!;
      if (alive ? rows.alive(target) : rows.intact(target)) joined.push(link);
    }
    if (joined.length > 1) joined.sort((a, b) => compareLinks(rows.links, a, b));
    return joined;
  }

  /** The rows that the owner's links join it with, in that order. */
  partners(owner: number): readonly number[] {
    return this.joining(owner).map(link => this.rows.base(this.rows.links[link + LINK_TARGET]!));
  }
}

const NONE: readonly number[] = [];
const next = { state: 0, target: 0 };

function compareLinks(links: Int32Array, a: number, b: number): number {
  for (let i = TRACE; i < SPAN + 2; i++) {
    const [x, y] = [links[a + i]! >>> 0, links[b + i]! >>> 0];
    if (x !== y) return x - y;
  }
  return 0;
}
