/**
 * Bytes of one request in, its answer out. Begin, decode and commit run in one turn, so requests never interleave;
 * only the wait for the journal may be a promise. The bytes may be reused as soon as a method has returned.
 */
import type { Consumers } from '../../contract/component.ts';
import type { LogConsumer, PushResult, SpanConsumer } from '../../contract/consumer.ts';
import type { SpanView } from '../../contract/span-view.ts';
import { MalformedError } from '../../encodings/malformed.ts';
import type { Admission } from '../listener/admission.ts';
import { ACCEPTED, type Answer, decline, errorToAnswer } from '../listener/answer.ts';
import type { RequestLog } from '../listener/request-log.ts';
import type { Codec, Decode } from './codec.ts';
import type { Counters } from './counters.ts';
import type { Encoding, Signal } from './signal.ts';

export class Ingest {
  readonly consumers: Consumers;
  private readonly codec: Codec;
  private readonly counters: Counters;
  readonly log: RequestLog;
  private readonly admission: Admission;
  private view: SpanView;
  private createView: () => SpanView;

  constructor(codec: Codec, consumers: Consumers, counters: Counters, log: RequestLog, admission: Admission) {
    this.codec = codec;
    this.consumers = consumers;
    this.counters = counters;
    this.log = log;
    this.admission = admission;
    this.createView = consumers.createView ?? codec.createView;
    this.view = this.createView();
  }

  /**
   * The answer to a request that would not be taken now, before anything is done for it; undefined: go on. Worth asking
   * when the head of a request is there, and before a body is inflated.
   */
  refusal(signal: Signal, bodyIsRead = false): Answer | undefined {
    const late = this.admission.check(bodyIsRead);
    if (late !== undefined) return late;
    const consumer = signal === 'logs' ? this.consumers.logs : this.consumers.traces;
    try {
      consumer?.admit?.();
      return undefined;
    } catch (error) {
      return this.fail(error);
    }
  }

  /**
   * Never throws and never rejects. A promise only when the consumer's commit gave one.
   * @param sender the connection: the same object for requests that come behind each other.
   */
  traces(bytes: Uint8Array, encoding: Encoding, sender: object): Answer | Promise<Answer> {
    const { traces: consumer } = this.consumers;
    if (consumer === undefined) return decline('not_found', absent('traces'));
    const decode = encoding === 'json' ? this.codec.tracesJson : this.codec.traces;
    return this.take(bytes, decode, consumer, sender, resultToAnswer);
  }

  /** As `traces`. */
  logs(bytes: Uint8Array, encoding: Encoding, sender: object): Answer | Promise<Answer> {
    const { logs: consumer } = this.consumers;
    if (consumer === undefined) return decline('not_found', absent('logs'));
    const decode = encoding === 'json' ? this.codec.logsJson : this.codec.logs;
    return this.take(bytes, decode, consumer, sender, this.takenLogs);
  }

  private take<C extends SpanConsumer | LogConsumer>(
    bytes: Uint8Array,
    decode: Decode<C>,
    consumer: C,
    sender: object,
    answer: (result: PushResult) => Answer,
  ): Answer | Promise<Answer> {
    const late = this.admission.check(true);
    if (late !== undefined) return late;
    const { createView } = this.consumers;
    if (createView !== this.createView && createView !== undefined) this.renewView(createView);
    try {
      consumer.begin();
    } catch (error) {
      return this.fail(error);
    }
    const declined = this.decode(bytes, decode, consumer);
    if (declined !== undefined) return declined;
    try {
      const result = consumer.commit(sender);
      return result instanceof Promise ? result.then(answer, error => this.fail(error)) : answer(result);
    } catch (error) {
      return this.fail(error);
    }
  }

  private readonly takenLogs = (result: PushResult): Answer => {
    this.counters.logsAccepted(result.accepted);
    return resultToAnswer(result);
  };

  /** Answers for a request whose bytes could not be read, under a snake_case reason. */
  malformed(reason: string, message: string): Answer {
    this.counters.malformed(reason);
    return decline('malformed', message);
  }

  /** A reload moved the slots of the attributes. */
  private renewView(createView: () => SpanView): void {
    this.createView = createView;
    this.view = createView();
  }

  private decode<C extends SpanConsumer | LogConsumer>(
    bytes: Uint8Array,
    decode: Decode<C>,
    consumer: C,
  ): Answer | undefined {
    try {
      decode(bytes, this.view, consumer);
      return undefined;
    } catch (error) {
      const answer = this.fail(error);
      consumer.abort(error instanceof MalformedError ? error.reason : answer.outcome);
      return answer;
    }
  }

  private fail(error: unknown): Answer {
    if (error instanceof MalformedError) return this.malformed(error.reason, error.message);
    const answer = errorToAnswer(error);
    if (answer.outcome === 'failed') this.log.failed(error);
    return answer;
  }
}

function resultToAnswer(result: PushResult): Answer {
  if (result.rejected === 0 && result.message === '') return ACCEPTED;
  return { outcome: 'partial', rejected: result.rejected, message: result.message, retryAfterSeconds: 0 };
}

function absent(signal: 'traces' | 'logs'): string {
  return `${signal} are not taken here: no ${signal} pipeline of this service lists this receiver`;
}
