/** The HTTP server of the API, open on its address. It runs in the thread of the API. */
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { type Listener, type MetricSample, StartError } from '../contract/component.ts';
import type { Logger } from '../contract/logger.ts';
import type { Tracer } from '../contract/tracer.ts';
import { type Endpoint, formatEndpoint, parseEndpoint } from '../lib/listen/endpoint.ts';
import { Guard } from '../lib/listen/guard.ts';
import { openFileLimit, shareOfApi } from '../lib/listen/open-files.ts';
import { ListenOptionError } from '../lib/listen/problem.ts';
import { listenerSamples } from '../telemetry/listener-metrics.ts';
import { ChangeBoard } from './changes/board.ts';
import type { HttpApiConfig } from './config.ts';
import { limitConnections } from './connection-limit.ts';
import type { ApiContext } from './context.ts';
import { countRequests } from './request-counter.ts';
import { createServer, type ServerOptions } from './server.ts';
import { StreamLimit } from './stream-limit.ts';
import { traceRequests } from './trace-requests.ts';

/** How long closing waits for answers under way. */
const DRAIN_MS = 5000;

export interface OpenApiOptions extends Omit<ApiContext, 'streams' | 'changes' | 'maxStreams' | 'traceUrl'> {
  readonly id: string;
  readonly config: HttpApiConfig;
  readonly logger: Logger;
  readonly tracer?: Pick<Tracer, 'record'> | undefined;
}

export interface OpenApi {
  readonly listener: Listener;
  samples(): readonly MetricSample[];
  /** Changes were published, the first of this number. */
  published(texts: readonly string[], first: number): void;
  /** Reads the files again that the options name. */
  refresh(): void;
  /** Lets answers under way finish for a moment. */
  close(): Promise<void>;
}

/** Throws a `StartError` when it cannot listen. */
export async function openApi({ id, config, logger, tracer, ...context }: OpenApiOptions): Promise<OpenApi> {
  const sources: (() => readonly MetricSample[])[] = [];
  const samples = () => sources.flatMap(source => source());
  const guard = new Guard(config, logger, () => context.clock.now());
  const options = { logger, guard, cors: config.cors, samples };
  const changes = new ChangeBoard(context.ask);
  const { max_streams: maxStreams = 1000, trace_url: traceUrl } = config;
  const own = { streams: new StreamLimit(), changes, maxStreams, traceUrl };
  const app = await openServer({ ...context, ...own }, options, id);
  if (tracer !== undefined) traceRequests(app, tracer);
  sources.push(countRequests(app), limitConnections(app.server, connectionsThatFit(config, logger)));
  sources.push(() => changes.samples());
  sources.push(() => listenerSamples(guard, { component: id, protocol: 'http' }));
  const endpoint = parseEndpoint(config.endpoint);
  await listen(app, endpoint, id);
  const address = formatEndpoint({ ...endpoint, port: (app.server.address() as AddressInfo).port });
  return {
    listener: { component: id, protocol: 'http', address, ...guard.facts },
    samples,
    published: (texts, first) => changes.take(texts, first),
    refresh: () => guard.refresh(),
    close: async () => {
      guard.close();
      await closeWithin(app, DRAIN_MS);
    },
  };
}

/** `max_connections`, made smaller (and said so) where the limit of open files leaves no room for it. */
function connectionsThatFit({ max_connections: wanted = 512 }: HttpApiConfig, logger: Logger): number {
  const openFiles = openFileLimit();
  const connections = shareOfApi(wanted, openFiles);
  if (connections < wanted) {
    logger.warn({ openFiles, connections }, 'max_connections is more than the limit of open files allows (ulimit -n)');
  }
  return connections;
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
