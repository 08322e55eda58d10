/** The service's side of the API's thread: what it asks is answered here, at little cost for the ingest. */
import type { ChangeFeed, ChangePage } from '../../contract/change-feed.ts';
import type { Host, MetricSample } from '../../contract/component.ts';
import type { Following } from '../../contract/graph-delta.ts';
import type { TopologyReader } from '../../contract/graph-view.ts';
import type { Question, Questions } from '../questions.ts';
import type { FromApi, ToApi } from './messages.ts';

export class Answers {
  /** The API's own numbers, as it told them last. */
  samples: readonly MetricSample[] = [];
  private readonly host: Host;
  private readonly send: (message: ToApi) => void;
  private following: { readonly of: TopologyReader; readonly by: Following } | undefined;

  private heard: { readonly of: ChangeFeed; readonly end: () => void } | undefined;

  constructor(host: Host, send: (message: ToApi) => void) {
    this.host = host;
    this.send = send;
  }

  take(message: FromApi): void {
    if (message.type === 'graph') this.askGraph(message.question);
    else if (message.type === 'release') this.following?.by.release(message.buffer);
    else if (message.type === 'samples') this.samples = message.samples;
    else if (message.type === 'ask') void this.answer(message.number, message.question, message.asks);
  }

  /** Nothing is sent any more. */
  close(): void {
    this.following?.by.close();
    this.following = undefined;
    this.heard?.end();
    this.heard = undefined;
  }

  private askGraph(question: number): void {
    const reader = this.host.topology();
    if (this.following !== undefined && this.following.of !== reader) this.close();
    if (reader === undefined) {
      this.send({ type: 'no-graph', question });
      return;
    }
    this.following ??= { of: reader, by: reader.follow(part => this.send({ type: 'delta', part })) };
    this.following.by.ask(question);
  }

  private async changes({ after, limit }: Questions['changes']['asks']): Promise<ChangePage | undefined> {
    const feed = this.host.topology()?.changes;
    if (feed === undefined || !(await isReady(feed))) return undefined;
    this.hear(feed);
    return feed.read(after, limit);
  }

  /** From now on, what it publishes is told. */
  private hear(feed: ChangeFeed | undefined): void {
    if (this.heard?.of === feed) return;
    this.heard?.end();
    const tell = (texts: readonly string[], first: number) => this.send({ type: 'changes', texts, first });
    this.heard = feed === undefined ? undefined : { of: feed, end: feed.follow(tell) };
  }

  /** None while they are being brought back: each copy of the graph by then is one more of what is not the graph yet. */
  private edges(): number | undefined {
    const reader = this.host.topology();
    this.hear(reader?.changes);
    return reader?.storage()?.state === 'recovering' ? undefined : reader?.edgeCount();
  }

  private async answer(number: number, question: Question, asks: unknown): Promise<void> {
    try {
      this.send({ type: 'answer', number, answer: await this.answerTo(question, asks) });
    } catch (error) {
      this.send({ type: 'answer', number, answer: undefined, failure: String(error) });
    }
  }

  private answerTo(question: Question, asks: unknown): Questions[Question]['answer'] | Promise<unknown> {
    switch (question) {
      case 'status':
        return this.host.status();
      case 'tiers':
        return this.host.topology()?.tiers();
      case 'checkup':
        return this.host.topology()?.checkup();
      case 'edges':
        return this.edges();
      case 'trace':
        return this.host.topology()?.trace(asks as Questions['trace']['asks']);
      case 'past':
        return this.host.topology()?.past.ask(asks as Questions['past']['asks']);
      case 'series':
        return this.host.topology()?.past.series(asks as Questions['series']['asks']);
      case 'history':
        return this.host.topology()?.past.status();
      case 'changes-status':
        return this.host.topology()?.changes.status();
      case 'changes':
        return this.changes(asks as Questions['changes']['asks']);
      case 'metrics':
        this.samples = asks as Questions['metrics']['asks'];
        return this.host.collectMetrics();
    }
  }
}

/** Now: a start that takes long is no reason to wait. */
function isReady(feed: ChangeFeed): Promise<boolean> {
  return Promise.race([feed.ready().then(() => true), new Promise<boolean>(resolve => setImmediate(resolve, false))]);
}
