/**
 * One stream of changes: a place in their order, not a queue. It writes on from there as fast as its reader takes it,
 * and says what it could not tell (`missed`) and how far it is behind (`behind`).
 */
import type { ServerResponse } from 'node:http';
import type { ChangePage } from '../../contract/change-feed.ts';
import { type ChangeFilter, isChangeWanted } from '../../query/change-filter.ts';
import { type ChangeBoard, type Reader, type Told, toldOf } from './board.ts';

const PAGE = 200;
const WRITE_CHARACTERS = 64 * 1024;
/** Changes that a reader may be late without being told. */
const BEHIND = 1000;

export class Subscriber implements Reader {
  private readonly board: ChangeBoard;
  private readonly filter: ChangeFilter;
  private readonly out: ServerResponse;
  /** All up to this one was told, or is not wanted. */
  private position: number;
  /** The reader was given more than it takes. */
  private isFull = false;
  private isAsking = false;
  private isTold = false;
  private older: readonly Told[] = [];

  constructor(board: ChangeBoard, filter: ChangeFilter, out: ServerResponse, after: number) {
    this.board = board;
    this.filter = filter;
    this.out = out;
    this.position = after;
    out.on('drain', () => {
      this.isFull = false;
      this.advance();
    });
  }

  advance(): void {
    if (this.isFull) return this.countBehind();
    while (!this.isFull && !this.isAsking && !this.out.destroyed && this.position < this.board.newest) {
      const next = this.gather();
      if (next !== '') this.write(next);
      else if (this.nextTold() === undefined && this.position < this.board.newest) void this.askOlder();
    }
    if (this.position >= this.board.newest) this.isTold = false;
  }

  beat(): void {
    if (!this.isFull) this.write(`id: ${this.position}\n: \n\n`);
  }

  end(): void {
    this.out.end();
  }

  /** Tells what this stream cannot: changes that are not kept any more. */
  miss({ from, to }: { readonly from: number; readonly to: number }): void {
    this.write(`id: ${to}\nevent: missed\ndata: ${JSON.stringify({ from, to })}\n\n`);
    this.position = to;
    this.board.gaps.missed++;
  }

  /** Events from the place on, as many as one write is to have; empty when there are none here. */
  private gather(): string {
    let events = '';
    for (let told = this.nextTold(); told !== undefined && events.length < WRITE_CHARACTERS; told = this.nextTold()) {
      this.position = told.seq;
      if (isChangeWanted(this.filter, told.change)) events += told.event;
    }
    return events;
  }

  private nextTold(): Told | undefined {
    const seq = this.position + 1;
    const first = this.older[0]?.seq ?? seq;
    return this.board.get(seq) ?? this.older[seq - first];
  }

  private async askOlder(): Promise<void> {
    this.isAsking = true;
    try {
      const page = await this.board.page(this.position, PAGE);
      if (page !== undefined) this.takeOlder(page);
      else this.end();
    } catch {
      // Its reader comes back, with its place.
      this.end();
    } finally {
      this.isAsking = false;
    }
    this.advance();
  }

  private takeOlder({ changes, oldest }: ChangePage): void {
    // Who has nothing yet misses nothing of before the beginning.
    if (this.position === 0) this.position = Math.max(0, oldest - 1);
    else if (this.position < oldest - 1) this.miss({ from: this.position + 1, to: oldest - 1 });
    this.older = changes.map(toldOf);
    // Numbers that nobody has: not again the same question.
    if (this.older.length === 0) this.position = this.board.newest;
  }

  private countBehind(): void {
    const behind = this.board.newest - this.position;
    if (behind < BEHIND || this.isTold) return;
    this.isTold = true;
    this.board.gaps.behind++;
    this.out.write(`event: behind\ndata: ${JSON.stringify({ behind })}\n\n`);
  }

  private write(text: string): void {
    if (this.out.destroyed || this.out.writableEnded) return;
    this.isFull = !this.out.write(text);
  }
}
