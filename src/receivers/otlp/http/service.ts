/** OTLP over HTTP, as an HTTP listener sees it: heads and answers of OTLP before and behind `Ingest`. */
import type { TracedWork } from '../../../contract/tracer.ts';
import type { Answer } from '../../listener/answer.ts';
import type { ConnectionReason } from '../../listener/connection-reason.ts';
import type { Exchange } from '../../listener/http/exchange.ts';
import type { HeadRules, HttpService, LastWord } from '../../listener/http/service.ts';
import type { Counters } from '../counters.ts';
import type { Ingest } from '../ingest.ts';
import { requestSpan } from '../request-span.ts';
import { readHead } from './head.ts';
import { CONTENT_TYPE, respond, statusBody } from './respond.ts';

export class OtlpHttp implements HttpService {
  readonly name = 'OTLP/HTTP';
  readonly http2Hint = 'send OTLP/gRPC to the endpoint of protocols.grpc';
  private readonly ingest: Ingest;
  private readonly counters: Counters;

  constructor(ingest: Ingest, counters: Counters) {
    this.ingest = ingest;
    this.counters = counters;
  }

  readHead(exchange: Exchange, rules: HeadRules): Answer | undefined {
    return readHead(exchange, rules, this.ingest.consumers);
  }

  refusal({ otlpSignal }: Exchange, bodyIsRead: boolean): Answer | undefined {
    return this.ingest.refusal(otlpSignal, bodyIsRead);
  }

  take({ otlpSignal, encoding, socket }: Exchange, bytes: Uint8Array): Answer | Promise<Answer> {
    const { ingest } = this;
    return otlpSignal === 'logs' ? ingest.logs(bytes, encoding, socket) : ingest.traces(bytes, encoding, socket);
  }

  malformed(reason: string, message: string): Answer {
    return this.ingest.malformed(reason, message);
  }

  respond(exchange: Exchange, answer: Answer, closing: boolean): void {
    respond(exchange, answer, closing);
  }

  settled(exchange: Exchange, answer: Answer): void {
    const { otlpSignal, encoding, bytes, openedMs } = exchange;
    this.counters.request('http', otlpSignal, encoding, answer.outcome, bytes, performance.now() - openedMs);
    if (answer.outcome !== 'accepted') this.declined(exchange.socket.remoteAddress, answer);
    const { tracer } = this.ingest.log;
    if (tracer !== undefined) tracer.record(spanOf(exchange, answer));
  }

  declined(sender: string | undefined, answer: Answer): void {
    this.ingest.log.declined('http', sender, answer);
  }

  lastWord(answer: Answer): LastWord {
    return { contentType: CONTENT_TYPE.json, text: statusBody(answer, 'json').toString() };
  }

  connectionEnded(reason: ConnectionReason): void {
    this.counters.connectionEnded('http', reason);
  }

  watchConnections(limit: number, open: () => number): () => void {
    return this.counters.watchConnections('http', limit, open);
  }
}

function spanOf({ otlpSignal, head, openedMs, bytes }: Exchange, answer: Answer): TracedWork {
  const { traceparent } = head.headers;
  const parent = typeof traceparent === 'string' ? traceparent : undefined;
  return requestSpan({ protocol: 'http', signal: otlpSignal, parent, beganMs: openedMs, bytes, answer });
}
