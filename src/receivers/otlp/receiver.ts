/**
 * The OTLP receiver: one `Ingest` behind a listener per configured protocol. When its options change, a listener whose
 * own did not stays untouched, with its connections.
 */
import type { Component, Consumers, Reconfiguration, Settings } from '../../contract/component.ts';
import { Guard } from '../../lib/listen/guard.ts';
import { OTLP_WAIT } from '../../telemetry/metrics/otlp.ts';
import { Admission } from '../listener/admission.ts';
import type { HttpOptions } from '../listener/http/options.ts';
import { HttpServer } from '../listener/http/server.ts';
import { connectionsThatFit, listeningReceiver } from '../listener/listening-receiver.ts';
import { maxWaitMs } from '../listener/options.ts';
import { PROTOCOLS, type Protocol } from '../listener/protocol.ts';
import { type ListenOptions, ProtocolListener } from '../listener/protocol-listener.ts';
import { prepareListener } from '../listener/reconfigure.ts';
import { RequestLog } from '../listener/request-log.ts';
import type { Codec } from './codec.ts';
import { type GrpcOptions, type OtlpConfig, toGrpcOptions, toHttpOptions } from './config.ts';
import { Counters } from './counters.ts';
import { GrpcServer } from './grpc/server.ts';
import { OtlpHttp } from './http/service.ts';
import { Ingest } from './ingest.ts';

const SPEAKS: Readonly<Record<Protocol, string>> = { grpc: 'OTLP/gRPC', http: 'OTLP/HTTP' };

export function createOtlpReceiver(
  settings: Settings,
  config: OtlpConfig,
  consumers: Consumers,
  codec: Codec,
): Component {
  const { id, host, logger, clock } = settings;
  const counters = new Counters(id);
  const admission = new Admission(maxWaitMs(config));
  const requestLog = new RequestLog('OTLP', logger, host.tracer);
  const ingest = new Ingest(codec, consumers, counters, requestLog, admission);
  const otlpHttp = new OtlpHttp(ingest, counters);
  const listeners = new Map<Protocol, ProtocolListener>();
  host.metrics(() => [...counters.collect(), OTLP_WAIT.sample(admission.waitMs() / 1000, { receiver: id })]);

  function create(protocol: Protocol, options: ListenOptions): ProtocolListener {
    const guard = new Guard((options as GrpcOptions | HttpOptions).guard, logger, () => clock.now());
    const server =
      protocol === 'grpc'
        ? new GrpcServer(options as GrpcOptions, ingest, counters, { logger, guard })
        : new HttpServer(options as HttpOptions, otlpHttp, { logger, guard });
    const place = { id, path: `receivers.${id}.protocols.${protocol}`, speaks: SPEAKS[protocol] };
    return new ProtocolListener(settings, { protocol, place, options, server, guard });
  }

  const first = optionsOf(settings, config);
  for (const protocol of PROTOCOLS) {
    const options = first[protocol];
    if (options !== undefined) listeners.set(protocol, create(protocol, options));
  }
  return listeningReceiver<OtlpConfig>({
    settings,
    listeners,
    admission,
    log: requestLog,
    prepare: given => prepareAll(listeners, optionsOf(settings, given), create),
    takeOver: given => admission.setMaxWait(maxWaitMs(given)),
  });
}

type AllOptions = Readonly<Record<Protocol, ListenOptions | undefined>>;

/** Throws a `StartError`, with everything as it was. */
async function prepareAll(
  listeners: Map<Protocol, ProtocolListener>,
  next: AllOptions,
  create: (protocol: Protocol, options: ListenOptions) => ProtocolListener,
): Promise<Reconfiguration> {
  const prepared: Reconfiguration[] = [];
  const rollback = async () => {
    for (const one of prepared) await one.rollback();
  };
  try {
    for (const protocol of PROTOCOLS) {
      prepared.push(await prepareListener(protocol, listeners, next[protocol], one => create(protocol, one)));
    }
  } catch (error) {
    await rollback();
    throw error;
  }
  return { commit: async () => void (await Promise.all(prepared.map(one => one.commit()))), rollback };
}

/** Undefined for a protocol that is not listed. */
function optionsOf(settings: Settings, { protocols }: OtlpConfig): AllOptions {
  const grpc = protocols.grpc === undefined ? undefined : toGrpcOptions(protocols.grpc);
  const http = protocols.http === undefined ? undefined : toHttpOptions(protocols.http);
  const wanted = { grpc: grpc?.maxConnections ?? 0, http: http?.maxConnections ?? 0 };
  const fit = connectionsThatFit(settings, wanted);
  return { grpc: withConnections(grpc, fit.grpc), http: withConnections(http, fit.http) };
}

function withConnections<O extends GrpcOptions | HttpOptions>(options: O | undefined, maxConnections: number) {
  return options && { ...options, maxConnections };
}
