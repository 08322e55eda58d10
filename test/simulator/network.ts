/**
 * Clients and the network between them and the service. A request is sent again until its answer has come; it may be
 * lost, come twice, late or in another order, and so may its answer; a connection ends with the process.
 */
import type { Encoding } from '../../src/receivers/otlp/signal.ts';
import type { Random } from '../oracle/random.ts';
import type { Request } from './traffic.ts';

interface Message {
  readonly number: number;
  /** Undefined on the way to the service. */
  readonly isTaken?: boolean;
}

/** Requests that clients have open at once. */
const OPEN = 6;
const MOST_ABANDONED = 2;

export class Network {
  readonly requests: readonly Request[];
  /** Requests whose senders wait no more: for their answers came, or they gave up. */
  private readonly closed = new Set<number>();
  private abandoned = 0;
  private messages: Message[] = [];

  constructor(requests: readonly Request[]) {
    this.requests = requests;
  }

  get isDone(): boolean {
    return this.closed.size === this.requests.length;
  }

  /** One of those that wait, for the first time or after a time-out. */
  send(random: Random): void {
    const open = this.open();
    if (open.length > 0) this.messages.push({ number: random.pick(open) });
  }

  deliver(random: Random, take: (number: number, body: Uint8Array, encoding: Encoding) => void): void {
    const message = this.take(random);
    if (message === undefined) return;
    const { number, isTaken } = message;
    if (isTaken === true) this.closed.add(number);
    else if (isTaken === undefined) take(number, this.requests[number]!.body, this.requests[number]!.encoding);
  }

  answer(number: number, isTaken: boolean): void {
    this.messages.push({ number, isTaken });
  }

  lose(random: Random): void {
    this.take(random);
  }

  repeat(random: Random): void {
    if (this.messages.length > 0) this.messages.push(random.pick(this.messages));
  }

  /** A sender gives up. */
  abandon(random: Random): void {
    const open = this.open();
    if (open.length === 0 || this.abandoned === MOST_ABANDONED) return;
    this.abandoned++;
    this.closed.add(random.pick(open));
  }

  /** Most of what is on its way is lost; what stands before a proxy may come to the next process. */
  closeConnections(random: Random): void {
    this.messages = this.messages.filter(() => random.chance(0.3));
  }

  /** The bytes of a request, cut, with an end that is none. */
  garbage(random: Random): Uint8Array {
    const { body } = random.pick(this.requests);
    const cut = Uint8Array.from(body.subarray(0, 1 + random.below(body.length - 1)));
    cut[cut.length - 1] = 0xff;
    return cut;
  }

  private open(): number[] {
    const open: number[] = [];
    for (let number = 0; number < this.requests.length && open.length < OPEN; number++) {
      if (!this.closed.has(number)) open.push(number);
    }
    return open;
  }

  private take(random: Random): Message | undefined {
    if (this.messages.length === 0) return undefined;
    return this.messages.splice(random.below(this.messages.length), 1)[0];
  }
}
