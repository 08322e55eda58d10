/** The OTLP receiver: one `Ingest` behind a listener per configured protocol. */
import type { Component, Consumers, Settings } from '../../contract/component.ts';
import type { Codec } from './codec.ts';
import { type OtlpConfig, toGrpcOptions, toHttpOptions } from './config.ts';
import { Counters } from './counters.ts';
import { bindError } from './endpoint.ts';
import { GrpcServer } from './grpc/server.ts';
import { HttpServer } from './http/server.ts';
import { Ingest } from './ingest.ts';
import type { Protocol } from './signal.ts';

interface ProtocolServer {
  readonly protocol: Protocol;
  readonly endpoint: string;
  readonly server: { start(): Promise<string>; stop(): Promise<void> };
}

export function createOtlpReceiver(
  settings: Settings,
  config: OtlpConfig,
  consumers: Consumers,
  codec: Codec,
): Component {
  const counters = new Counters(settings.id);
  const ingest = new Ingest(codec, consumers, counters, settings.logger);
  const servers = createServers(settings, config, ingest, counters);
  settings.host.metrics(() => counters.collect());
  return {
    async start() {
      for (const one of servers) await listen(settings, one);
    },
    async stop() {
      await Promise.all(servers.map(({ server }) => server.stop()));
    },
  };
}

function createServers(settings: Settings, config: OtlpConfig, ingest: Ingest, counters: Counters): ProtocolServer[] {
  const { grpc, http } = config.protocols;
  const servers: ProtocolServer[] = [];
  if (grpc !== undefined) {
    const options = toGrpcOptions(grpc);
    servers.push({ protocol: 'grpc', endpoint: options.endpoint, server: new GrpcServer(options, ingest, counters) });
  }
  if (http !== undefined) {
    const options = toHttpOptions(http);
    const server = new HttpServer(options, ingest, counters, settings.logger);
    servers.push({ protocol: 'http', endpoint: options.endpoint, server });
  }
  return servers;
}

async function listen(settings: Settings, { protocol, endpoint, server }: ProtocolServer): Promise<void> {
  try {
    const address = await server.start();
    settings.host.listening({ component: settings.id, protocol, address });
  } catch (error) {
    throw bindError(settings.id, protocol, endpoint, error as Error);
  }
}
