/**
 * How far a partition is read. `next` runs ahead of what is known to be in the journal; when that fails, reading goes
 * back to it, and what was read since is read again.
 */
import type { Rest } from './rest.ts';
import type { Route } from './subscriptions.ts';

export class Partition {
  readonly topic: string;
  /** Tells the topic from one of the same name before it. */
  readonly incarnation: string;
  readonly partition: number;
  readonly route: Route;
  /** Node that leads it; −1: none does just now. */
  leader = -1;
  /** Where to read on. */
  next: number;
  /** Everything before it is in the journal. */
  durable: number;
  /** What the group was last told. */
  committed = -1;
  /** As far as known; −1: unknown. */
  logStart = -1;
  logEnd = -1;
  /** Time of the next record as far as it was fetched, else of the last one; 0: none yet, or none that can be believed. */
  timeMs = 0;
  /** Fetched, and not taken yet; undefined: nothing. */
  rest: Rest | undefined;
  /** Grows when reading goes back: what was read before does not count any more. */
  generation = 0;
  /** Not read before its topic was looked at again. */
  isDoubtful = false;
  /** Not read before (performance.now): its next record waits for something. */
  waitsUntilMs = 0;

  constructor(place: Pick<Partition, 'topic' | 'incarnation' | 'partition' | 'route' | 'next'>) {
    this.topic = place.topic;
    this.incarnation = place.incarnation;
    this.partition = place.partition;
    this.route = place.route;
    this.next = this.durable = place.next;
  }

  /** Records written, and not yet in the journal. */
  get lag(): number {
    return Math.max(0, this.logEnd - this.durable);
  }

  settle(next: number, generation: number): void {
    if (generation === this.generation) this.durable = Math.max(this.durable, next);
  }

  goBack(generation: number): void {
    if (generation !== this.generation) return;
    this.moveTo(this.durable);
  }

  /** What was fetched is taken, or not wanted. */
  dropRest(): void {
    this.rest?.release();
    this.rest = undefined;
  }

  /** Reads on elsewhere. */
  moveTo(next: number): void {
    this.generation += 1;
    this.next = this.durable = next;
    this.dropRest();
  }
}

export function keyOf({
  topic,
  incarnation,
  partition,
}: Omit<Pick<Partition, 'topic' | 'incarnation' | 'partition'>, 'x'>): string {
  return `${partition} ${incarnation} ${topic}`;
}
