/** Numbered things that come in order → the newest of them, within a number and a size, each found by its number. */
import { Queue } from './queue.ts';

export interface NewestLimits<T> {
  readonly most: number;
  readonly maxSize: number;
  readonly sizeOf: (item: T) => number;
}

export class Newest<T> {
  /** Number of the oldest that is held; of the next one when there is none. */
  first: number;
  private readonly items = new Queue<T>();
  private readonly limits: NewestLimits<T>;
  private size = 0;

  constructor(next: number, limits: NewestLimits<T>) {
    this.first = next;
    this.limits = limits;
  }

  /** Number of what comes next. */
  get next(): number {
    return this.first + this.items.length;
  }

  get bytes(): number {
    return this.size;
  }

  /** One that does not follow the last takes the place of all before it. */
  push(number: number, item: T): void {
    const { sizeOf, most, maxSize } = this.limits;
    if (number !== this.next) this.beginAt(number);
    this.items.push(item);
    this.size += sizeOf(item);
    while (this.items.length > 1 && (this.items.length > most || this.size > maxSize)) this.shift();
  }

  /** Nothing is held; this is the number of what comes next. */
  beginAt(next: number): void {
    this.items.clear();
    this.first = next;
    this.size = 0;
  }

  get(number: number): T | undefined {
    return number < this.first ? undefined : this.items.at(number - this.first);
  }

  /** Lets go of the oldest. */
  shift(): void {
    const oldest = this.items.at(0);
    if (oldest === undefined) return;
    this.size -= this.limits.sizeOf(oldest);
    this.items.shift();
    this.first++;
  }
}
