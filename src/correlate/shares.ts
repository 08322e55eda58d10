/**
 * How many messages of which topic a consumer row has: its batch count, or its links to messages and the dropped ones;
 * of links that name a topic, or are joined to a message that does, each counts there, the rest under the main topic.
 * Messages that another layer tells of are left out, and those that the group processed before are redeliveries.
 */
import { LINK, LINK_TOPIC, MESSAGES, TARGET } from '../contract/observation.ts';
import { producerTopic } from './facts.ts';
import { LINK_STATE, LINK_TARGET } from './kept-links.ts';
import { countsAsMessage, joinsThrough, LINK_LATE, LINK_TOLD } from './link-state.ts';
import { FOUND, MORE, OF_LINK, type Positions, REDELIVERED } from './positions.ts';
import { EXTRA, type Rows } from './rows.ts';
import { BY_LATE, BY_LINKS, decisionOf, STATE } from './state.ts';

/** Valid until the next `divide`. */
export class Shares {
  count = 0;
  /** With redeliveries. */
  total = 0;
  readonly topics: number[] = [];
  readonly messages: number[] = [];
  readonly redeliveries: number[] = [];
  private readonly rows: Rows;
  private readonly positions: Positions;

  constructor(rows: Rows, positions: Positions) {
    this.rows = rows;
    this.positions = positions;
  }

  /** @param main topic of what no link says more of. */
  divide(row: number, main: number): void {
    const { rows } = this;
    const w = rows.words;
    const word = w[row + MESSAGES]!;
    const again = this.isAnyAgain(row);
    this.count = 0;
    if (w[row + LINK] === 0) {
      this.total = Math.max(word & 0xffffff, word >>> 24, 1);
      if (!again) return this.add(main, this.total, 0);
      return this.add(main, this.total - 1, 1);
    }
    const joined = isByLinks(decisionOf(w[row + STATE]!));
    let linked = word >>> 24;
    let told = 0;
    let named = 0;
    for (let link = rows.firstLink(w[row + LINK]!); link >= 0; link = rows.siblingLink(link)) {
      const state = rows.links[link + LINK_STATE]!;
      if (!countsAsMessage(state)) continue;
      if ((state & LINK_TOLD) !== 0) {
        told++;
        continue;
      }
      linked++;
      const topic = rows.links[link + LINK_TOPIC]! || w[row + TARGET]! || (joined ? this.partnerTopic(link, state) : 0);
      const isAgain = again && this.isAgain(row, rows.linkSequenceAt(link));
      if (topic === 0 && !isAgain) continue;
      named++;
      this.add(topic || main, isAgain ? 0 : 1, isAgain ? 1 : 0);
    }
    this.total = Math.max((word & 0xffffff) - told, linked, told > 0 ? 0 : 1);
    if (this.total > named) this.add(main, this.total - named, 0);
  }

  /** Whether messages of the topic are among them. */
  has(topic: number): boolean {
    for (let i = 0; i < this.count; i++) if (this.topics[i] === topic) return true;
    return false;
  }

  private add(topic: number, messages: number, redeliveries: number): void {
    for (let i = 0; i < this.count; i++) {
      if (this.topics[i] !== topic) continue;
      this.messages[i]! += messages;
      this.redeliveries[i]! += redeliveries;
      return;
    }
    this.topics[this.count] = topic;
    this.messages[this.count] = messages;
    this.redeliveries[this.count++] = redeliveries;
  }

  private isAnyAgain(row: number): boolean {
    if (this.rows.words[row + EXTRA] === 0) return false;
    const { positions } = this;
    const p = positions.words;
    for (let at = positions.at(this.rows.words[row + EXTRA]!); at >= 0; at = positions.at(p[at + MORE]!)) {
      if ((p[at + FOUND]! & REDELIVERED) !== 0) return true;
    }
    return false;
  }

  /** The message of a link, or the only one, was processed before. */
  private isAgain(row: number, link: number): boolean {
    const { positions } = this;
    const p = positions.words;
    for (let at = positions.at(this.rows.words[row + EXTRA]!); at >= 0; at = positions.at(p[at + MORE]!)) {
      const isIt = p[at + OF_LINK] === link || p[at + OF_LINK] === 0;
      if (isIt && (p[at + FOUND]! & REDELIVERED) !== 0) return true;
    }
    return false;
  }

  private partnerTopic(link: number, state: number): number {
    const { rows } = this;
    const target = rows.links[link + LINK_TARGET]!;
    if ((state & LINK_LATE) !== 0) return target;
    return joinsThrough(state) && rows.intact(target) ? producerTopic(rows, rows.base(target)) : 0;
  }
}

const isByLinks = (decision: number): boolean => decision === BY_LATE || decision === BY_LINKS;
