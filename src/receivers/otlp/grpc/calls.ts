/**
 * The calls of one OTLP/gRPC server: reads heads and messages within their limits, hands whole messages to `Ingest`,
 * answers each once. Uncompressed and small gzip messages are handled in the turn in which they end, without promises,
 * timers or closures of their own.
 */
import type { TracedWork } from '../../../contract/tracer.ts';
import type { Connection } from '../../../lib/http2/connection.ts';
import type { Handler } from '../../../lib/http2/handler.ts';
import type { Field } from '../../../lib/http2/hpack/fields.ts';
import type { Connections } from '../../../lib/listen/connections.ts';
import type { Guard } from '../../../lib/listen/guard.ts';
import { type Answer, decline, refuse } from '../../listener/answer.ts';
import { BodyMemory } from '../../listener/body-memory.ts';
import { type Inflated, InlineInflater, inflateAside } from '../../listener/inflate.ts';
import { isTrickle, PATIENCE_MS } from '../../listener/slow-senders.ts';
import type { GrpcOptions } from '../config.ts';
import type { Counters } from '../counters.ts';
import type { Ingest } from '../ingest.ts';
import { requestSpan } from '../request-span.ts';
import { Call } from './call.ts';
import { type HeadRules, readHead } from './head.ts';
import { Message, type MessageProblem } from './message.ts';
import { respond, respondPlainly } from './replies.ts';

const NO_MEMORY = refuse('too many messages are being read (max_inflight_body_size); try again', 1);
const GAVE_WAY = refuse('the message came slowly and its memory was needed (max_inflight_body_size); try again', 1);
const STOPPING = refuse('the receiver is stopping; try again', 1);
const TOO_LATE = decline('timed_out', 'the message did not arrive within the deadline of the call');
const NOT_GRPC = decline('unsupported', 'this is no gRPC: send POST with content-type application/grpc');

interface CallSurroundings {
  readonly connections: Connections;
  /** Asked anew for each call: its tokens may come and go. */
  readonly guard: Guard;
}

export class Calls implements Handler<Call> {
  /** Calls that were neither answered nor given up. */
  inFlight = 0;
  stopping = false;
  private options: GrpcOptions;
  private readonly ingest: Ingest;
  private readonly counters: Counters;
  private readonly connections: Connections;
  private readonly headRules: HeadRules;
  private readonly memory: BodyMemory;
  private inflater: InlineInflater;
  /** Calls whose message is still arriving; the first has been arriving longest. */
  private readonly reading = new Set<Call>();

  constructor(options: GrpcOptions, ingest: Ingest, counters: Counters, { connections, guard }: CallSurroundings) {
    this.options = options;
    this.ingest = ingest;
    this.counters = counters;
    this.connections = connections;
    this.headRules = { consumers: ingest.consumers, guard };
    this.memory = new BodyMemory(options.maxInflightBytes);
    this.inflater = new InlineInflater(options.maxMessageBytes);
  }

  /** For calls that are under way, too. */
  setOptions(options: GrpcOptions): void {
    if (options.maxMessageBytes !== this.options.maxMessageBytes) {
      this.inflater = new InlineInflater(options.maxMessageBytes);
    }
    this.memory.limit = options.maxInflightBytes;
    this.options = options;
  }

  create(connection: Connection<Call>, id: number): Call {
    return new Call(connection, id);
  }

  open(call: Call, fields: readonly Field[]): void {
    this.inFlight += 1;
    this.connections.touch(call.connection.socket);
    const answer = this.stopping
      ? STOPPING
      : (readHead(call, fields, this.headRules) ?? this.ingest.refusal(call.signal));
    if (typeof answer === 'number') {
      this.close(call, NOT_GRPC);
      respondPlainly(call, answer);
    } else if (answer !== undefined) this.settle(call, answer);
    else if (call.isWhole) this.settle(call, this.ingest.malformed('no_message', 'the call has no message'));
    else {
      call.message = new Message(this.memory, this.options.maxMessageBytes);
      this.reading.add(call);
    }
  }

  data(call: Call, bytes: Buffer, start: number, end: number, isLast: boolean): void {
    if (call.settled) return;
    const message = call.message!;
    call.pieces += 1;
    const problem = this.append(call, message, bytes, start, end, isLast);
    call.bytes = message.received;
    if (problem !== undefined) this.settle(call, this.problemToAnswer(problem));
    else if (isLast) this.finish(call, message);
    else if (isTrickle(call.pieces, call.bytes)) this.cutOff(call);
  }

  abort(call: Call): void {
    if (!call.settled) this.close(call, decline('aborted', ''));
  }

  look(call: Call, nowMs: number): void {
    if (call.settled || call.isWhole) return;
    const { readTimeoutMs } = this.options;
    if (nowMs > call.deadlineMs) this.settle(call, TOO_LATE);
    else if (nowMs - call.openedMs > readTimeoutMs) {
      this.counters.connectionEnded('grpc', 'slow_body');
      this.settle(call, decline('timed_out', `the message did not arrive within ${readTimeoutMs} ms (read_timeout)`));
    }
  }

  private append(
    call: Call,
    message: Message,
    bytes: Buffer,
    start: number,
    end: number,
    isLast: boolean,
  ): MessageProblem | undefined {
    const problem = message.append(bytes, start, end, isLast);
    if (problem !== 'no_memory') return problem;
    const now = performance.now();
    for (const slow of this.reading) {
      if (now - slow.openedMs < PATIENCE_MS) break;
      if (slow === call || !slow.message!.holdsMemory) continue;
      this.settle(slow, GAVE_WAY);
      const again = message.append(bytes, start, end, isLast);
      if (again !== 'no_memory') return again;
    }
    return problem;
  }

  private problemToAnswer(problem: MessageProblem): Answer {
    if (problem === 'no_memory') return NO_MEMORY;
    if (problem === 'too_large') return this.tooLarge('is');
    return problem === 'bad_flag'
      ? this.ingest.malformed('bad_message', 'the message begins with neither 0 nor 1')
      : this.ingest.malformed('bad_message', 'the call has more than one message, or more than its length says');
  }

  private tooLarge(verb: string): Answer {
    const max = this.options.maxMessageBytes;
    const text = `the message ${verb} more than ${max} bytes (max_recv_msg_size_mib); send smaller batches`;
    return decline('too_large', text);
  }

  /** Whoever sends byte by byte is not read to the end. */
  private cutOff(call: Call): void {
    this.counters.connectionEnded('grpc', 'slow_body');
    this.settle(call, this.ingest.malformed('many_chunks', 'the message comes in pieces of a few bytes each'));
  }

  private finish(call: Call, message: Message): void {
    this.reading.delete(call);
    call.held = true;
    this.connections.hold(call.connection.socket, 1);
    if (!message.isWhole) {
      this.settle(call, this.ingest.malformed('bad_message', 'the message is shorter than its length says'));
    } else if (performance.now() > call.deadlineMs) this.settle(call, TOO_LATE);
    else if (!message.isCompressed) this.push(call, message.bytes());
    else this.inflate(call, message);
  }

  private inflate(call: Call, message: Message): void {
    if (!call.gzip) {
      const text = 'the message is compressed, but grpc-encoding does not say how';
      this.settle(call, this.ingest.malformed('bad_message', text));
      return;
    }
    const late = this.ingest.refusal(call.signal, true);
    const inflated = late === undefined ? this.inflater.inflate(message.bytes()) : undefined;
    if (late !== undefined) this.settle(call, late);
    else if (inflated !== undefined) this.pushInflated(call, inflated);
    else if (message.own()) this.inflateAside(call, message.bytes());
    else this.settle(call, NO_MEMORY);
  }

  /** The message keeps the compressed bytes until the thread pool is done with them. */
  private inflateAside(call: Call, bytes: Uint8Array): void {
    call.inflating = true;
    inflateAside(bytes, this.options.maxMessageBytes, this.memory, result => {
      call.inflating = false;
      if (call.settled) call.message!.release();
      else if (performance.now() > call.deadlineMs) this.settle(call, TOO_LATE);
      else this.pushInflated(call, result);
    });
  }

  private pushInflated(call: Call, inflated: Inflated): void {
    if (inflated.kind === 'bytes') {
      call.bytes = inflated.bytes.length;
      this.push(call, inflated.bytes);
    } else if (inflated.kind === 'no_memory') this.settle(call, NO_MEMORY);
    else if (inflated.kind === 'malformed') this.settle(call, this.ingest.malformed('bad_gzip', inflated.message));
    else this.settle(call, this.tooLarge('inflates to'));
  }

  private push(call: Call, bytes: Uint8Array): void {
    const { ingest } = this;
    const { connection, signal } = call;
    const answer =
      signal === 'logs' ? ingest.logs(bytes, 'protobuf', connection) : ingest.traces(bytes, 'protobuf', connection);
    call.message!.release();
    if (answer instanceof Promise) answer.then(later => this.settle(call, later));
    else this.settle(call, answer);
  }

  /** Answers once and frees what the call holds. */
  private settle(call: Call, answer: Answer): void {
    if (call.settled) return;
    this.close(call, answer);
    respond(call, answer);
  }

  private close(call: Call, answer: Answer): void {
    call.settled = true;
    if (!call.inflating) call.message?.release();
    if (call.held) this.connections.hold(call.connection.socket, -1);
    else this.reading.delete(call);
    const { signal, bytes, openedMs } = call;
    this.counters.request('grpc', signal, 'protobuf', answer.outcome, bytes, performance.now() - openedMs);
    const { log } = this.ingest;
    if (answer.outcome !== 'accepted') log.declined('grpc', call.connection.socket.remoteAddress, answer);
    if (log.tracer !== undefined) log.tracer.record(spanOf(call, answer));
    this.inFlight -= 1;
  }
}

function spanOf({ signal, traceparent, openedMs, bytes }: Call, answer: Answer): TracedWork {
  return requestSpan({ protocol: 'grpc', signal, parent: traceparent, beganMs: openedMs, bytes, answer });
}
