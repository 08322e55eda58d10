/** The OTLP receiver: one `Ingest` behind a listener per configured protocol. */
import type { Component, Consumers, Settings } from '../../contract/component.ts';
import { Guard, type GuardFacts } from '../../lib/listen/guard.ts';
import { openFileLimit, shareConnections } from '../../lib/listen/open-files.ts';
import { listenerSamples } from '../../telemetry/listener-metrics.ts';
import { OTLP_WAIT } from '../../telemetry/metrics.ts';
import { Admission } from './admission.ts';
import { bindError } from './bind-error.ts';
import type { Codec } from './codec.ts';
import { maxWaitMs, type OtlpConfig, toGrpcOptions, toHttpOptions } from './config.ts';
import { Counters } from './counters.ts';
import { GrpcServer } from './grpc/server.ts';
import { HttpServer } from './http/server.ts';
import { Ingest } from './ingest.ts';
import { RequestLog } from './request-log.ts';
import type { Protocol } from './signal.ts';

interface ProtocolServer {
  readonly protocol: Protocol;
  readonly endpoint: string;
  readonly facts: GuardFacts;
  readonly server: { start(): Promise<string>; stop(): Promise<void> };
}

export function createOtlpReceiver(
  settings: Settings,
  config: OtlpConfig,
  consumers: Consumers,
  codec: Codec,
): Component {
  const counters = new Counters(settings.id);
  const admission = new Admission(maxWaitMs(config));
  const requestLog = new RequestLog(settings.logger);
  const ingest = new Ingest(codec, consumers, counters, requestLog, admission);
  const servers = createServers(settings, config, ingest, counters);
  settings.host.metrics(() => [
    ...counters.collect(),
    OTLP_WAIT.sample(admission.waitMs() / 1000, { receiver: settings.id }),
  ]);
  return {
    async start() {
      admission.start();
      for (const one of servers) await listen(settings, one);
    },
    async stop() {
      await Promise.all(servers.map(({ server }) => server.stop()));
      admission.stop();
      requestLog.stop();
    },
  };
}

function createServers(settings: Settings, config: OtlpConfig, ingest: Ingest, counters: Counters): ProtocolServer[] {
  const { grpc, http } = config.protocols;
  const servers: ProtocolServer[] = [];
  const fit = connectionsThatFit(settings, config);
  if (grpc !== undefined) {
    const options = { ...toGrpcOptions(grpc), ...fit.grpc };
    const server = new GrpcServer(options, ingest, counters);
    servers.push({ protocol: 'grpc', endpoint: options.endpoint, facts: { tls: 'off', auth: 'none' }, server });
  }
  if (http !== undefined) {
    const options = { ...toHttpOptions(http), ...fit.http };
    const guard = new Guard(options.guard, settings.logger, () => settings.clock.now());
    const server = new HttpServer(options, ingest, counters, { logger: settings.logger, guard });
    settings.host.metrics(() => listenerSamples(guard, { component: settings.id, protocol: 'http' }));
    servers.push({ protocol: 'http', endpoint: options.endpoint, facts: guard.facts, server });
  }
  return servers;
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

async function listen(settings: Settings, { protocol, endpoint, facts, server }: ProtocolServer): Promise<void> {
  try {
    const address = await server.start();
    settings.host.listening({ component: settings.id, protocol, address, ...facts });
  } catch (error) {
    throw bindError(settings.id, protocol, endpoint, error as Error);
  }
}
