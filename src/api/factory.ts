/**
 * The `http_api` extension: questions about the graph over HTTP. It listens once started, announces its address, and
 * on stop lets answers under way finish for a moment.
 */
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { systemClock } from '../contract/clock.ts';
import { type Component, type ExtensionFactory, type Settings, StartError } from '../contract/component.ts';
import { type Endpoint, formatEndpoint, parseEndpoint } from '../lib/listen/endpoint.ts';
import { checkGuard, Guard } from '../lib/listen/guard.ts';
import { ListenOptionError } from '../lib/listen/problem.ts';
import { listenerSamples } from '../telemetry/listener-metrics.ts';
import { type HttpApiConfig, httpApiConfigSchema } from './config.ts';
import { limitConnections } from './connection-limit.ts';
import type { ApiContext } from './context.ts';
import { countRequests } from './request-counter.ts';
import { createServer, type ServerOptions } from './server.ts';

/** How long a stop waits for answers under way. */
const DRAIN_MS = 5000;

export const httpApiFactory: ExtensionFactory<HttpApiConfig> = {
  kind: 'extension',
  type: 'http_api',
  description: 'Answers questions about the graph over HTTP, and shows how the service does.',
  config: httpApiConfigSchema,
  check: config => checkGuard(config, systemClock.now()),
  create: (settings, config) => createHttpApi(settings, config),
};

function createHttpApi(settings: Settings, config: HttpApiConfig): Component {
  let app: FastifyInstance | undefined;
  const guard = new Guard(config, settings.logger, () => settings.clock.now());
  return {
    async start() {
      const endpoint = parseEndpoint(config.endpoint);
      const { host, clock, logger } = settings;
      app = await openServer({ host, clock }, { logger, guard, cors: config.cors }, settings.id);
      host.metrics(countRequests(app));
      host.metrics(limitConnections(app.server, config.max_connections ?? 512));
      host.metrics(() => listenerSamples(guard, { component: settings.id, protocol: 'http' }));
      await listen(app, endpoint, settings.id);
      const address = formatEndpoint({ ...endpoint, port: (app.server.address() as AddressInfo).port });
      host.listening({ component: settings.id, protocol: 'http', address, ...guard.facts });
    },
    refresh: () => ({ commit: () => guard.refresh(), rollback: () => {} }),
    async stop() {
      guard.close();
      if (app !== undefined) await closeWithin(app, DRAIN_MS);
    },
  };
}

async function openServer(context: ApiContext, options: ServerOptions, id: string): Promise<FastifyInstance> {
  try {
    return await createServer(context, options);
  } catch (error) {
    if (!(error instanceof ListenOptionError)) throw error;
    throw new StartError(`extensions.${id}.${error.message}`);
  }
}

async function listen(app: FastifyInstance, endpoint: Endpoint, id: string): Promise<void> {
  try {
    await app.listen({ port: endpoint.port, ...(endpoint.host === '' ? { host: '::' } : { host: endpoint.host }) });
  } catch (error) {
    throw startError(error as NodeJS.ErrnoException, endpoint, id);
  }
}

function startError(error: NodeJS.ErrnoException, endpoint: Endpoint, id: string): Error {
  const address = formatEndpoint(endpoint);
  const setTo = (port: number) => `--set extensions.${id}.endpoint=${formatEndpoint({ ...endpoint, port })}`;
  switch (error.code) {
    case 'EADDRINUSE':
      return new StartError(
        `${id}: the port of ${address} is in use`,
        `use another port: ${setTo((endpoint.port % 65535) + 1)}`,
      );
    case 'EACCES':
      return new StartError(`${id}: not allowed to listen on ${address}`, `use a port above 1023: ${setTo(8484)}`);
    case 'EADDRNOTAVAIL':
    case 'EAFNOSUPPORT':
    case 'EAI_AGAIN':
    case 'EINVAL':
    case 'ENOTFOUND':
      return new StartError(
        `${id}: ${address} is no address of this machine`,
        `use an address of this machine: --set extensions.${id}.endpoint=127.0.0.1:${endpoint.port}`,
      );
    default:
      return error;
  }
}

/** A kept-alive connection becomes idle only once its answer is out, so idle ones are closed again and again. */
async function closeWithin(app: FastifyInstance, milliseconds: number): Promise<void> {
  const closeIdle = setInterval(() => app.server.closeIdleConnections(), 50);
  const cutOff = setTimeout(() => app.server.closeAllConnections(), milliseconds);
  try {
    await app.close();
  } finally {
    clearInterval(closeIdle);
    clearTimeout(cutOff);
  }
}
