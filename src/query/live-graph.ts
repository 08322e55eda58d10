/**
 * The graph as of now for readers in a thread of their own: asks the graph's thread for what changed, and gives views of
 * a copy. A view shows everything that was taken in before it was asked for; who asks while an answer is under way
 * shares the next one.
 */
import type { DeltaPart } from '../contract/graph-delta.ts';
import type { GraphView, TopologyReader } from '../contract/graph-view.ts';
import type { IdentityRules } from '../contract/identity-rules.ts';
import { Replica } from '../graph/replica.ts';

/** In the thread of the graph itself. */
export function followGraph(reader: TopologyReader): LiveGraph {
  const graph = new LiveGraph(question => following.ask(question));
  const following = reader.follow(part => {
    graph.take(part);
    if (part.type === 'edges') following.release(part.buffer);
  });
  return graph;
}

export class LiveGraph {
  private readonly ask: (question: number) => void;
  private readonly replica = new Replica();
  private question = 0;
  private underWay: PromiseWithResolvers<GraphView> | undefined;
  private next: PromiseWithResolvers<GraphView> | undefined;

  /** @param ask sends a question; its answer comes to `take` or `refuse`. */
  constructor(ask: (question: number) => void) {
    this.ask = ask;
  }

  /** Those that names are resolved by, as of the last answer. */
  get rules(): IdentityRules {
    return this.replica.rules;
  }

  view(): Promise<GraphView> {
    this.next ??= Promise.withResolvers();
    const { promise } = this.next;
    if (this.underWay === undefined) this.send();
    return promise;
  }

  take(part: DeltaPart): void {
    this.replica.take(part);
    if (part.type === 'failed') this.refuse(part.answers, new Error(`the graph could not be read: ${part.failure}`));
    if (part.type !== 'end' && part.type !== 'unchanged') return;
    this.settle(part.answers, asking => asking.resolve(this.replica.current()));
  }

  /** There is no answer to this question. */
  refuse(question: number, error: Error): void {
    this.settle(question, asking => asking.reject(error));
  }

  private send(): void {
    this.underWay = this.next;
    this.next = undefined;
    this.ask(++this.question);
  }

  private settle(answered: number, by: (asking: PromiseWithResolvers<GraphView>) => void): void {
    const asking = this.underWay;
    if (asking === undefined || answered < this.question) return;
    this.underWay = undefined;
    try {
      by(asking);
    } catch (error) {
      asking.reject(error);
    }
    if (this.next !== undefined) this.send();
  }
}
