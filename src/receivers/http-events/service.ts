/** Records over HTTP, as an HTTP listener sees them. */
import type { Answer } from '../listener/answer.ts';
import type { ConnectionReason } from '../listener/connection-reason.ts';
import type { Exchange } from '../listener/http/exchange.ts';
import type { HeadRules, HttpService, LastWord } from '../listener/http/service.ts';
import type { RequestLog } from '../listener/request-log.ts';
import type { Counters } from './counters.ts';
import { readHead } from './head.ts';
import type { Ingest } from './ingest.ts';
import { pathOf } from './path.ts';
import { requestSpan } from './request-span.ts';
import { lastWord, respond } from './respond.ts';

export class EventsHttp implements HttpService {
  readonly name = 'records over HTTP';
  readonly http2Hint = 'send records over HTTP/1.1';
  private readonly ingest: Ingest;
  private readonly counters: Counters;
  private readonly log: RequestLog;

  constructor(ingest: Ingest, counters: Counters, log: RequestLog) {
    this.ingest = ingest;
    this.counters = counters;
    this.log = log;
  }

  readHead(exchange: Exchange, rules: HeadRules): Answer | undefined {
    return readHead(exchange, rules, this.ingest.isTaken);
  }

  refusal(_exchange: Exchange, bodyIsRead: boolean): Answer | undefined {
    return this.ingest.refusal(bodyIsRead);
  }

  take(exchange: Exchange, bytes: Uint8Array): Answer | Promise<Answer> {
    return this.ingest.take(exchange.head, bytes);
  }

  malformed(reason: string, message: string): Answer {
    return this.ingest.malformed(reason, message);
  }

  respond(exchange: Exchange, answer: Answer, closing: boolean): void {
    respond(exchange, answer, closing);
  }

  settled(exchange: Exchange, answer: Answer): void {
    const path = pathOf(exchange.head.url);
    this.counters.request(path, answer.outcome, exchange.bytes, performance.now() - exchange.openedMs);
    if (answer.outcome !== 'accepted') this.declined(exchange.socket.remoteAddress, answer);
    const { tracer } = this.log;
    if (tracer !== undefined) tracer.record(requestSpan(path, exchange, answer));
  }

  declined(sender: string | undefined, answer: Answer): void {
    this.log.declined('http', sender, answer);
  }

  lastWord(answer: Answer): LastWord {
    return lastWord(answer);
  }

  connectionEnded(reason: ConnectionReason): void {
    this.counters.connectionEnded(reason);
  }

  watchConnections(limit: number, open: () => number): () => void {
    return this.counters.watchConnections(limit, open);
  }
}
