/**
 * The OTLP receiver: one `Ingest` behind a listener per configured protocol. When its options change, a listener whose
 * own did not stays untouched, with its connections.
 */
import type { Component, Consumers, Reconfiguration, Settings } from '../../contract/component.ts';
import { Guard } from '../../lib/listen/guard.ts';
import { openFileLimit, shareConnections } from '../../lib/listen/open-files.ts';
import { listenerSamples } from '../../telemetry/listener-metrics.ts';
import { OTLP_WAIT } from '../../telemetry/metrics/otlp.ts';
import { Admission } from '../listener/admission.ts';
import type { HttpOptions } from '../listener/http/options.ts';
import { HttpServer } from '../listener/http/server.ts';
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
  host.metrics(() =>
    [...listeners.values()].flatMap(({ protocol, guard }) => listenerSamples(guard, { component: id, protocol })),
  );

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
  return {
    async start() {
      admission.start();
      for (const listener of listeners.values()) {
        await listener.start();
        listener.announce();
      }
    },
    async stop() {
      await Promise.all([...listeners.values()].map(listener => listener.stop()));
      admission.stop();
      requestLog.stop();
    },
    refresh: () => ({
      commit: () => {
        for (const listener of listeners.values()) listener.refresh();
      },
      rollback: () => {},
    }),
    async reconfigure(given: OtlpConfig): Promise<Reconfiguration> {
      const { commit, rollback } = await prepareAll(listeners, optionsOf(settings, given), create);
      const commitAll = () => {
        admission.setMaxWait(maxWaitMs(given));
        return commit();
      };
      return { commit: commitAll, rollback };
    },
  };
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
function optionsOf(settings: Settings, config: OtlpConfig): AllOptions {
  const { grpc, http } = config.protocols;
  const fit = connectionsThatFit(settings, config);
  return {
    grpc: grpc === undefined ? undefined : { ...toGrpcOptions(grpc), ...fit.grpc },
    http: http === undefined ? undefined : { ...toHttpOptions(http), ...fit.http },
  };
}

/** `max_connections` of each protocol, made smaller (and said so) where the limit of open files leaves no room for it. */
function connectionsThatFit({ logger }: Settings, { protocols }: OtlpConfig) {
  const grpc = protocols.grpc === undefined ? 0 : toGrpcOptions(protocols.grpc).maxConnections;
  const http = protocols.http === undefined ? 0 : toHttpOptions(protocols.http).maxConnections;
  const openFiles = openFileLimit();
  const [grpcFit = 0, httpFit = 0] = shareConnections([grpc, http], openFiles);
  if (grpcFit + httpFit < grpc + http) {
    const fields = { openFiles, grpc: grpcFit, http: httpFit };
    logger.warn(fields, 'max_connections is more than the limit of open files allows: raise it (ulimit -n)');
  }
  return { grpc: { maxConnections: grpcFit }, http: { maxConnections: httpFit } };
}
