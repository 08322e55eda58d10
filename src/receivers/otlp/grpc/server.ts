/** OTLP over gRPC: takes raw messages, hands them to `Ingest`, answers with hand-written bytes. */
import { logVerbosity, Server, ServerCredentials, type ServerOptions, setLogVerbosity } from '@grpc/grpc-js';
import { formatEndpoint, parseEndpoint } from '../../../lib/listen/endpoint.ts';
import { type Answer, decline } from '../answer.ts';
import type { GrpcOptions } from '../config.ts';
import type { Counters } from '../counters.ts';
import { freeBytes } from '../free-bytes.ts';
import type { Ingest } from '../ingest.ts';
import { METRICS_ANSWER, type Signal } from '../signal.ts';
import { type ExportCall, type ExportReply, exportService, reply } from './calls.ts';

/** How long `stop` waits for calls in flight. */
const DRAIN_MS = 10_000;

// grpc-js writes to stderr on its own; what matters reaches the caller as an error.
setLogVerbosity(logVerbosity.NONE);

export class GrpcServer {
  private readonly options: GrpcOptions;
  private readonly ingest: Ingest;
  private readonly counters: Counters;
  private readonly server: Server;
  private started = false;

  constructor(options: GrpcOptions, ingest: Ingest, counters: Counters) {
    this.options = options;
    this.ingest = ingest;
    this.counters = counters;
    this.server = new Server(toServerOptions(options));
    this.serve('trace.v1.TraceService', 'traces', bytes => ingest.traces(bytes, 'protobuf'));
    this.serve('logs.v1.LogsService', 'logs', bytes => ingest.logs(bytes, 'protobuf'));
    this.serve('metrics.v1.MetricsService', 'metrics', () => decline('not_found', METRICS_ANSWER));
  }

  /** Resolves with the address as bound; rejects with grpc-js's error when it cannot be. */
  start(): Promise<string> {
    const { host: named, port } = parseEndpoint(this.options.endpoint);
    const host = named === '' ? '0.0.0.0' : named;
    return new Promise((resolve, reject) => {
      this.server.bindAsync(formatEndpoint({ host, port }), ServerCredentials.createInsecure(), (error, bound) => {
        if (error !== null) {
          reject(error);
          return;
        }
        this.started = true;
        resolve(formatEndpoint({ host, port: bound }));
      });
    });
  }

  /** Takes no more calls, lets those in flight finish within a bound, closes every connection. */
  stop(): Promise<void> {
    if (!this.started) {
      this.server.forceShutdown();
      return Promise.resolve();
    }
    return new Promise(resolve => {
      const timer = setTimeout(() => this.server.forceShutdown(), DRAIN_MS);
      this.server.tryShutdown(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  private serve(service: string, signal: Signal, take: (bytes: Buffer) => Answer | Promise<Answer>): void {
    const finish = (callback: ExportReply, bytes: number, answer: Answer, call: ExportCall, ms: number) => {
      this.counters.request('grpc', signal, 'protobuf', answer.outcome, bytes, ms);
      if (answer.outcome !== 'accepted') this.ingest.log.declined('grpc', senderOf(call), answer);
      reply(callback, answer);
    };
    this.server.addService(exportService(service), {
      Export: (call: ExportCall, callback: ExportReply) => {
        const { length } = call.request;
        const began = performance.now();
        const took = () => performance.now() - began;
        const answer = take(call.request);
        freeBytes(call.request);
        if (answer instanceof Promise) answer.then(later => finish(callback, length, later, call, took()));
        else finish(callback, length, answer, call, took());
      },
    });
  }
}

/** The address of the caller, without its port. */
function senderOf(call: ExportCall): string {
  const peer = call.getPeer();
  return peer.slice(0, peer.lastIndexOf(':')).replace(/^\[|\]$/g, '');
}

function toServerOptions(options: GrpcOptions): ServerOptions {
  const age = options.maxConnectionAgeMs;
  return {
    'grpc.max_receive_message_length': options.maxMessageBytes,
    'grpc.max_concurrent_streams': options.maxConcurrentStreams,
    'grpc.max_connection_idle_ms': options.maxConnectionIdleMs,
    ...(age === undefined ? {} : { 'grpc.max_connection_age_ms': age }),
    'grpc.max_connection_age_grace_ms': options.maxConnectionAgeGraceMs,
    'grpc.keepalive_time_ms': options.keepaliveTimeMs,
    'grpc.keepalive_timeout_ms': options.keepaliveTimeoutMs,
  };
}
