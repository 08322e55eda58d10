/**
 * How many messages of which topic a consumer row has: its batch count, or its links to messages and the dropped ones;
 * of links that name a topic, or are joined to a message that does, each counts there, the rest under the main topic.
 * Messages that another layer tells of are left out.
 */
import { LINK, LINK_TOPIC, MESSAGES, TARGET } from '../contract/observation.ts';
import { producerTopic } from './facts.ts';
import { countsAsMessage, joinsThrough, LINK_LATE, LINK_TOLD } from './link-state.ts';
import { LINK_STATE, LINK_TARGET, type Rows } from './rows.ts';
import { BY_LATE, BY_LINKS, decisionOf, STATE } from './state.ts';

/** Reused: valid until the next `divide`. */
export class Shares {
  count = 0;
  total = 0;
  readonly topics: number[] = [];
  readonly messages: number[] = [];

  /** @param main topic of what no link says more of. */
  divide(rows: Rows, row: number, main: number): void {
    const w = rows.words;
    const word = w[row + MESSAGES]!;
    this.count = 0;
    if (w[row + LINK] === 0) {
      this.total = Math.max(word & 0xffffff, word >>> 24, 1);
      return this.add(main, this.total);
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
      const topic =
        rows.links[link + LINK_TOPIC]! || w[row + TARGET]! || (joined ? partnerTopic(rows, link, state) : 0);
      if (topic === 0) continue;
      named++;
      this.add(topic, 1);
    }
    this.total = Math.max((word & 0xffffff) - told, linked, told > 0 ? 0 : 1);
    if (this.total > named) this.add(main, this.total - named);
  }

  /** Whether messages of the topic are among them. */
  has(topic: number): boolean {
    for (let i = 0; i < this.count; i++) if (this.topics[i] === topic) return true;
    return false;
  }

  private add(topic: number, messages: number): void {
    for (let i = 0; i < this.count; i++) {
      if (this.topics[i] !== topic) continue;
      this.messages[i]! += messages;
      return;
    }
    this.topics[this.count] = topic;
    this.messages[this.count++] = messages;
  }
}

const isByLinks = (decision: number): boolean => decision === BY_LINKS || decision === BY_LATE;

function partnerTopic(rows: Rows, link: number, state: number): number {
  const target = rows.links[link + LINK_TARGET]!;
  if ((state & LINK_LATE) !== 0) return target;
  return joinsThrough(state) && rows.intact(target) ? producerTopic(rows, rows.base(target)) : 0;
}
