/**
 * Edges that are new → looked at in the order in which they came, and again every second until it is sure what they are:
 * so many with a frame and no more, however many come at once, since most of those are told, which takes its time.
 */
import type { Living } from './living.ts';
import type { Teller } from './teller.ts';

/** Told with one frame; a change takes 20 to 50 µs. */
const TOLD_A_FRAME = 200;
const LOOKS_A_FRAME = 5000;
/** Looked at again every second; others wait for their minute. */
const MOST_WAITING = 10_000;
/** For how long, beyond the wait of the correlation. */
const WAITING_MS = 2000;

export interface NewEdgesState {
  readonly looked: number;
  readonly waiting: readonly number[];
  readonly round: readonly number[];
}

export class NewEdges {
  private readonly living: Living;
  private readonly teller: Teller;
  /** All before this one were looked at once. */
  private looked = 0;
  private waiting: number[] = [];
  /** What is left of those to be looked at again in this second, the first at `at`. */
  private round: number[] = [];
  private at = 0;

  constructor(living: Living, teller: Teller) {
    this.living = living;
    this.teller = teller;
  }

  /** Once a second; a round that is not over goes on. */
  beginRound(): void {
    if (this.at < this.round.length) return;
    this.round = this.waiting;
    this.waiting = [];
    this.at = 0;
  }

  /** With every frame. */
  step(): void {
    const { living, teller, round } = this;
    const most = teller.told + TOLD_A_FRAME;
    let looks = LOOKS_A_FRAME;
    for (; this.at < round.length && looks > 0 && teller.told < most; looks--) {
      const edge = round[this.at++]!;
      if (!this.isDone(edge)) this.waiting.push(edge);
    }
    for (; this.looked < living.edges.size && looks > 0 && teller.told < most; looks--) {
      const edge = this.looked++;
      if (!teller.lookAtEdge(living.edges.leader[edge]!) && this.count < MOST_WAITING) this.waiting.push(edge);
    }
  }

  /** Not looked at yet, and looked at again until it is sure what they are. */
  get unsure(): number {
    return this.living.edges.size - this.looked + this.count;
  }

  /** Those that are there are known from before. */
  adopt(): void {
    this.looked = this.living.edges.size;
  }

  state(): NewEdgesState {
    return { looked: this.looked, waiting: this.waiting, round: this.round.slice(this.at) };
  }

  load({ looked, waiting, round }: NewEdgesState): void {
    this.looked = looked;
    this.waiting = [...waiting];
    this.round = [...round];
    this.at = 0;
  }

  private get count(): number {
    return this.waiting.length + this.round.length - this.at;
  }

  private isDone(edge: number): boolean {
    const { living, teller } = this;
    if (teller.lookAtEdge(living.edges.leader[edge]!)) return true;
    return living.waitedMs - living.edges.since[edge]! > living.waitMs + WAITING_MS;
  }
}
